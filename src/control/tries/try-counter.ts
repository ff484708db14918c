// The wrong tries of one client at one door: the only place that knows how many there were, whichever
// isolate took them. Deciding, comparing and counting are one step without awaiting, so that tries at
// once are tries one after the other, and a right one costs nothing.

import { DurableObject } from 'cloudflare:workers'

import { equalInConstantTime } from '../../credentials/digest.ts'
import { heldUntil, PERIOD_MS, withWrong } from './wrong-tries.ts'

/** What became of a try; `until`, in Unix milliseconds, of one that was not looked at, else 0. */
export interface Tried {
  readonly right: boolean
  readonly until: number
}

const WRONG = 'wrong'

export class TryCounter extends DurableObject {
  /** Until when nothing is compared (Unix ms); 0: a try is. */
  heldUntil(): number {
    return heldUntil(this.wrong(), Date.now())
  }

  /** Compares two digests, unless there were too many wrong ones before. */
  attempt(presented: string, expected: string): Tried {
    const now = Date.now()
    const wrong = this.wrong()
    const until = heldUntil(wrong, now)
    if (until > 0) return { right: false, until }
    if (equalInConstantTime(presented, expected)) return { right: true, until }
    this.ctx.storage.kv.put(WRONG, withWrong(wrong, now))
    if (wrong.length === 0) void this.ctx.storage.setAlarm(now + PERIOD_MS)
    return { right: false, until }
  }

  /** Forgets all once the last wrong try is too long ago to count. */
  override async alarm(): Promise<void> {
    const end = (this.wrong().at(-1) ?? 0) + PERIOD_MS
    if (end <= Date.now()) await this.ctx.storage.deleteAll()
    else await this.ctx.storage.setAlarm(end)
  }

  private wrong(): readonly number[] {
    return this.ctx.storage.kv.get<readonly number[]>(WRONG) ?? []
  }
}
