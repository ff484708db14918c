// What a guard knows, over any synchronous store: the lowest generation it admits (the fence), what
// has been spent of each limit, and the leases that are out. Pure but for that store: the time is
// given. A method either writes all that its answer rests on, or nothing.

import { FENCE_WAIT_MS, LEASE_MARGIN_MS, leaseMs, leaseTokens } from './lease-terms.ts'
import { sameLimits } from './limit.ts'
import type { Limit, LimitState } from './limit.ts'
import { admissibleAt, credit, debit, stateOf, windowTime } from './window.ts'
import type { Buckets, Outstanding, Spent } from './window.ts'

/** Without a call for so long, a guard forgets everything: no record is used past thirteen hours. */
export const FORGET_AFTER_MS = 24 * 60 * 60 * 1000

export interface AdmitAsk {
  /** Of the record on which the decision rests. */
  readonly generation: number
  /** All are checked, then all are debited, or none. */
  readonly limits: readonly Limit[]
  /** Requests at hand to admit, whole or not at all; each costs one of every limit. */
  readonly want: number
  /** Tokens that would be welcome for requests to come. */
  readonly lease?: number
  /** Leases that have ended, each told once. */
  readonly settled?: readonly Settled[]
}

/** A lease that an isolate no longer uses, and what it has not used of it. */
export interface Settled {
  readonly id: number
  readonly unused: number
}

/** Tokens for requests to come, from before they were asked for until `ms` later. */
export interface Lease {
  readonly id: number
  readonly tokens: number
  readonly ms: number
}

export type AdmitAnswer =
  | {
      readonly verdict: 'granted'
      /** null: for the requests at hand only. */
      readonly lease: Lease | null
      /** What remains does not count the lease's tokens. */
      readonly limits: readonly LimitState[]
    }
  | {
      readonly verdict: 'limited'
      readonly limits: readonly LimitState[]
      readonly retryAfterMs: number
    }
  | { readonly verdict: 'stale' }

/** What a guard decides before the asker knows the record. */
export interface AheadAnswer {
  /** The lowest that is admitted. */
  readonly generation: number
  /** One request was debited, on these limits; null: it must be asked again with the record. */
  readonly debited: {
    readonly limits: readonly Limit[]
    readonly states: readonly LimitState[]
    readonly time: number
  } | null
}

export interface Fenced {
  /** The fence in force. */
  readonly generation: number
  /** After so long no older generation is admitted any more, by no lease either. */
  readonly waitMs: number
}

/* oxlint-disable typescript/no-unnecessary-type-parameters -- the runtime's own has them */

/** The part of a Durable Object's `ctx.storage.kv` that is used. */
export interface LedgerStore {
  get<T>(key: string): T | undefined
  put(key: string, value: unknown): void
  delete(key: string): boolean
  list<T>(options: { readonly prefix: string }): Iterable<[string, T]>
}

/** The lowest generation admitted, and when it was raised (Unix ms). */
interface Fence {
  readonly generation: number
  readonly at: number
}

/** A lease that has not been settled: it counts against every window named. */
interface OpenLease extends Outstanding {
  readonly id: number
  readonly limits: readonly Limit[]
}

interface Leases {
  readonly lastId: number
  readonly open: readonly OpenLease[]
}

/** The limits that were last asked for by their names, and on which generation. */
interface Remembered {
  readonly generation: number
  readonly limits: readonly Limit[]
}

/** Below it one request more or less may be the last. */
const AHEAD_MIN_REMAINING = 20
const NO_LEASES: Leases = { lastId: 0, open: [] }
/** The longest window of a catalog: an older lease counts no more. */
const WINDOW_MAX_MS = 3_600_000
/** A lease that ended so long ago by this clock has ended, however the clock was set meanwhile. */
const CLOCK_STEP_MAX_MS = 60_000

export class Ledger {
  private readonly store: LedgerStore
  private readonly begun: (now: number) => void

  /** `begun` hears of the first thing that is ever written. */
  constructor(store: LedgerStore, begun: (now: number) => void) {
    this.store = store
    this.begun = begun
  }

  /** Decides and debits. `stale`: a newer generation has been published, load the record again. */
  admit({ generation, limits, want, lease = 0, settled = [] }: AdmitAsk, now: number): AdmitAnswer {
    const leases = this.settle(settled, now)
    if (this.confirm(generation, now) === 'stale') return { verdict: 'stale' }
    const spent = limits.map((limit) => this.spent(limit, leases))
    const time = windowTime(now, spent)
    const at = Math.max(...spent.map((one) => admissibleAt(one, want, time)), time)
    if (want > 0 && at > time) {
      const states = spent.map((one) => stateOf(one, time))
      return { verdict: 'limited', limits: states, retryAfterMs: at - time }
    }
    const debited = want > 0 ? spent.map((one) => this.debit(one, want, time)) : spent
    if (want > 0) this.remember(generation, limits)
    const states = debited.map((one) => stateOf(one, time))
    const ms = leaseMs(limits)
    const tokens = ms > 0 && lease > 0 ? leaseTokens(lease, states) : 0
    if (tokens === 0) return { verdict: 'granted', lease: null, limits: states }
    const id = leases.lastId + 1
    const until = time + ms + LEASE_MARGIN_MS
    const open = { id, tokens, until, limits }
    this.store.put('leases', { lastId: id, open: [...leases.open, open] } satisfies Leases)
    const left = states.map((state) => ({ ...state, remaining: state.remaining - tokens }))
    return { verdict: 'granted', lease: { id, tokens, ms }, limits: left }
  }

