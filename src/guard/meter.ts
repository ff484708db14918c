// One isolate's side of one set of limits on one credential, at one generation: how busy it is, the
// leases it holds, and what it owes its guard. Pure: the time is given, and asking is the caller's.
//
// A lease is dated from before it was asked for, so this clock always ends it before the guard's. A
// clock that runs back would make it last longer: then every lease is dropped.

import { LEASE_MIN_TOKENS } from './lease-terms.ts'
import type { Lease, Settled } from './protocol.ts'
import type { Limit, LimitState, Standing } from '../lib/limit.ts'

/** A lease is to hold what came in the last so many milliseconds. */
const RATE_MS = 250
/** An ask that has not come back by then never will: another request may ask. */
const ASK_MAX_MS = 2_500
/** So much is told again at most, where no answer comes; the rest counts until it leaves the window. */
const TELL_AGAIN_MAX = 100
/** A new lease is asked for while a third of the old is left, of its tokens or of its time. */
const RENEW_AT = 1 / 3

interface Held extends Lease {
  left: number
  /** When it was asked for, by this isolate's clock. */
  readonly from: number
  /** Where the limits stood without this lease. */
  readonly limits: readonly LimitState[]
}

export class Meter {
  readonly limits: readonly Limit[]
  private held: Held[] = []
  private settled: Settled[] = []
  private askedAt: number | null = null
  /** Of the newest lease. */
  private lastId = 0
  private latest = 0
  /** Requests in the current and the previous RATE_MS. */
  private slot = 0
  private count = 0
  private before = 0

  constructor(limits: readonly Limit[]) {
    this.limits = limits
  }

  /** Counts a request that wants to spend, for the rate. */
  see(now: number): void {
    if (now < this.latest) this.drop()
    this.latest = now
    const slot = Math.floor(now / RATE_MS)
    if (slot !== this.slot) {
      this.before = slot === this.slot + 1 ? this.count : 0
      this.count = 0
      this.slot = slot
    }
    this.count += 1
  }

  /** Spends a token of a lease; undefined when there is none. */
  spend(now: number): Standing | undefined {
    this.expire(now)
    const [oldest] = this.held
    const newest = this.held.at(-1)
    if (!oldest || !newest) return undefined
    oldest.left -= 1
    return { limits: newest.limits, spare: this.spare(), at: newest.from }
  }

  /** How many tokens to ask for beyond the request at hand; 0 while another request is asking. */
  wants(now: number): number {
    if (this.askedAt !== null && now - this.askedAt < ASK_MAX_MS) return 0
    const rate = Math.max(this.before, this.count)
    return rate < LEASE_MIN_TOKENS ? 0 : rate
  }

  /** Whether it is time to ask for the next lease, while this one lasts. */
  isRunningLow(now: number): boolean {
    const newest = this.held.at(-1)
    if (!newest) return false
    return newest.left <= newest.tokens * RENEW_AT || now - newest.from > newest.ms * (1 - RENEW_AT)
  }

  /** What the next ask is to tell the guard. */
  takeSettled(now: number): readonly Settled[] {
    this.expire(now)
    const { settled } = this
    this.settled = []
    return settled
  }

  /** An ask had no answer, so its guard may not have heard what it told: the next is to tell it too. */
  tellAgain(settled: readonly Settled[]): void {
    this.settled = [...settled, ...this.settled].slice(0, TELL_AGAIN_MAX)
  }

  /** The ask for a lease that began at a time; until it ends nobody else asks for one. */
  begin(now: number): void {
    this.askedAt = now
  }

  /** The ask that began at a time has ended. */
  end(from: number, lease: Lease | null, limits: readonly LimitState[]): void {
    if (this.askedAt === from) this.askedAt = null
    if (!lease) return
    this.held.push({ ...lease, left: lease.tokens, from, limits })
    this.lastId = lease.id
  }

  /** Uses no lease any more: a newer generation is known, or the clock cannot be trusted. */
  drop(): void {
    while (this.held.length > 0) this.settle(0)
  }

  /** Ends a lease, whatever the clock says. */
  close(id: number): void {
    const at = this.held.findIndex((lease) => lease.id === id)
    if (at !== -1) this.settle(at)
  }

  /** Whether it is for whoever asked for this lease to settle it: nobody has got another since. */
  owes(id: number): boolean {
    return this.lastId === id && this.settled.length > 0
  }

  private spare(): number {
    return this.held.reduce((sum, { left }) => sum + left, 0)
  }

  /** What has run out of time or tokens is to be settled. */
  private expire(now: number): void {
    for (let i = this.held.length - 1; i >= 0; i--) {
      const lease = this.held[i]
      if (!lease) continue
      const lasts = now >= lease.from && now < lease.from + lease.ms
      if (lasts && lease.left > 0) continue
      this.settle(i)
    }
  }

  private settle(at: number): void {
    for (const { id, left } of this.held.splice(at, 1)) this.settled.push({ id, unused: left })
  }
}
