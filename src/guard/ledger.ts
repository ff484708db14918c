// What a guard knows, over any synchronous store: the lowest generation it admits (the fence), what
// has been spent of each limit, and the leases that are out. Pure but for that store: the time is
// given. A method either writes all that its answer rests on, or nothing.

import { Draft, type LedgerStore } from './books.ts'
import { LEASE_MS } from './lease-terms.ts'
import type { Limit, LimitState } from '../lib/limit.ts'
import type { AdmitAnswer, AdmitAsk, AheadAnswered, Fenced, Granted, Limited } from './protocol.ts'
import { Turn } from './turn.ts'

export class Ledger {
  private readonly store: LedgerStore
  private readonly begun: (now: number) => void

  /** `begun` hears of the first thing that is ever written. */
  constructor(store: LedgerStore, begun: (now: number) => void) {
    this.store = store
    this.begun = begun
  }

  /** Decides and debits. `stale`: a newer generation has been published, load the record again. */
  admit(ask: AdmitAsk, now: number): AdmitAnswer {
    return this.turn(now, (turn) => turn.admit(ask))
  }

  /**
   * Debits one request for an asker that is still reading the record, on the limits that were last
   * asked for by these names, if they are of the newest generation. Only where so much is left that
   * nobody notices until it is given back, because the record refuses (`giveBack`).
   */
  admitAhead(names: readonly string[], now: number): AheadAnswered {
    return this.turn(now, (turn) => turn.admitAhead(names))
  }

  /** Debits one on a limit that rests on no record, such as an organization's. */
  spend(limit: Limit, now: number): Granted | Limited {
    return this.turn(now, (turn) => turn.spend(limit))
  }

  /**
   * Gives back a debit for a request that was refused; once. `instead` is debited in its place, so that
   * refusals are not free without end: where that limit is full, the debit stays.
   * @returns where the limits stand then; null: nothing was given back.
   */
  giveBack(debit: number, instead: Limit | null, now: number): LimitState[] | null {
    return this.turn(now, (turn) => turn.giveBack(debit, instead))
  }

  /**
   * Whether decisions may rest on a record of this generation. A higher one raises the fence, as far as
   * an isolate's word goes. What the asker's own request read from D1 is never stale: whatever was in
   * force when that request began is in it.
   */
  confirm(generation: number, now: number, fresh = false): 'current' | 'stale' {
    return this.turn(now, (turn) => turn.confirm(generation, fresh))
  }

  /** Whether it knows nothing of what it may admit: it is new, or what it knew is lost or forgotten. */
  isEmpty(): boolean {
    return new Draft(this.store).books.fence === undefined
  }

  /** Begins with the generation that D1 has; what was published meanwhile stays. */
  begin(generation: number, now: number): void {
    this.turn(now, (turn) => turn.begin(generation))
  }

  /**
   * Publishes a generation; higher ones stay. Once `waitMs` have passed, nothing older is admitted:
   * neither here, nor by an isolate on the strength of a lease, be it of a guard whose storage is lost:
   * for that one `longestLeaseMs` is waited for, the longest that any plan allows.
   * A lease may be out until it is settled, whatever the clock says: it may have been set on.
   */
  fence(generation: number, now: number, longestLeaseMs = LEASE_MS): Required<Fenced> {
    return this.turn(now, (turn) => turn.fence(generation, longestLeaseMs))
  }

  /** Where the limits stand, without spending. */
  peek(limits: readonly Limit[], now: number): LimitState[] {
    return this.turn(now, (turn) => turn.peek(limits))
  }

  /**
   * Lets go of windows that nobody has used for `FORGET_AFTER_MS`, and of periods that are long over.
   * @returns when to look again (Unix ms); null: all of it may go.
   */
  forget(now: number): number | null {
    return this.turn(now, (turn) => turn.forget())
  }

  /** Writes what a decision has changed, once it is made. */
  private turn<T>(now: number, decide: (turn: Turn) => T): T {
    const draft = new Draft(this.store)
    const answer = decide(new Turn(draft, now))
    if (draft.save()) this.begun(now)
    return answer
  }
}
