// What this isolate remembers of refusals for lack of quota: a flood over the limit is answered from
// here, and the guard is asked no more often than ask-budget.ts says.

import { LRUCache } from 'lru-cache'

import type { Limit, LimitState } from './limit.ts'

const MAX_REFUSALS = 10_000

export interface Limited {
  readonly limits: readonly LimitState[]
  readonly retryAfterMs: number
}

interface Remembered extends Limited {
  readonly at: number
}

export class RefusalMemo {
  private readonly refusals = new LRUCache<string, Remembered>({ max: MAX_REFUSALS })

  /** The refusal still in force for these limits of a credential, its times counted down. */
  get(credentialId: string, limits: readonly Limit[], nowMs: number): Limited | undefined {
    const remembered = this.refusals.get(memoKey(credentialId, limits))
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

  set(credentialId: string, limits: readonly Limit[], refusal: Limited, nowMs: number): void {
    this.refusals.set(memoKey(credentialId, limits), { ...refusal, at: nowMs })
  }
}

function memoKey(credentialId: string, limits: readonly Limit[]): string {
  return `${credentialId} ${limits.map(({ name, partition = '' }) => `${name}@${partition}`).join(' ')}`
}
