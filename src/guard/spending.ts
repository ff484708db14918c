// What has been spent of a credential's limits, in the guard's store: the windows, and the leases that
// are out. A lease counts against its windows in full until it is settled.

import type { Settled } from './protocol.ts'
import type { Limit } from '../lib/limit.ts'
import { FENCE_WAIT_MS } from './lease-terms.ts'
import {
  CLOCK_AHEAD_MAX_MS,
  credit,
  debit,
  putRight,
  windowTime,
  type Buckets,
  type Outstanding,
  type Spent,
} from './window.ts'

/* oxlint-disable typescript/no-unnecessary-type-parameters -- the runtime's own has them */

/** The part of a Durable Object's `ctx.storage.kv` that is used. */
export interface LedgerStore {
  get<T>(key: string): T | undefined
  put(key: string, value: unknown): void
  delete(key: string): boolean
  list<T>(options: { readonly prefix: string }): Iterable<[string, T]>
}

/* oxlint-enable typescript/no-unnecessary-type-parameters */

/** A lease that has not been settled: it counts against every window named. */
export interface OpenLease extends Outstanding {
  readonly id: number
  /** As in AdmitAsk. */
  readonly mark?: string
  readonly limits: readonly Limit[]
}

/** What has been spent of a limit, and the limit's own time (Unix ms): another's clock fault is none here. */
export interface Timed extends Spent {
  readonly time: number
}

export interface Leases {
  readonly lastId: number
  readonly open: readonly OpenLease[]
}

const NO_LEASES: Leases = { lastId: 0, open: [] }
/** The longest window of a catalog: an older lease counts no more. */
const WINDOW_MAX_MS = 3_600_000
const WINDOW_PREFIX = 'window:'

export class Spending {
  private readonly store: LedgerStore

  constructor(store: LedgerStore) {
    this.store = store
  }

  /** A lease that would end later than any can was given by a clock that was wrong: it is out now. */
  leases(now: number): Leases {
    const leases = this.store.get<Leases>('leases') ?? NO_LEASES
    const latest = now + CLOCK_AHEAD_MAX_MS + FENCE_WAIT_MS
    if (leases.open.every(({ until }) => until <= latest)) return leases
    const open = leases.open.map((lease) =>
      lease.until <= latest ? lease : { ...lease, until: now + FENCE_WAIT_MS },
    )
    const right = { lastId: leases.lastId, open }
    this.store.put('leases', right satisfies Leases)
    return right
  }

  /** Counts a lease from now on. */
  open(lease: OpenLease, leases: Leases): void {
    const opened = { lastId: lease.id, open: [...leases.open, lease] }
    this.store.put('leases', opened satisfies Leases)
  }

  /**
   * What was used of a lease becomes an admission, dated as late as it may have been; the rest is
   * free again. A lease that nobody settles counts in full until it has left every window.
   */
  settle(settled: readonly Settled[], now: number): Leases {
    const leases = this.leases(now)
    const open = leases.open.filter(({ until }) => until > now - WINDOW_MAX_MS)
    const ended = settled.flatMap(({ id, unused }) => {
      const at = open.findIndex((one) => one.id === id || one.mark === id)
      return at === -1 ? [] : open.splice(at, 1).map((lease) => ({ lease, unused }))
    })
    for (const { lease, unused } of ended) {
      const used = lease.tokens - Math.min(lease.tokens, Math.max(0, unused))
      if (used === 0) continue
      for (const limit of lease.limits) {
        const buckets = this.buckets(limit, now)
        const time = windowTime(now, [{ buckets }])
        const spent = debit({ limit, buckets }, used, Math.min(lease.until, time))
        this.store.put(windowKey(limit), spent)
      }
    }
    const kept = open.length === leases.open.length ? leases : { lastId: leases.lastId, open }
    if (kept !== leases) this.store.put('leases', kept)
    return kept
  }

  of(limit: Limit, { open }: Leases, now: number): Timed {
    const key = windowKey(limit)
    const leased = open.filter(({ limits }) => limits.some((one) => windowKey(one) === key))
    const buckets = this.buckets(limit, now)
    return { limit, buckets, leased, time: windowTime(now, [{ buckets }]) }
  }

  debit(spent: Timed, count: number): Timed {
    const buckets = debit(spent, count, spent.time)
    this.store.put(windowKey(spent.limit), buckets)
    return { ...spent, buckets }
  }

  /** Gives back one that was debited at a time of the limit. */
  credit(limit: Limit, time: number, now: number): void {
    this.store.put(windowKey(limit), credit({ limit, buckets: this.buckets(limit, now) }, 1, time))
  }

  /**
   * Lets go of windows that nobody has used for so long.
   * @returns when anything was last spent or leased (Unix ms); 0: never.
   */
  forget(now: number, unusedMs: number): number {
    let touched = 0
    for (const { until } of this.leases(now).open) touched = Math.max(touched, until)
    for (const [key, buckets] of [...this.store.list<Buckets>({ prefix: WINDOW_PREFIX })]) {
      const last = buckets.at(-1)?.[2] ?? 0
      touched = Math.max(touched, last)
      if (now - last >= unusedMs) this.store.delete(key)
    }
    return touched
  }

  /** Written where a clock's fault is put right: else each call would take it for one of its own time. */
  private buckets(limit: Limit, now: number): Buckets {
    const stored = this.store.get<Buckets>(windowKey(limit)) ?? []
    const buckets = putRight(stored, limit, now)
    if (buckets !== stored) this.store.put(windowKey(limit), buckets)
    return buckets
  }
}

function windowKey(limit: Limit): string {
  return `${WINDOW_PREFIX}${limit.name}${limit.partition ? `@${limit.partition}` : ''}`
}
