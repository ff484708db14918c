// What this isolate remembers of refusals for lack of quota: a flood over the limit is answered from
// here, and the guard is asked no more often than ask-budget.ts says. A refusal is remembered of one
// generation and of whole limits, and until the guard grants again: what was raised is another's.

import { createLRU } from 'lru.min'

import { weightOf, type Limit, type LimitState } from '../lib/limit.ts'

const MAX_REFUSALS = 10_000

export interface Limited {
  readonly limits: readonly LimitState[]
  readonly retryAfterMs: number
}

/** What a guard was asked for, of which credential and on which of its generations. */
export interface Refused {
  readonly id: string
  readonly generation: number
  readonly limits: readonly Limit[]
  /** What was asked of each; not said: one. */
  readonly weights?: readonly number[] | undefined
}

interface Remembered extends Limited {
  readonly at: number
}

export class RefusalMemo {
  private readonly refusals = createLRU<string, Remembered>({ max: MAX_REFUSALS })

  /** The refusal still in force for what was asked, its times counted down. */
  get(asked: Refused, nowMs: number): Limited | undefined {
    const remembered = this.refusals.get(memoKey(asked))
    if (!remembered) return undefined
    const age = nowMs - remembered.at
    if (age < 0 || age >= remembered.retryAfterMs) return undefined
    return {
      retryAfterMs: remembered.retryAfterMs - age,
      limits: remembered.limits.map((limit) => ({
        ...limit,
        resetAfterMs: Math.max(0, limit.resetAfterMs - age),
      })),
    }
  }

  set(asked: Refused, refusal: Limited, nowMs: number): void {
    this.refusals.set(memoKey(asked), { ...refusal, at: nowMs })
  }

  /** The guard has granted the same since. */
  forget(asked: Refused): void {
    this.refusals.delete(memoKey(asked))
  }
}

function memoKey({ id, generation, limits, weights }: Refused): string {
  const asked = limits.map(
    ({ name, quota, windowSeconds, partition = '' }, at) =>
      `${name}=${weightOf(weights, at)}:${quota}/${windowSeconds}@${partition}`,
  )
  return `${id} ${generation} ${asked.join(' ')}`
}
