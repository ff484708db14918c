// The isolate's memory of credentials, keyed on the presented string, so that the hot path computes
// nothing. Bounded, by keys and by what their lists hold. It may be stale: the guard is asked before
// anything is forwarded.

import { createLRU } from 'lru.min'

import type { AskBudget } from '../guard/ask-budget.ts'
import type { Meter } from '../guard/meter.ts'
import type { Principal } from '../credentials/principal.ts'
import type { Lookup } from '../credentials/record.ts'

/** A record is not used past this age in a memo, so that a guard may forget fences after a day. */
export const MEMO_MAX_AGE_MS = 60 * 60 * 1000
/** How long an unknown credential stays unknown; one created meanwhile waits so long at most. */
export const UNKNOWN_FOR_MS = 2_000
const MAX_KEYS = 10_000
/**
 * List entries of all keys together, organizations' lists counted with each key: some 50 bytes each for
 * IPv4, three times that for IPv6, of the 128 MB that an isolate has.
 */
const MAX_LIST_ENTRIES = 400_000
const MAX_UNKNOWN = 10_000

/** A credential that was verified, with what is known of it. */
export interface KnownKey {
  readonly lookup: Lookup
  readonly principal: Principal
  /** When it was put together from KV or D1 (Unix ms). */
  readonly loadedAt: number
  /** For questions about refusals. */
  readonly asks: AskBudget
  /** By what a call is charged with (`chargeName`). */
  readonly meters: Map<string, Meter>
}

/** A key, as the request knows it that had to look for it. */
export interface Authenticated {
  readonly key: KnownKey
  /**
   * Its record was read from D1 by a read that this very request started, so that all that was in force
   * when the request began is in it. Never so for who joined another's load, or found it in a memo.
   */
  readonly fresh: boolean
}

export class KeyMemo {
  /** List entries of all keys that are known. */
  private entries = 0
  private readonly known = createLRU<string, KnownKey>({
    max: MAX_KEYS,
    onEviction: (_presented, key) => {
      this.entries -= listEntries(key)
    },
  })
  private readonly unknown = createLRU<string, number>({ max: MAX_UNKNOWN })

  get(presented: string, nowMs: number): KnownKey | undefined {
    const key = this.known.get(presented)
    if (key && nowMs - key.loadedAt < MEMO_MAX_AGE_MS) return key
    return undefined
  }

  set(presented: string, key: KnownKey): void {
    this.unknown.delete(presented)
    this.known.set(presented, key)
    this.entries += listEntries(key)
    while (this.entries > MAX_LIST_ENTRIES) this.known.evict(1)
  }

  isUnknown(presented: string, nowMs: number): boolean {
    return (this.unknown.get(presented) ?? 0) > nowMs
  }

  setUnknown(presented: string, nowMs: number): void {
    this.known.delete(presented)
    this.unknown.set(presented, nowMs + UNKNOWN_FOR_MS)
  }
}

function listEntries({ principal }: KnownKey): number {
  const { organizationIps, keyIps, origins } = principal.record
  return [organizationIps, keyIps, origins].reduce((sum, list) => sum + (list?.length ?? 0), 0)
}
