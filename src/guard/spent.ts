// What has been spent of a limit, and what follows from it: where it stands, and when there is room.

import type { DebitPart } from './books.ts'
import type { Limit, LimitState } from '../lib/limit.ts'
import { endOf } from '../lib/period.ts'
import type { Limited } from './protocol.ts'
import { admissibleAt, stateOf, type Buckets, type Outstanding } from './window.ts'

/**
 * What has been spent of a limit, and the limit's own time (Unix ms): another's clock fault is none here.
 * A period's time is the guard's, always: what a clock that was ahead has counted is in another period.
 */
export interface Spent {
  readonly limit: Limit
  readonly time: number
  readonly leased: readonly Outstanding[]
  /** Of a window. */
  readonly buckets: Buckets
  /** Of a period. */
  readonly counted: number
}

/** Of a balance, which no time fills: it is looked at again after so long. */
const NEVER_MS = 3_600_000

/** The refusal where any limit has no room for what is asked of it; each by its own time. */
export function limitedBy(
  spent: readonly Spent[],
  costs: readonly number[],
  now: number,
): Limited | undefined {
  let at = 0
  spent.forEach((one, i) => {
    const cost = costs[i] ?? 0
    const free = cost > 0 ? roomAt(one, cost) : one.time
    if (free > one.time) at = Math.max(at, free)
  })
  if (at === 0) return undefined
  // By the clock: a limit's own time may have been ahead of it, and then stands still.
  const retryAfterMs = at - now
  return { verdict: 'limited', limits: statesOf(spent, now), retryAfterMs }
}

/** What is to be given back, without the rest that a debit knows. */
export function partsOf(spent: readonly Spent[], costs: readonly number[]): DebitPart[] {
  return spent.map(({ limit, time }, at) => ({ limit, time, count: costs[at] ?? 1 }))
}

/** Where each of them stands. */
export function statesOf(spent: readonly Spent[], now: number): LimitState[] {
  return spent.map((one) => standingOf(one, now))
}

/** Where a limit stands, told to who asks by the guard's clock. */
function standingOf(spent: Spent, now: number): LimitState {
  const { limit } = spent
  const { name, quota, windowSeconds, period } = limit
  if (!period) return stateOf(spent, spent.time, now)
  const used = usedOf(spent)
  const resets = used > 0 && period !== 'balance' ? endOf(period, now) - now : 0
  const remaining = Math.max(0, quota - used)
  return { name, quota, windowSeconds, period, remaining, resetAfterMs: resets }
}

/** When so much more will be admitted if nothing else is (Unix ms): its own time where it is now. */
function roomAt(spent: Spent, want: number): number {
  const { limit, time } = spent
  if (!limit.period) return admissibleAt(spent, want, time)
  if (usedOf(spent) + want <= limit.quota) return time
  return limit.period === 'balance' ? time + NEVER_MS : endOf(limit.period, time)
}

function usedOf({ counted, leased }: Spent): number {
  return leased.reduce((sum, { tokens }) => sum + tokens, counted)
}
