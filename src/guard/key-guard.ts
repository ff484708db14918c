// The guard of one credential: the only place that knows the lowest generation it still admits (the
// fence), what has been spent of its limits, and which leases are out. All of it lives in the
// object's SQLite storage; memory holds nothing, because objects are evicted after seconds without
// calls. A method decides without awaiting, so it is atomic, and its answer leaves only once its writes
// are durable.
//
// A guard that knows nothing (new, forgotten, or its storage lost) must not take the first record that
// comes for the newest: before its first answer it reads its generation from D1. Where D1 does not
// answer, neither does the guard, and nothing is admitted.

import { DurableObject } from 'cloudflare:workers'

import { Ledger } from './ledger.ts'
import { credentialOf } from './name.ts'
import type { AdmitAnswer, AdmitAsk, AheadAnswered, Fenced, Granted, Limited } from './protocol.ts'
import type { Limit, LimitState } from '../lib/limit.ts'
import { FORGET_AFTER_MS } from './turn.ts'

/** A read of D1 that takes longer has failed; the next to ask begins another. */
const BEGIN_DEADLINE_MS = 1_500

/** What the guard's wrangler.toml binds. */
export interface GuardBindings {
  readonly DB: D1Database
}

export class KeyGuard extends DurableObject<GuardBindings> {
  private readonly ledger = new Ledger(this.ctx.storage.kv, (now) => {
    // The first write of an object's life starts the clock by which it forgets.
    void this.ctx.storage.setAlarm(now + FORGET_AFTER_MS)
  })

  /** The read of D1 that is under way; who asks meanwhile waits for it too. */
  private beginning: Promise<boolean> | undefined

  /** Decides and debits. `stale`: a newer generation has been published, load the record again. */
  async admit(ask: AdmitAsk): Promise<AdmitAnswer> {
    if (this.ledger.isEmpty() && !(await this.begin())) return { verdict: 'stale' }
    return this.ledger.admit(ask, Date.now())
  }

  /** Debits one request on the limits last asked for by these names, ahead of the record. */
  admitAhead(names: readonly string[]): AheadAnswered {
    // It admits nothing then, but the asker will be back: D1 is read while he reads the record.
    if (this.ledger.isEmpty()) this.ctx.waitUntil(this.begin().catch(() => {}))
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

  /** Whether decisions may rest on a record of this generation; `fresh` as in AdmitAsk. */
  async confirm(generation: number, fresh = false): Promise<'current' | 'stale'> {
    if (this.ledger.isEmpty() && !(await this.begin())) return 'stale'
    return this.ledger.confirm(generation, Date.now(), fresh)
  }

  /**
   * Publishes a generation: `waitMs` after this has returned, nothing older is admitted any more.
   * `longestLeaseMs`: the longest lease of any plan, by who knows the catalog.
   */
  async fence(generation: number, longestLeaseMs?: number): Promise<Required<Fenced>> {
    if (this.ledger.isEmpty()) await this.begin()
    return this.ledger.fence(generation, Date.now(), longestLeaseMs)
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

  /** Begins with what D1 has. False: D1 knows of no such credential. Throws where it does not answer. */
  private async begin(): Promise<boolean> {
    this.beginning ??= this.readGeneration().finally(() => (this.beginning = undefined))
    return await this.beginning
  }

  private async readGeneration(): Promise<boolean> {
    const read = this.env.DB.withSession('first-primary')
      .prepare('SELECT generation FROM generations WHERE credential_id = ?1')
      .bind(credentialOf(this.ctx.id.name ?? ''))
      .first<number>('generation')
    const generation = await within(BEGIN_DEADLINE_MS, read)
    if (typeof generation !== 'number') return false
    this.ledger.begin(generation, Date.now())
    return true
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | null = null
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`D1 did not answer within ${ms} ms`)), ms)
  })
  return await Promise.race([work, late]).finally(() => clearTimeout(timer))
}
