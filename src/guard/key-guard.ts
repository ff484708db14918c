// The guard of one credential: the only place that knows the lowest generation it still admits (the
// fence), what has been spent of its limits, and which leases are out. All of it lives in the
// object's SQLite storage; memory holds nothing, because objects are evicted after seconds without
// calls. A method runs without awaiting, so it is atomic, and its answer leaves only once its writes
// are durable.

import { DurableObject } from 'cloudflare:workers'

import { FORGET_AFTER_MS, Ledger } from './ledger.ts'
import type { AdmitAnswer, AdmitAsk, AheadAnswer, Fenced, Granted, Limited } from './protocol.ts'
import type { Limit, LimitState } from './limit.ts'

export class KeyGuard extends DurableObject {
  private readonly ledger = new Ledger(this.ctx.storage.kv, (now) => {
    // The first write of an object's life starts the clock by which it forgets.
    void this.ctx.storage.setAlarm(now + FORGET_AFTER_MS)
  })

  /** Decides and debits. `stale`: a newer generation has been published, load the record again. */
  admit(ask: AdmitAsk): AdmitAnswer {
    return this.ledger.admit(ask, Date.now())
  }

  /** Debits one request on the limits last asked for by these names, ahead of the record. */
  admitAhead(names: readonly string[]): AheadAnswer {
    return this.ledger.admitAhead(names, Date.now())
  }

  /**
   * Gives back a debit by its number, for a request that was refused; once. Never to be marked as
   * retryable: an answer that is lost costs one request until it leaves the window.
   */
  giveBack(debit: number, instead: Limit | null = null): LimitState[] | null {
    return this.ledger.giveBack(debit, instead, Date.now())
  }

  /** Debits one on a limit that rests on no record: an organization's guard knows no fence. */
  spend(limit: Limit): Granted | Limited {
    return this.ledger.spend(limit, Date.now())
  }

  /** Whether decisions may rest on a record of this generation. A higher one raises the fence. */
  confirm(generation: number): 'current' | 'stale' {
    return this.ledger.confirm(generation, Date.now())
  }

  /** Publishes a generation: `waitMs` after this has returned, nothing older is admitted any more. */
  fence(generation: number): Fenced {
    return this.ledger.fence(generation, Date.now())
  }

  /** Where the limits stand, without spending. */
  peek(limits: readonly Limit[]): LimitState[] {
    return this.ledger.peek(limits, Date.now())
  }

  /** Forgets everything after a day without a call that wrote; else looks again later. */
  override async alarm(): Promise<void> {
    const next = this.ledger.forget(Date.now())
    if (next === null) await this.ctx.storage.deleteAll()
    else await this.ctx.storage.setAlarm(next)
  }
}
