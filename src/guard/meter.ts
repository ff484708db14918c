// One isolate's side of one set of limits on one credential, at one generation: how busy it is, the
// leases it holds, and what it owes its guard. Pure: the time is given, and asking is the caller's.
//
// A lease is dated from before it was asked for, so this clock always ends it before the guard's. A
// clock that runs back would make it last longer: then every lease is dropped.

import { LEASE_MIN_TOKENS, leaseMs } from './lease-terms.ts'
import type { Lease, Settled } from './protocol.ts'
import type { Limit, LimitState, Standing } from '../lib/limit.ts'

/** An ask that has not come back by then never will: another request may ask. */
const ASK_MAX_MS = 2_500
/** So much is told again at most, where no answer comes; the rest counts until it leaves the window. */
const TELL_AGAIN_MAX = 100

interface Held extends Lease {
  left: number
  /** When it was asked for, by this isolate's clock. */
  readonly from: number
  /** Where the limits stood without this lease. */
  readonly limits: readonly LimitState[]
}

/** What a request of this meter costs, and how its leases are. */
export interface MeterTerms {
  readonly limits: readonly Limit[]
  /** By which the guard remembers the limits, for who asks ahead of the record. */
  readonly name?: string
  /** What a request costs of each limit, beside `limits`; not said: one. */
  readonly weights?: readonly number[]
  /** How long a lease lasts by the plan (ms); not said: LEASE_MS. */
  readonly plannedMs?: number | undefined
}

export class Meter {
  readonly limits: readonly Limit[]
  /** What each ask says: the limits, what a request costs of them, and by what name they are remembered. */
  readonly charge: Pick<MeterTerms, 'limits' | 'name' | 'weights'>
  private readonly plannedMs: number | undefined
  /** How long a lease lasts, but for the end of a day or month. It is to hold what came in as long before. */
  private readonly termMs: number
  private held: Held[] = []
  private settled: Settled[] = []
  private askedAt: number | null = null
  /** Of the newest lease. */
  private lastId = 0
  private latest = 0
  /** Requests in the current and the previous term. */
  private slot = 0
  private count = 0
  private before = 0
  /** Between the latest two requests (ms). */
  private gapMs = Infinity
  /** How long the latest ask for a lease took (ms). */
  private tripMs = 0

  constructor({ plannedMs, ...charge }: MeterTerms) {
    const { limits } = charge
    this.limits = limits
    this.charge = charge
    this.plannedMs = plannedMs
    const windows = limits.filter(({ period }) => period === undefined)
    this.termMs = leaseMs(windows, 0, plannedMs)
  }

  /** How long a lease that is asked for now would last (ms). */
  leaseMs(now: number): number {
    return leaseMs(this.limits, now, this.plannedMs)
  }

  /** Counts a request that wants to spend, for the rate. */
  see(now: number): void {
    if (now < this.latest) this.drop()
    this.gapMs = this.latest === 0 ? Infinity : Math.abs(now - this.latest)
    this.latest = now
    const slot = Math.floor(now / Math.max(1, this.termMs))
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
    const { weights } = this.charge
    const standing = { limits: newest.limits, spare: this.spare(), at: newest.from }
    return weights ? { ...standing, weights } : standing
  }

  /**
   * How many tokens to ask for beyond the request at hand: as many as came in a term, where two came within
   * one; 0 while another request is asking.
   */
  wants(now: number): number {
    if (this.askedAt !== null && now - this.askedAt < ASK_MAX_MS) return 0
    if (this.gapMs > this.termMs || this.leaseMs(now) === 0) return 0
    const rate = Math.max(LEASE_MIN_TOKENS, this.before, this.count)
    // Arrivals at random are so many more in one term of six or so.
    return rate + Math.ceil(Math.sqrt(rate))
  }

  /**
   * Whether it is time to ask for the next lease, while this one lasts: the next request would come too late
   * to do it, or there are no more tokens than are spent until the answer is here.
   */
  isRunningLow(now: number): boolean {
    const newest = this.held.at(-1)
    if (!newest) return false
    const perMs = Math.max(1, this.before, this.count) / this.termMs
    const tripsMs = 2 * this.tripMs
    return newest.left <= perMs * tripsMs || newest.from + newest.ms - now <= 1 / perMs + tripsMs
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

  /** The ask that began at a time has ended at another. */
  end(from: number, now: number, lease: Lease | null, limits: readonly LimitState[]): void {
    if (this.askedAt === from) this.askedAt = null
    if (!lease) return
    this.tripMs = Math.max(0, now - from)
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
