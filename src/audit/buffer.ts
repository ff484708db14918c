// Events of one isolate, packed on their way to the queue. Requests come and go while this stays, so
// it holds values only: a promise or a timer belongs to the request that made it and may never settle
// once that request is gone. Whoever sends claims events first, without an await between; what a dead
// request had claimed is sent again later, and the consumer counts no event twice.

import type { AuditEvent } from './event.ts'
import type { EventMessage } from './message.ts'
import { isOfNobody, Nobody, type Tally } from './nobody.ts'
import { fitting, MESSAGE_MAX_EVENTS } from './packing.ts'
import { sleep } from '../lib/sleep.ts'
import type { WaitUntil } from '../lib/wait-until.ts'

/** An event waits so long for others to go with it, or until there are `MESSAGE_MAX_EVENTS`. */
export const FLUSH_AFTER_MS = 1_000
/** What there is of nobody goes as soon, but not more often than this. */
export const TALLY_PAUSE_MS = 5_000
/** Beyond so many the oldest are dropped, counted and logged. */
export const BUFFER_MAX_EVENTS = 10_000
/** After a failed send, doubled with each further one. */
const RETRY_AFTER_MS = 1_000
const RETRY_AFTER_MAX_MS = 8_000
/** Within one request: its `waitUntil` ends after 30 s. */
const MAX_ATTEMPTS = 4
/** Longer than a `waitUntil` can live: whoever claimed events then has not sent them. */
export const CLAIM_EXPIRES_AFTER_MS = 35_000
/** A timer that is so late died with its request. */
const TIMER_GRACE_MS = 2_000

/** The part of a Queue that is used. */
export interface EventQueue {
  send(message: EventMessage, options: { readonly contentType: 'json' }): Promise<unknown>
}

interface Claim {
  readonly events: readonly AuditEvent[]
  readonly tally: Tally | undefined
  readonly expiresAt: number
}

export class EventBuffer {
  private readonly queue: EventQueue
  private pending: AuditEvent[] = []
  private readonly nobody = new Nobody()
  private readonly claims = new Set<Claim>()
  /** When some request's timer will flush; null when none was set. */
  private dueAt: number | null = null
  /** The same of what there is of nobody, and when that was sent last. */
  private tallyDueAt: number | null = null
  private talliedAt = 0
  private failures = 0
  private retryAt = 0
  private unreported = 0
  private dropped = 0

  constructor(queue: EventQueue) {
    this.queue = queue
  }

  /** Events that were dropped because the queue took none for too long. */
  get lost(): number {
    return this.dropped
  }

  /** Events that the queue has not taken yet. */
  get size(): number {
    let events = this.pending.length
    for (const claim of this.claims) events += claim.events.length
    return events
  }

  /**
   * Takes an event. It is on its way within a second, unless the isolate dies before. Of requests of
   * nobody a sample is, and the number of the rest; they never take the place of others.
   */
  add(event: AuditEvent, waitUntil: WaitUntil): void {
    if (isOfNobody(event)) {
      this.nobody.add(event)
      this.scheduleTally(waitUntil)
      return
    }
    this.pending.push(event)
    this.bound()
    this.schedule(waitUntil)
    if (this.pending.length >= MESSAGE_MAX_EVENTS && Date.now() >= this.retryAt) {
      waitUntil(this.drain(MESSAGE_MAX_EVENTS))
    }
  }

  /**
   * Returns when the queue has taken the event.
   * @throws what the queue threw; the event then waits with the others for the next flush.
   */
  async addDurable(event: AuditEvent, waitUntil: WaitUntil): Promise<void> {
    const claim = this.claim([event])
    try {
      await this.send(claim)
    } catch (error) {
      this.schedule(waitUntil)
      throw error
    }
  }

  /** Sends all there is. @returns whether the queue took it. */
  async flush(): Promise<boolean> {
    this.dueAt = null
    this.reclaim()
    this.report()
    return await this.drain(1)
  }

