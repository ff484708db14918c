// The gate around a catalog: checks its configuration with the first request, then answers requests.
// Nothing escapes a request as an exception: what goes wrong is refused, never passed on.

import type { Catalog } from '../catalog/define.ts'
import { ConfigurationError } from '../config/settings.ts'
import { HEADERS } from '../lib/header-names.ts'
import { handle } from './app.ts'
import type { GateBindings } from './bindings.ts'
import { buildEdge } from './build.ts'
import type { Edge } from './deps.ts'
import { refuse } from '../reasons/refuse.ts'
import type { WatchTimes } from './relay/watch-times.ts'

/** Makes the gate's Worker for a catalog: `export default createGate(catalog)`. */
export function createGate(catalog: Catalog, watch?: WatchTimes) {
  // Per isolate. Kept as a value, not as a promise: a promise belongs to the request that made it
  // and may never settle once that request is gone.
  let built: Edge | undefined
  const edgeOf = async (env: GateBindings): Promise<Edge> => {
    if (built) return built
    const edge = await buildEdge({ ...env }, catalog, watch)
    built ??= edge
    return built
  }
  return {
    async fetch(request: Request, env: GateBindings, ctx: ExecutionContext): Promise<Response> {
      try {
        return await handle(request, await edgeOf(env), ctx)
      } catch (error) {
        console.error(error)
        const reason = error instanceof ConfigurationError ? 'misconfigured' : 'internal_error'
        const response = refuse({ reason }, Date.now())
        response.headers.set(HEADERS.requestId, crypto.randomUUID())
        return response
      }
    },
  } satisfies ExportedHandler<GateBindings>
}
