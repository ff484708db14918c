// What a guard knows, over any synchronous store: the lowest generation it admits (the fence), what
// has been spent of each limit, and the leases that are out. Pure but for that store: the time is
// given. A method either writes all that its answer rests on, or nothing.

import { Debits, type Debit } from './debits.ts'
import { FENCE_WAIT_MS, LEASE_MARGIN_MS, leaseMs, leaseTokens } from './lease-terms.ts'
import { sameLimits, type Limit, type LimitState } from '../lib/limit.ts'
import type { AdmitAnswer, AdmitAsk, AheadAnswered, Fenced, Granted, Limited } from './protocol.ts'
import { Spending, type LedgerStore, type Timed } from './spending.ts'
import { admissibleAt, stateOf } from './window.ts'

/** Without a call for so long, a guard forgets everything: no record is used past thirteen hours. */
export const FORGET_AFTER_MS = 24 * 60 * 60 * 1000

/** No isolate raises a fence further ahead of the guard's clock: a generation is a time, at first. */
export const GENERATION_AHEAD_MAX_MS = 24 * 60 * 60 * 1000

/** The lowest generation admitted, and when it was raised (Unix ms). */
interface Fence {
  readonly generation: number
  readonly at: number
  /** When it began, knowing nothing: its storage may have been lost shortly before, with leases out. */
  readonly begunAt?: number
}

/** The limits that were last asked for by their names, and on which generation. */
interface Remembered {
  readonly generation: number
  readonly limits: readonly Limit[]
}

/** Below it one request more or less may be the last. */
const AHEAD_MIN_REMAINING = 20
/** So long after a guard has begun, fences wait for leases that it may have given before. */
const LOST_LEASES_MS = 60_000

export class Ledger {
  private readonly store: LedgerStore
  private readonly spending: Spending
  private readonly debits: Debits
  private readonly begun: (now: number) => void

  /** `begun` hears of the first thing that is ever written. */
  constructor(store: LedgerStore, begun: (now: number) => void) {
    this.store = store
    this.spending = new Spending(store)
    this.debits = new Debits(store)
    this.begun = begun
  }

  /** Decides and debits. `stale`: a newer generation has been published, load the record again. */
  admit(ask: AdmitAsk, now: number): AdmitAnswer {
    const { generation, limits, want, lease = 0, settled = [] } = ask
    const { returnable = false, fresh = false, mark } = ask
    const leases = this.spending.settle(settled, now)
    if (this.confirm(generation, now, fresh) === 'stale') return { verdict: 'stale' }
    // Of another generation it is only fresh: that holds for the request at hand alone.
    const newest = generation === this.fenceNow()
    const spent = limits.map((limit) => this.spending.of(limit, leases, now))
    const limited = want > 0 ? limitedBy(spent, want, now) : undefined
    if (limited) return limited
    const debited = want > 0 ? spent.map((one) => this.spending.debit(one, want)) : spent
    if (want > 0 && newest) this.remember(generation, limits)
    const debit = returnable && want === 1 ? { debit: this.debits.note(partsOf(debited), now) } : {}
    const states = statesOf(debited, now)
    const ms = leaseMs(limits)
    const tokens = newest && ms > 0 && lease > 0 ? leaseTokens(lease, states) : 0
    if (tokens === 0) return { verdict: 'granted', lease: null, limits: states, ...debit }
    // Not from one on: no number from before its storage was lost must be taken for one of these.
    const id = Math.max(leases.lastId, this.begunAt()) + 1
    const until = Math.max(now, ...spent.map(({ time }) => time)) + ms + LEASE_MARGIN_MS
    const lent = { id, tokens, until, limits, ...(mark !== undefined && { mark }) }
    this.spending.open(lent, leases)
    const left = states.map((state) => ({ ...state, remaining: state.remaining - tokens }))
    return { verdict: 'granted', lease: { id, tokens, ms }, limits: left, ...debit }
  }

  /**
   * Debits one request for an asker that is still reading the record, on the limits that were last
   * asked for by these names, if they are of the newest generation. Only where so much is left that
   * nobody notices until it is given back, because the record refuses (`giveBack`).
   */
  admitAhead(names: readonly string[], now: number): AheadAnswered {
    const generation = this.fenceNow()
    const known = this.store.get<Remembered>(rememberedKey(names))
    if (known?.generation !== generation) return { generation, debited: null }
    const leases = this.spending.leases(now)
    const spent = known.limits.map((limit) => this.spending.of(limit, leases, now))
    const ample = statesOf(spent, now).every(({ remaining }) => remaining >= AHEAD_MIN_REMAINING)
    if (!ample) return { generation, debited: null }
    const debited = spent.map((one) => this.spending.debit(one, 1))
    const debit = this.debits.note(partsOf(debited), now)
    const states = statesOf(debited, now)
    return { generation, debited: { limits: known.limits, states, time: now, debit } }
  }

  /** Debits one on a limit that rests on no record, such as an organization's. */
  spend(limit: Limit, now: number): Granted | Limited {
    const spent = this.spending.of(limit, this.spending.leases(now), now)
    const limited = limitedBy([spent], 1, now)
    if (limited) return limited
    if (spent.buckets.length === 0 && this.store.get('fence') === undefined) this.begun(now)
    return { verdict: 'granted', limits: statesOf([this.spending.debit(spent, 1)], now) }
  }

