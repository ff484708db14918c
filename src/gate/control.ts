// Asking control, with a deadline of our own. What it throws is for the log and never for the caller;
// control that cannot be reached costs its own paths and nothing else.

import { createLRU } from 'lru.min'

import type { Answered, Call, ControlService } from '../call/call.ts'
import { err, ok, type Result } from '../lib/result.ts'
import type { Denial } from '../reasons/denial.ts'

/**
 * Until control has begun its answer; a stream that has begun may go on. Its longest work is bounded well
 * below: a receiver that is challenged, leases that are waited for.
 */
export const CONTROL_DEADLINE_MS = 60_000
const DAY_MS = 24 * 60 * 60 * 1000

export class Control {
  private readonly service: ControlService
  private readonly deadlineMs: number
  /** The day on which a key was last announced as exposed, so that a flood of it costs nothing. */
  private readonly announced = createLRU<string, number>({ max: 1_000 })

  constructor(service: ControlService, deadlineMs = CONTROL_DEADLINE_MS) {
    this.service = service
    this.deadlineMs = deadlineMs
  }

  /** An operation of the management API; null: there is neither a key nor an operator behind it. */
  async answer(request: Request, call: Call): Promise<Result<Answered | null, Denial>> {
    return await this.ask((service) => service.answer(request, call))
  }

  /** A page of the console. */
  async console(request: Request, call: Call): Promise<Result<Response, Denial>> {
    return await this.ask((service) => service.console(request, call))
  }

  /** The OpenAPI document. */
  async document(request: Request): Promise<Result<Response, Denial>> {
    return await this.ask((service) => service.document(request))
  }

  /** A page sent a secret key: its owner is told, once a day. Never fails. */
  async announceExposed(keyId: string, nowMs: number): Promise<void> {
    const day = Math.floor(nowMs / DAY_MS)
    if (this.announced.get(keyId) === day) return
    this.announced.set(keyId, day)
    const told = await this.ask((service) => service.exposed(keyId, nowMs))
    if (!told.ok) this.announced.delete(keyId)
  }

  private async ask<T>(call: (service: ControlService) => Promise<T>): Promise<Result<T, Denial>> {
    let timer: ReturnType<typeof setTimeout> | null = null
    try {
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(
          () => reject(new Error('control did not answer in time')),
          this.deadlineMs,
        )
      })
      return ok(await Promise.race([call(this.service), late]))
    } catch (error) {
      console.error('control unreachable', error)
      return err({ reason: 'control_unreachable' })
    } finally {
      clearTimeout(timer)
    }
  }
}