  /**
   * Debits one request for an asker that is still reading the record, on the limits that were last
   * asked for by these names, if they are of the newest generation. Only where so much is left that
   * nobody notices when it is given back, because the record refuses (`refund`).
   */
  admitAhead(names: readonly string[], now: number): AheadAnswer {
    const generation = this.fenceNow()
    const known = this.store.get<Remembered>(rememberedKey(names))
    if (known?.generation !== generation) return { generation, debited: null }
    const leases = this.leases()
    const spent = known.limits.map((limit) => this.spent(limit, leases))
    const time = windowTime(now, spent)
    const ample = spent.every((one) => stateOf(one, time).remaining >= AHEAD_MIN_REMAINING)
    if (!ample) return { generation, debited: null }
    const states = spent.map((one) => stateOf(this.debit(one, 1, time), time))
    return { generation, debited: { limits: known.limits, states, time } }
  }

  /** Gives back what `admitAhead` debited for a request that was not admitted; once. */
  refund(limits: readonly Limit[], time: number): void {
    for (const limit of limits) {
      this.store.put(windowKey(limit), credit({ limit, buckets: this.buckets(limit) }, 1, time))
    }
  }

  /** Whether decisions may rest on a record of this generation. A higher one raises the fence. */
  confirm(generation: number, now: number): 'current' | 'stale' {
    const fence = this.fenceNow()
    if (generation < fence) return 'stale'
    if (generation > fence) this.raise(generation, now)
    return 'current'
  }

  /**
   * Publishes a generation; higher ones stay. Once `waitMs` have passed, nothing older is admitted:
   * neither here, nor by an isolate on the strength of a lease.
   */
  fence(generation: number, now: number): Fenced {
    if (generation > this.fenceNow()) this.raise(generation, now)
    const out = this.leases().open.some(({ until }) => until > now - CLOCK_STEP_MAX_MS)
    return { generation: this.fenceNow(), waitMs: out ? FENCE_WAIT_MS : 0 }
  }

  /** Where the limits stand, without spending. */
  peek(limits: readonly Limit[], now: number): LimitState[] {
    const leases = this.leases()
    const spent = limits.map((limit) => this.spent(limit, leases))
    const time = windowTime(now, spent)
    return spent.map((one) => stateOf(one, time))
  }

  /**
   * Lets go of windows that nobody has used for `FORGET_AFTER_MS`.
   * @returns when to look again (Unix ms); null: all of it may go.
   */
  forget(now: number): number | null {
    let touched = this.store.get<Fence>('fence')?.at ?? 0
    for (const { until } of this.leases().open) touched = Math.max(touched, until)
    for (const [key, buckets] of [...this.store.list<Buckets>({ prefix: 'window:' })]) {
      const last = buckets.at(-1)?.[2] ?? 0
      touched = Math.max(touched, last)
      if (now - last >= FORGET_AFTER_MS) this.store.delete(key)
    }
    return now - touched >= FORGET_AFTER_MS ? null : touched + FORGET_AFTER_MS
  }

  private fenceNow(): number {
    return this.store.get<Fence>('fence')?.generation ?? 0
  }

  private raise(generation: number, now: number): void {
    if (this.store.get('fence') === undefined) this.begun(now)
    this.store.put('fence', { generation, at: now } satisfies Fence)
  }

  /** For `admitAhead`. Written when it changes, which is seldom. */
  private remember(generation: number, limits: readonly Limit[]): void {
    if (limits.some(({ partition }) => partition !== undefined)) return
    const key = rememberedKey(limits.map(({ name }) => name))
    const known = this.store.get<Remembered>(key)
    if (known?.generation === generation && sameLimits(known.limits, limits)) return
    this.store.put(key, { generation, limits } satisfies Remembered)
  }

  private leases(): Leases {
    return this.store.get<Leases>('leases') ?? NO_LEASES
  }

  /**
   * What was used of a lease becomes an admission, dated as late as it may have been; the rest is
   * free again. A lease that nobody settles counts in full until it has left every window.
   */
  private settle(settled: readonly Settled[], now: number): Leases {
    const leases = this.leases()
    const open = leases.open.filter(({ until }) => until > now - WINDOW_MAX_MS)
    const ended = settled.flatMap(({ id, unused }) => {
      const at = open.findIndex((one) => one.id === id)
      return at === -1 ? [] : open.splice(at, 1).map((lease) => ({ lease, unused }))
    })
    for (const { lease, unused } of ended) {
      const used = lease.tokens - Math.min(lease.tokens, Math.max(0, unused))
      if (used === 0) continue
      for (const limit of lease.limits) {
        const buckets = this.buckets(limit)
        const time = windowTime(now, [{ buckets }])
        const spent = debit({ limit, buckets }, used, Math.min(lease.until, time), time)
        this.store.put(windowKey(limit), spent)
      }
    }
    const kept = open.length === leases.open.length ? leases : { lastId: leases.lastId, open }
    if (kept !== leases) this.store.put('leases', kept)
    return kept
  }

  private spent(limit: Limit, { open }: Leases): Spent {
    const key = windowKey(limit)
    const leased = open.filter(({ limits }) => limits.some((one) => windowKey(one) === key))
    return { limit, buckets: this.buckets(limit), leased }
  }

  private buckets(limit: Limit): Buckets {
    return this.store.get<Buckets>(windowKey(limit)) ?? []
  }

  private debit(spent: Spent, count: number, time: number): Spent {
    const buckets = debit(spent, count, time)
    this.store.put(windowKey(spent.limit), buckets)
    return { ...spent, buckets }
  }
}

function windowKey(limit: Limit): string {
  return `window:${limit.name}${limit.partition ? `@${limit.partition}` : ''}`
}

function rememberedKey(names: readonly string[]): string {
  return `limits:${names.join(' ')}`
}
