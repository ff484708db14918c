// What has been spent of a guard's limits: windows that slide, periods of the calendar, balances, and the
// leases that are out. A lease counts against its limits in full until it is settled.

import type { DebitPart, Draft, Leases, OpenLease } from './books.ts'
import { LEASE_MARGIN_MS } from './lease-terms.ts'
import { LEASE_MAX_MS, weightOf, type Limit } from '../lib/limit.ts'
import { endOfLabel, labelOf } from '../lib/period.ts'
import type { Settled } from './protocol.ts'
import type { Spent } from './spent.ts'
import { CLOCK_AHEAD_MAX_MS, credit, debit, putRight, windowTime, type Buckets } from './window.ts'

/** The longest window of a catalog: an older lease counts no more in any. */
const WINDOW_MAX_MS = 3_600_000
/** A period is kept so long after it has ended: for what was debited in it and comes back. */
const PERIOD_KEPT_MS = 86_400_000
/** Of one limit: what comes back is of the one before at most, and a clock may have been wrong. */
const PERIODS_MAX = 8
/** After a clock's fault a lease may be used for so long yet. */
const LEASE_LEFT_MS = LEASE_MAX_MS + LEASE_MARGIN_MS

export class Spending {
  private readonly draft: Draft
  private readonly now: number

  /** `now` is the guard's clock (Unix ms). */
  constructor(draft: Draft, now: number) {
    this.draft = draft
    this.now = now
  }

  /** A lease that would end later than any can was given by a clock that was wrong: it is out now. */
  leases(): Leases {
    const { leases } = this.draft.books
    const latest = this.now + CLOCK_AHEAD_MAX_MS + LEASE_LEFT_MS
    if (leases.open.every(({ until }) => until <= latest)) return leases
    const open = leases.open.map((lease) =>
      lease.until <= latest ? lease : { ...lease, at: this.now, until: this.now + LEASE_LEFT_MS },
    )
    this.draft.change({ leases: { lastId: leases.lastId, open } })
    return this.draft.books.leases
  }

  /** Counts a lease from now on. */
  open(lease: OpenLease): void {
    const { open } = this.draft.books.leases
    this.draft.change({ leases: { lastId: lease.id, open: [...open, lease] } })
  }

  /**
   * What was used of a lease becomes an admission, dated as late as it may have been; the rest is
   * free again. A lease that nobody settles counts in full until it has left every window, and in its
   * period for ever.
   */
  settle(settled: readonly Settled[]): void {
    const leases = this.leases()
    const open: OpenLease[] = []
    const ended: { readonly lease: OpenLease; readonly used: number }[] = []
    for (const lease of leases.open) {
      const told = settled.find(({ id }) => id === lease.id || id === lease.mark)
      if (told) {
        const unused = Math.min(lease.tokens, Math.max(0, told.unused))
        ended.push({ lease, used: lease.tokens - unused })
      } else if (lease.until > this.now - WINDOW_MAX_MS) open.push(lease)
      else ended.push({ lease, used: lease.tokens })
    }
    if (ended.length === 0) return
    this.draft.change({ leases: { lastId: leases.lastId, open } })
    for (const { lease, used } of ended) this.spendLease(lease, used)
  }

  of(limit: Limit): Spent {
    const { partition, period, name } = limit
    const leased = this.leases().open.flatMap((lease) => {
      const at = lease.limits.findIndex((one) => one.name === name && one.partition === partition)
      const ended = period && labelOf(period, timeOf(lease)) !== labelOf(period, this.now)
      if (at === -1 || ended) return []
      return [{ tokens: lease.tokens * weightOf(lease.weights, at), until: lease.until }]
    })
    if (period) {
      const counted = this.draft.books.periods[name]?.[labelOf(period, this.now)] ?? 0
      return { limit, leased, buckets: [], counted, time: this.now }
    }
    const buckets = this.buckets(limit)
    return { limit, leased, buckets, counted: 0, time: windowTime(this.now, [{ buckets }]) }
  }

  debit(spent: Spent, count: number): Spent {
    const { limit, time } = spent
    if (count === 0) return spent
    this.add(limit, count, time)
    return limit.period
      ? { ...spent, counted: spent.counted + count }
      : { ...spent, buckets: this.draft.window(limit) }
  }

  /** Gives back what was debited at a time of the limit. */
  credit({ limit, time, count = 1 }: DebitPart): void {
    if (limit.period) this.add(limit, -count, time)
    else this.draft.setWindow(limit, credit({ limit, buckets: this.buckets(limit) }, count, time))
  }

  /**
   * Lets go of windows that nobody has used for so long, and of periods that have long ended.
   * @returns when anything was last of use (Unix ms); 0: never; Infinity: something is kept for ever.
   */
  forget(unusedMs: number): number {
    let touched = 0
    for (const { until } of this.leases().open) touched = Math.max(touched, until)
    const named = Object.entries(this.draft.books.windows).map(
      ([name, buckets]) => [{ name }, buckets] as const,
    )
    for (const [limit, buckets] of [...named, ...this.draft.addressWindows()]) {
      const last = buckets.at(-1)?.[2] ?? 0
      touched = Math.max(touched, last)
      if (this.now - last >= unusedMs) this.draft.setWindow(limit, null)
    }
    for (const [name, labels] of Object.entries(this.draft.books.periods)) {
      const kept = Object.entries(labels).filter(([label]) => this.isKept(label))
      for (const [label] of kept) touched = Math.max(touched, endOfLabel(label))
      this.setPeriods(name, Object.fromEntries(kept))
    }
    return touched
  }

  private spendLease(lease: OpenLease, used: number): void {
    lease.limits.forEach((limit, at) => {
      const count = used * weightOf(lease.weights, at)
      if (count === 0) return
      if (limit.period) {
        this.add(limit, count, timeOf(lease))
        return
      }
      const time = windowTime(this.now, [{ buckets: this.buckets(limit) }])
      // What has left the window is no admission any more.
      if (lease.until > time - limit.windowSeconds * 1000) {
        this.add(limit, count, Math.min(lease.until, time))
      }
    })
  }

  private add(limit: Limit, count: number, time: number): void {
    const { period, name } = limit
    if (!period) {
      this.draft.setWindow(limit, debit({ limit, buckets: this.buckets(limit) }, count, time))
      return
    }
    const label = labelOf(period, time)
    const { [label]: before = 0, ...others } = this.draft.books.periods[name] ?? {}
    // By when they were last counted in, not by what this clock says of them: it may be wrong.
    const counted = [label, Math.max(0, before + count)] as const
    const labels = [...Object.entries(others), counted].slice(-PERIODS_MAX)
    this.setPeriods(name, Object.fromEntries(labels))
  }

  private isKept(label: string): boolean {
    return endOfLabel(label) + PERIOD_KEPT_MS > this.now
  }

  private setPeriods(name: string, labels: Readonly<Record<string, number>>): void {
    this.draft.change({ periods: { ...this.draft.books.periods, [name]: labels } })
  }

  /** Kept where a clock's fault is put right: else each call would take it for one of its own time. */
  private buckets(limit: Limit): Buckets {
    const stored = this.draft.window(limit)
    const buckets = putRight(stored, limit, this.now)
    if (buckets !== stored) this.draft.setWindow(limit, buckets)
    return buckets
  }
}

/** When a lease was given: what is used of it belongs to the period of then. */
function timeOf({ at, until }: OpenLease): number {
  return at ?? until
}
