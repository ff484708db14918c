// What a guard decides in one call, over a draft of its books. The public methods are those of the ledger,
// where they are described.

import type { Draft } from './books.ts'
import { noteDebit, takeDebit } from './debits.ts'
import { LEASE_MARGIN_MS, LEASE_MS, leaseMs, leaseTokens, waitFor } from './lease-terms.ts'
import { sameLimits, weightOf, type Limit, type LimitState } from '../lib/limit.ts'
import {
  FORMER_LEASE_MS,
  type AdmitAnswer,
  type AdmitAsk,
  type AheadAnswered,
  type Fenced,
  type Granted,
  type Lease,
  type Limited,
} from './protocol.ts'
import { Spending } from './spending.ts'
import { limitedBy, partsOf, statesOf, type Spent } from './spent.ts'

/** Without a call for so long, a guard forgets everything: no record is used past thirteen hours. */
export const FORGET_AFTER_MS = 24 * 60 * 60 * 1000

/** No isolate raises a fence further ahead of the guard's clock: a generation is a time, at first. */
export const GENERATION_AHEAD_MAX_MS = 24 * 60 * 60 * 1000

/** Below it one request more or less may be the last. */
const AHEAD_MIN_REMAINING = 20
/** So long after a guard has begun, fences wait for leases that it may have given before. */
const LOST_LEASES_MS = 60_000

/** One call: what it decides at a time, and what it changes. */
export class Turn {
  private readonly draft: Draft
  private readonly now: number
  private readonly spending: Spending

  constructor(draft: Draft, now: number) {
    this.draft = draft
    this.now = now
    this.spending = new Spending(draft, now)
  }

  admit(ask: AdmitAsk): AdmitAnswer {
    const { generation, limits, want, weights, lease = 0, settled = [] } = ask
    const { returnable = false, fresh = false } = ask
    this.spending.settle(settled)
    if (this.confirm(generation, fresh) === 'stale') return { verdict: 'stale' }
    // Of another generation it is only fresh: that holds for the request at hand alone.
    const newest = generation === this.standing()
    const costs = limits.map((_limit, at) => want * weightOf(weights, at))
    const before = limits.map((limit) => this.spending.of(limit))
    const limited = limitedBy(before, costs, this.now)
    if (limited) return limited
    const spent = before.map((one, at) => this.spending.debit(one, costs[at] ?? want))
    if (want > 0 && newest) this.remember(ask)
    const parts = returnable && want > 0 ? partsOf(spent, costs) : undefined
    const debit = parts && { debit: noteDebit(this.draft, parts, this.now) }
    const states = statesOf(spent, this.now)
    const lent = newest && lease > 0 ? this.lend(ask, spent, states) : null
    if (!lent) return { verdict: 'granted', lease: null, limits: states, ...debit }
    const left = states.map((state, at) => ({
      ...state,
      remaining: state.remaining - lent.tokens * weightOf(weights, at),
    }))
    return { verdict: 'granted', lease: lent, limits: left, ...debit }
  }

  admitAhead(names: readonly string[]): AheadAnswered {
    const generation = this.standing()
    const known = this.draft.books.asked[names.join(' ')]
    if (known?.generation !== generation) return { generation, debited: null }
    const { limits, weights } = known
    const before = limits.map((limit) => this.spending.of(limit))
    const ample = statesOf(before, this.now).every(
      ({ remaining }, at) => remaining >= AHEAD_MIN_REMAINING * weightOf(weights, at),
    )
    if (!ample) return { generation, debited: null }
    const costs = limits.map((_limit, at) => weightOf(weights, at))
    const spent = before.map((one, at) => this.spending.debit(one, costs[at] ?? 1))
    const debit = noteDebit(this.draft, partsOf(spent, costs), this.now)
    const states = statesOf(spent, this.now)
    return { generation, debited: { limits, states, time: this.now, debit } }
  }

  spend(limit: Limit): Granted | Limited {
    const before = this.spending.of(limit)
    const limited = limitedBy([before], [1], this.now)
    if (limited) return limited
    return { verdict: 'granted', limits: statesOf([this.spending.debit(before, 1)], this.now) }
  }