  /**
   * Gives back a debit for a request that was refused; once. `instead` is debited in its place, so that
   * refusals are not free without end: where that limit is full, the debit stays.
   * @returns where the limits stand then; null: nothing was given back.
   */
  giveBack(debit: number, instead: Limit | null, now: number): LimitState[] | null {
    const taken = this.debits.take(debit, now)
    if (!taken) return null
    const leases = this.spending.leases(now)
    if (instead) {
      const spent = this.spending.of(instead, leases, now)
      if (limitedBy([spent], 1, now)) return null
      this.spending.debit(spent, 1)
    }
    for (const { limit, time } of taken.parts) this.spending.credit(limit, time, now)
    const parts = taken.parts.map(({ limit }) => this.spending.of(limit, leases, now))
    return statesOf(parts, now)
  }

  /**
   * Whether decisions may rest on a record of this generation. A higher one raises the fence, as far as
   * an isolate's word goes. What the asker's own request read from D1 is never stale: whatever was in
   * force when that request began is in it.
   */
  confirm(generation: number, now: number, fresh = false): 'current' | 'stale' {
    const fence = this.fenceNow()
    const beyond = generation > fence && generation > now + GENERATION_AHEAD_MAX_MS
    if (generation < fence || beyond) return fresh ? 'current' : 'stale'
    if (generation > fence) this.raise(generation, now)
    return 'current'
  }

  /** Whether it knows nothing of what it may admit: it is new, or what it knew is lost or forgotten. */
  isEmpty(): boolean {
    return this.store.get('fence') === undefined
  }

  /** Begins with the generation that D1 has; what was published meanwhile stays. */
  begin(generation: number, now: number): void {
    if (generation > this.fenceNow()) this.raise(generation, now, now)
  }

  /**
   * Publishes a generation; higher ones stay. Once `waitMs` have passed, nothing older is admitted:
   * neither here, nor by an isolate on the strength of a lease, be it of a guard whose storage is lost.
   * A lease may be out until it is settled, whatever the clock says: it may have been set on.
   */
  fence(generation: number, now: number): Required<Fenced> {
    if (generation > this.fenceNow()) this.raise(generation, now, now)
    const { open } = this.spending.leases(now)
    const out = open.length > 0 || this.begunAt() > now - LOST_LEASES_MS
    return { generation: this.fenceNow(), waitMs: out ? FENCE_WAIT_MS : 0 }
  }

  /** Where the limits stand, without spending. */
  peek(limits: readonly Limit[], now: number): LimitState[] {
    const leases = this.spending.leases(now)
    return statesOf(
      limits.map((limit) => this.spending.of(limit, leases, now)),
      now,
    )
  }

  /**
   * Lets go of windows that nobody has used for `FORGET_AFTER_MS`.
   * @returns when to look again (Unix ms); null: all of it may go.
   */
  forget(now: number): number | null {
    const raised = this.store.get<Fence>('fence')?.at ?? 0
    const touched = Math.max(raised, this.spending.forget(now, FORGET_AFTER_MS))
    return now - touched >= FORGET_AFTER_MS ? null : touched + FORGET_AFTER_MS
  }

  private fenceNow(): number {
    return this.store.get<Fence>('fence')?.generation ?? 0
  }

  private begunAt(): number {
    return this.store.get<Fence>('fence')?.begunAt ?? 0
  }

  /** `ifFirst`: when it began, where it knew of no fence. */
  private raise(generation: number, now: number, ifFirst = 0): void {
    const begunAt = this.isEmpty() ? ifFirst : this.begunAt()
    if (this.isEmpty()) this.begun(now)
    this.store.put('fence', { generation, at: now, begunAt } satisfies Fence)
  }

  /** For `admitAhead`. Written when it changes, which is seldom. */
  private remember(generation: number, limits: readonly Limit[]): void {
    if (limits.some(({ partition }) => partition !== undefined)) return
    const key = rememberedKey(limits.map(({ name }) => name))
    const known = this.store.get<Remembered>(key)
    if (known?.generation === generation && sameLimits(known.limits, limits)) return
    this.store.put(key, { generation, limits } satisfies Remembered)
  }
}

/** The refusal where any limit has no room for as many; each by its own time. */
function limitedBy(spent: readonly Timed[], want: number, now: number): Limited | undefined {
  let at = 0
  for (const one of spent) {
    const free = admissibleAt(one, want, one.time)
    if (free > one.time) at = Math.max(at, free)
  }
  if (at === 0) return undefined
  // By the clock: a limit's own time may have been ahead of it, and then stands still.
  const retryAfterMs = at - now
  return { verdict: 'limited', limits: statesOf(spent, now), retryAfterMs }
}

/** What is to be given back, without the rest that a debit knows. */
function partsOf(spent: readonly Timed[]): Debit['parts'] {
  return spent.map(({ limit, time }) => ({ limit, time }))
}

function statesOf(spent: readonly Timed[], now: number): LimitState[] {
  return spent.map((one) => stateOf(one, one.time, now))
}

function rememberedKey(names: readonly string[]): string {
  return `limits:${names.join(' ')}`
}