  /** Sends while there are at least so many. */
  private async drain(least: number): Promise<boolean> {
    // A queue that has just failed is asked by one request at a time.
    if (this.failures > 0) this.retryAt = Date.now() + RETRY_AFTER_MS
    try {
      while (this.pending.length >= least) {
        await this.send(this.claim(this.pending.splice(0, fitting(this.pending))))
      }
      return true
    } catch (error) {
      console.error(`audit: the queue took no message; ${this.size} events wait`, error)
      return false
    }
  }

  private async send(claim: Claim): Promise<void> {
    try {
      const { events, tally } = claim
      const message = {
        kind: 'audit',
        version: 1,
        events,
        ...(tally && { nobody: tally }),
      } as const
      await this.queue.send(message, { contentType: 'json' })
      this.claims.delete(claim)
      this.failures = 0
      this.retryAt = 0
    } catch (error) {
      const pause = Math.min(RETRY_AFTER_MS * 2 ** this.failures++, RETRY_AFTER_MAX_MS)
      this.retryAt = Date.now() + pause
      this.putBack(claim)
      throw error
    }
  }

  /** One timer at a time, in the request that found none. */
  private schedule(waitUntil: WaitUntil): void {
    const now = Date.now()
    if (this.dueAt !== null && now < this.dueAt + TIMER_GRACE_MS) return
    waitUntil(this.flushWhenDue(now))
  }

  private async flushWhenDue(now: number): Promise<void> {
    let waitMs = Math.max(FLUSH_AFTER_MS, this.retryAt - now)
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      this.dueAt = Date.now() + waitMs
      await sleep(waitMs)
      if (await this.flush()) return
      waitMs = Math.max(0, this.retryAt - Date.now())
    }
  }

  /** One timer at a time, as above. */
  private scheduleTally(waitUntil: WaitUntil): void {
    const now = Date.now()
    if (this.tallyDueAt !== null && now < this.tallyDueAt + TIMER_GRACE_MS) return
    waitUntil(this.tallyWhenDue(now))
  }

  private async tallyWhenDue(now: number): Promise<void> {
    let dueAt = Math.max(now + FLUSH_AFTER_MS, this.talliedAt + TALLY_PAUSE_MS, this.retryAt)
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      this.tallyDueAt = dueAt
      await sleep(dueAt - Date.now())
      this.tallyDueAt = null
      if (await this.sendTallies()) return
      dueAt = Math.max(Date.now(), this.retryAt)
    }
  }

  /** Sends what there is of nobody. @returns whether the queue took it. */
  private async sendTallies(): Promise<boolean> {
    this.reclaim()
    this.talliedAt = Date.now()
    try {
      for (let tally = this.nobody.take(this.talliedAt); tally;) {
        await this.send(this.claim([], tally))
        tally = this.nobody.take(Date.now())
      }
      return true
    } catch (error) {
      console.error('audit: the queue took no message; what there is of nobody waits', error)
      return false
    }
  }

  private claim(events: readonly AuditEvent[], tally?: Tally): Claim {
    const claim = { events, tally, expiresAt: Date.now() + CLAIM_EXPIRES_AFTER_MS }
    this.claims.add(claim)
    return claim
  }

  private reclaim(): void {
    const now = Date.now()
    for (const claim of this.claims) {
      if (now >= claim.expiresAt) this.putBack(claim)
    }
  }

  /** What was claimed first goes first again. */
  private putBack(claim: Claim): void {
    if (!this.claims.delete(claim)) return
    this.pending.unshift(...claim.events)
    if (claim.tally) this.nobody.putBack(claim.tally)
    this.bound()
  }

  private bound(): void {
    const over = this.size - BUFFER_MAX_EVENTS
    if (over <= 0) return
    const gone = this.pending.splice(0, over).length
    if (this.unreported === 0)
      console.error('audit: the buffer is full; the oldest events are lost')
    this.unreported += gone
    this.dropped += gone
  }

  private report(): void {
    if (this.unreported === 0) return
    console.error(`audit: ${this.unreported} events were lost, ${this.dropped} in all`)
    this.unreported = 0
  }
}