  giveBack(debit: number, instead: Limit | null): LimitState[] | null {
    const taken = takeDebit(this.draft, debit, this.now)
    if (!taken) return null
    if (instead) {
      const spent = this.spending.of(instead)
      if (limitedBy([spent], [1], this.now)) return null
      this.spending.debit(spent, 1)
    }
    for (const part of taken.parts) this.spending.credit(part)
    return statesOf(
      taken.parts.map(({ limit }) => this.spending.of(limit)),
      this.now,
    )
  }

  confirm(generation: number, fresh: boolean): 'current' | 'stale' {
    const fence = this.standing()
    const beyond = generation > fence && generation > this.now + GENERATION_AHEAD_MAX_MS
    if (generation < fence || beyond) return fresh ? 'current' : 'stale'
    if (generation > fence) this.raise(generation)
    return 'current'
  }

  begin(generation: number): void {
    if (generation > this.standing()) this.raise(generation, this.now)
  }

  fence(generation: number, longestLeaseMs: number): Required<Fenced> {
    if (generation > this.standing()) this.raise(generation, this.now)
    const out = this.spending.leases().open.map(({ ms = LEASE_MS }) => ms)
    const lost = this.begunAt() > this.now - LOST_LEASES_MS ? longestLeaseMs : 0
    return { generation: this.standing(), waitMs: waitFor(Math.max(lost, ...out)) }
  }

  peek(limits: readonly Limit[]): LimitState[] {
    return statesOf(
      limits.map((limit) => this.spending.of(limit)),
      this.now,
    )
  }

  forget(): number | null {
    const raised = this.draft.books.fence?.at ?? 0
    const touched = Math.max(raised, this.spending.forget(FORGET_AFTER_MS))
    if (this.now - touched >= FORGET_AFTER_MS) return null
    return (Number.isFinite(touched) ? touched : this.now) + FORGET_AFTER_MS
  }

  /** A lease on what is left once the request at hand is debited. */
  private lend(
    { limits, weights, lease = 0, leaseMs: said, mark }: AdmitAsk,
    spent: readonly Spent[],
    states: readonly LimitState[],
  ): Lease | null {
    const asked = said ?? FORMER_LEASE_MS
    const ms = Math.min(asked, leaseMs(limits, this.now, asked))
    const left = states.map(({ quota, remaining }, at) =>
      said === undefined ? formerly(quota, remaining) : remaining / weightOf(weights, at),
    )
    const { lastId, open } = this.spending.leases()
    const out = open.filter(({ until }) => until > this.now).length
    const tokens = ms > 0 ? leaseTokens(lease, left, out) : 0
    if (tokens === 0) return null
    // Not from one on: no number from before its storage was lost must be taken for one of these.
    const id = Math.max(lastId, this.begunAt()) + 1
    const until = Math.max(this.now, ...spent.map(({ time }) => time)) + ms + LEASE_MARGIN_MS
    const terms = { id, tokens, until, at: this.now, ms: asked, limits }
    this.spending.open({
      ...terms,
      ...(weights && { weights }),
      ...(mark !== undefined && { mark }),
    })
    return { id, tokens, ms }
  }

  private standing(): number {
    return this.draft.books.fence?.generation ?? 0
  }

  private begunAt(): number {
    return this.draft.books.fence?.begunAt ?? 0
  }

  /** `ifFirst`: when it began, where it knew of no fence. */
  private raise(generation: number, ifFirst = 0): void {
    const begunAt = this.draft.books.fence ? this.begunAt() : ifFirst
    this.draft.change({ fence: { generation, at: this.now, begunAt } })
  }

  /** For `admitAhead`. Changed when it changes, which is seldom. */
  private remember({ generation, limits, weights, name = namesOf(limits) }: AdmitAsk): void {
    if (limits.some(({ partition }) => partition !== undefined)) return
    const { asked } = this.draft.books
    const known = asked[name]
    if (known?.generation === generation && sameLimits(known.limits, limits)) return
    const remembered = { generation, limits, ...(weights && { weights }) }
    this.draft.change({ asked: { ...asked, [name]: remembered } })
  }
}

/**
 * What the previous release's isolate may have half of: its refusals do not look for a lease that came
 * meanwhile, so it gets no more than its own guard gave.
 */
function formerly(quota: number, remaining: number): number {
  return 2 * Math.min(quota / 100, remaining / 20)
}

function namesOf(limits: readonly Limit[]): string {
  return limits.map(({ name }) => name).join(' ')
}
