// The guard of one credential: the only place that knows the lowest generation it still admits (the
// fence) and what has been spent of its limits. Both live in the object's SQLite storage; memory
// holds nothing, because objects are evicted after seconds without calls. A method runs without
// awaiting, so it is atomic, and its answer leaves only once its writes are durable.

import { DurableObject } from 'cloudflare:workers'

import type { Limit, LimitState } from './limit.ts'
import { admissibleAt, debit, stateOf, windowTime } from './window.ts'
import type { Buckets, Spent } from './window.ts'

/** Without a call for so long, a guard forgets everything: no record is used past thirteen hours. */
export const FORGET_AFTER_MS = 24 * 60 * 60 * 1000

export interface AdmitAsk {
  /** Of the record on which the decision rests. */
  readonly generation: number
  /** All are checked, then all are debited, or none. */
  readonly limits: readonly Limit[]
  /** How many requests to admit; each costs one of every limit. */
  readonly want: number
}

export type AdmitAnswer =
  | {
      readonly verdict: 'granted'
      readonly tokens: number
      /** How long the tokens may be used; 0: for the request at hand. */
      readonly leaseMs: number
      readonly limits: readonly LimitState[]
    }
  | {
      readonly verdict: 'limited'
      readonly limits: readonly LimitState[]
      readonly retryAfterMs: number
    }
  | { readonly verdict: 'stale' }

/** The lowest generation admitted, and when it was raised (Unix ms). */
interface Fence {
  readonly generation: number
  readonly at: number
}

export class KeyGuard extends DurableObject {
  /** Decides and debits. `stale`: a newer generation has been published, load the record again. */
  admit(ask: AdmitAsk): AdmitAnswer {
    if (this.confirm(ask.generation) === 'stale') return { verdict: 'stale' }
    const spent = ask.limits.map((limit) => ({ limit, buckets: this.buckets(limit) }))
    const time = windowTime(Date.now(), spent)
    const at = Math.max(...spent.map((one) => admissibleAt(one, ask.want, time)), time)
    if (at > time) {
      const limits = spent.map((one) => stateOf(one, time))
      return { verdict: 'limited', limits, retryAfterMs: at - time }
    }
    const limits = spent.map((one) => this.debit(one, ask.want, time))
    return { verdict: 'granted', tokens: ask.want, leaseMs: 0, limits }
  }

  /** Whether decisions may rest on a record of this generation. A higher one raises the fence. */
  confirm(generation: number): 'current' | 'stale' {
    const fence = this.fenceNow()
    if (generation < fence) return 'stale'
    if (generation > fence) this.raise(generation)
    return 'current'
  }

  /**
   * Publishes a generation: when this returns, nothing older is admitted any more. Higher fences
   * stay. Resolves to the fence in force.
   */
  fence(generation: number): number {
    if (generation > this.fenceNow()) this.raise(generation)
    return this.fenceNow()
  }

  /** Where the limits stand, without spending. */
  peek(limits: readonly Limit[]): LimitState[] {
    const spent = limits.map((limit) => ({ limit, buckets: this.buckets(limit) }))
    const time = windowTime(Date.now(), spent)
    return spent.map((one) => stateOf(one, time))
  }

  /** Forgets everything after a day without a call that wrote; else looks again later. */
  override async alarm(): Promise<void> {
    const { kv } = this.ctx.storage
    const now = Date.now()
    let touched = kv.get<Fence>('fence')?.at ?? 0
    for (const [key, buckets] of [...kv.list<Buckets>({ prefix: 'window:' })]) {
      const last = buckets.at(-1)?.[2] ?? 0
      touched = Math.max(touched, last)
      if (now - last >= FORGET_AFTER_MS) kv.delete(key)
    }
    if (now - touched >= FORGET_AFTER_MS) await this.ctx.storage.deleteAll()
    else await this.ctx.storage.setAlarm(touched + FORGET_AFTER_MS)
  }

  private fenceNow(): number {
    return this.ctx.storage.kv.get<Fence>('fence')?.generation ?? 0
  }

  private raise(generation: number): void {
    const { kv } = this.ctx.storage
    const at = Date.now()
    // The first write of an object's life starts the clock by which it forgets.
    if (!kv.get('fence')) void this.ctx.storage.setAlarm(at + FORGET_AFTER_MS)
    kv.put<Fence>('fence', { generation, at })
  }

  private buckets(limit: Limit): Buckets {
    return this.ctx.storage.kv.get<Buckets>(windowKey(limit)) ?? []
  }

  private debit(spent: Spent, count: number, time: number): LimitState {
    const buckets = debit(spent, count, time)
    this.ctx.storage.kv.put(windowKey(spent.limit), buckets)
    return stateOf({ limit: spent.limit, buckets }, time)
  }
}

function windowKey(limit: Limit): string {
  return `window:${limit.name}${limit.partition ? `@${limit.partition}` : ''}`
}
