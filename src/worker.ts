// The Worker around a catalog: checks its configuration with the first event, then answers requests
// and runs the cron. Nothing escapes as an exception: what goes wrong is refused, never passed on.

import { handle } from './app.ts'
import type { Catalog } from './catalog/define.ts'
import { buildEdge, ConfigurationError } from './edge.ts'
import type { Edge } from './edge.ts'
import type { Bindings } from './env.ts'
import { refuse } from './gate/refuse.ts'
import { publishPending } from './guard/publish.ts'

/** Makes the Worker for a catalog: `export default createWorker(catalog)`. */
export function createWorker(catalog: Catalog) {
  // Per isolate. Kept as a value, not as a promise: a promise belongs to the request that made it
  // and may never settle once that request is gone.
  let built: Edge | undefined
  const edgeOf = async (env: Bindings): Promise<Edge> => {
    if (built) return built
    const edge = await buildEdge({ ...env }, catalog)
    built ??= edge
    return built
  }
  return {
    async fetch(request: Request, env: Bindings, ctx: ExecutionContext): Promise<Response> {
      try {
        return await handle(request, await edgeOf(env), ctx)
      } catch (error) {
        console.error(error)
        const reason = error instanceof ConfigurationError ? 'misconfigured' : 'internal_error'
        return refuse({ reason }, Date.now())
      }
    },
    async scheduled(_event: ScheduledController, env: Bindings): Promise<void> {
      const edge = await edgeOf(env)
      const { pending } = await publishPending(edge.bindings)
      if (pending > 0) console.warn(`${pending} credentials wait for their guards`)
    },
  } satisfies ExportedHandler<Bindings>
}
