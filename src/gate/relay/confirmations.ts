// What guards have confirmed to this isolate, for connections that stay open. All connections of a key
// rest on one answer. It holds values only: a promise or a timer belongs to the request that made it
// and ends with it, so each connection has a timer of its own, and the first that is due asks for all.

import type { KnownKey } from '../memo.ts'
import { askGuard, GUARD_DEADLINE_MS, type Guards } from '../../guard/ask.ts'

interface Confirmation {
  /** When the latest question was put that was answered with `current`; Unix ms. */
  confirmedAt: number
  /** When somebody began to ask who has no answer yet. Whoever asks for too long is gone. */
  askingSince: number
}

export class Confirmations {
  private readonly byKey = new WeakMap<KnownKey, Confirmation>()

  /**
   * When the record of a key was current, not longer ago than `maxAgeMs`; its guard is asked where that
   * is not known. `busy`: another connection is asking.
   */
  async ask(
    guards: Guards,
    key: KnownKey,
    maxAgeMs: number,
  ): Promise<number | 'stale' | 'unreachable' | 'busy'> {
    const known = this.of(key)
    const now = Date.now()
    if (isWithin(known.confirmedAt, now, maxAgeMs)) return known.confirmedAt
    if (isWithin(known.askingSince, now, GUARD_DEADLINE_MS)) return 'busy'
    known.askingSince = now
    const { id, generation } = key.principal.record
    const answer = await askGuard(guards, id, (guard) => guard.confirm(generation))
    known.askingSince = 0
    if (!answer.ok) return 'unreachable'
    if (answer.value === 'stale') return 'stale'
    known.confirmedAt = now
    return now
  }

  private of(key: KnownKey): Confirmation {
    const known = this.byKey.get(key) ?? { confirmedAt: 0, askingSince: 0 }
    this.byKey.set(key, known)
    return known
  }
}

/** A time that lies ahead is of a clock that was set back: it says nothing. */
function isWithin(time: number, now: number, maxAgeMs: number): boolean {
  return time <= now && now - time < maxAgeMs
}
