// Control around a catalog: what the gate asks of it by its binding (call/call.ts), the queues and the
// cron. Nothing escapes a call as an exception: what goes wrong is a refusal, and its reason in the log.

import { WorkerEntrypoint } from 'cloudflare:workers'

import { readCall, type Answered, type Call, type ControlService } from '../call/call.ts'
import { differing } from '../call/fingerprint.ts'
import type { Catalog } from '../catalog/define.ts'
import { ConfigurationError } from '../config/settings.ts'
import { refuse } from '../reasons/refuse.ts'
import { parseAddress } from '../lists/address.ts'
import { handleCall } from './handle-call.ts'
import type { ControlBindings } from './bindings.ts'
import { runCron } from './cron.ts'
import { buildControl } from './build.ts'
import type { ControlDeps } from './deps.ts'
import { consume } from './logs/consumer.ts'
import { dispatchBatch } from './queues.ts'
import { announceExposed, consumeHints } from './webhooks/run.ts'

/** Makes control's Worker for a catalog: `export default createControl(catalog)`. */
export function createControl(catalog: Catalog) {
  // Per isolate, as a value: a promise belongs to the request that made it.
  let built: ControlDeps | undefined
  /** What the log has been told of last that differs. */
  let told = ''
  const edgeOf = async (env: ControlBindings): Promise<ControlDeps> => {
    if (built) return built
    const edge = await buildControl({ ...env }, catalog)
    built ??= edge
    return built
  }
  /** Whatever public method there is, whoever holds a binding can call: these, and no others. */
  return class Control extends WorkerEntrypoint<ControlBindings> implements ControlService {
    /** It has no door. */
    override fetch(): Response {
      return new Response(null, { status: 404 })
    }

    async answer(request: Request, sent: Call): Promise<Answered | null> {
      const call = readCall(sent)
      try {
        return await handleCall(request, call, await this.#edgeFor(call), this.#waitUntil)
      } catch (error) {
        return { response: failed(error), reason: reasonOf(error), acting: null }
      }
    }

    async console(request: Request, sent: Call): Promise<Response> {
      const call = readCall(sent)
      const { requestId, address, now: nowMs } = call
      try {
        const edge = await this.#edgeFor(call)
        const { consoleOf } = await import('./console/slices.ts')
        const handleConsoleRequest = await consoleOf()
        const waitUntil = this.#waitUntil
        const context = { edge, requestId, address: parseAddress(address), nowMs, waitUntil }
        return await handleConsoleRequest(request, context)
      } catch (error) {
        return failed(error)
      }
    }

    async document(request: Request): Promise<Response> {
      try {
        const { settings } = await edgeOf(this.env)
        const { serveDocument } = await import('./api/document.ts')
        return await serveDocument(request, settings.issuer)
      } catch (error) {
        return failed(error)
      }
    }

    async exposed(keyId: string, now: number): Promise<void> {
      if (typeof keyId !== 'string' || !Number.isSafeInteger(now)) throw new TypeError('exposed')
      await announceExposed(await edgeOf(this.env), keyId, now)
    }

    override async queue(batch: MessageBatch): Promise<void> {
      const { env, ctx } = this
      await dispatchBatch(batch, {
        audit: async (messages) => await consume(messages, env.DB),
        webhooks: async (messages) => await consumeHints(messages, await edgeOf(env), ctx),
        fences: async (messages) => {
          const { publishChanges } = await import('./api/changes/publish.ts')
          await publishChanges(messages, await edgeOf(env))
        },
      })
    }

    override async scheduled({ scheduledTime }: ScheduledController): Promise<void> {
      await runCron(await edgeOf(this.env), scheduledTime)
    }

    async #edgeFor({ settings }: Call): Promise<ControlDeps> {
      const edge = await edgeOf(this.env)
      const names = differing(settings, edge.fingerprint)
      const text = names.join(', ')
      if (text !== told && text !== '') console.error(`gate and control differ in ${text}`)
      told = text
      return { ...edge, differing: names }
    }

    readonly #waitUntil = (work: Promise<unknown>): void => this.ctx.waitUntil(work)
  }
}

function reasonOf(error: unknown): 'misconfigured' | 'internal_error' {
  return error instanceof ConfigurationError ? 'misconfigured' : 'internal_error'
}

function failed(error: unknown): Response {
  console.error(error)
  return refuse({ reason: reasonOf(error) }, Date.now())
}
