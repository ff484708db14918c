// The Worker around a catalog: checks its configuration with the first event, then answers requests,
// takes queues and runs the cron. Nothing escapes a request as an exception: what goes wrong is
// refused, never passed on.

import { HEADERS } from './lib/header-names.ts'
import { consume } from './control/logs/consumer.ts'
import { handle } from './app.ts'
import type { Catalog } from './catalog/define.ts'
import { buildEdge, ConfigurationError } from './edge.ts'
import type { Edge } from './edge.ts'
import type { Bindings } from './config/bindings.ts'
import { refuse } from './gate/refuse.ts'
import type { WatchTimes } from './gate/relay/watch-times.ts'
import { runCron } from './control/cron.ts'
import { takeBatch } from './control/queues.ts'
import { takeHints } from './control/webhooks/run.ts'

/** Makes the Worker for a catalog: `export default createWorker(catalog)`. */
export function createWorker(catalog: Catalog, watch?: WatchTimes) {
  // Per isolate. Kept as a value, not as a promise: a promise belongs to the request that made it
  // and may never settle once that request is gone.
  let built: Edge | undefined
  const edgeOf = async (env: Bindings): Promise<Edge> => {
    if (built) return built
    const edge = await buildEdge({ ...env }, catalog, watch)
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
        const response = refuse({ reason }, Date.now())
        response.headers.set(HEADERS.requestId, crypto.randomUUID())
        return response
      }
    },
    async queue(batch: MessageBatch, env: Bindings, ctx: ExecutionContext): Promise<void> {
      await takeBatch(batch, {
        audit: async (messages) => await consume(messages, env.DB),
        webhooks: async (messages) => await takeHints(messages, await edgeOf(env), ctx),
        fences: async (messages) => {
          const { publishChanges } = await import('./control/api/changes/publish.ts')
          await publishChanges(messages, await edgeOf(env))
        },
      })
    },
    async scheduled(event: ScheduledController, env: Bindings): Promise<void> {
      await runCron(await edgeOf(env), event.scheduledTime)
    },
  } satisfies ExportedHandler<Bindings>
}
