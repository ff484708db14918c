// The exact sliding window, pure: what was spent and a clock in, buckets and a verdict out.
//
// Admissions are kept in buckets of a fraction of the window. A bucket counts whole until its last
// admission has left the window, so no window of `windowSeconds` ever holds more than the quota, and
// nothing is refused more than a bucket's length longer than it must be. Tokens on lease count from
// their grant until the last moment at which one may have been used has left the window.

import type { Limit, LimitState } from '../lib/limit.ts'

/** `[from, count, last]`: admissions in the slot that begins at a time, and the latest of them; Unix ms, ascending. */
export type Bucket = readonly [from: number, count: number, last: number]
export type Buckets = readonly Bucket[]

/** Tokens that an isolate may be using until a time (Unix ms). */
export interface Outstanding {
  readonly tokens: number
  readonly until: number
}

/** A limit together with what has been spent of it. */
export interface Spent {
  readonly limit: Limit
  readonly buckets: Buckets
  readonly leased: readonly Outstanding[]
}

/** A slot is this part of the window, and a second at most: so much is refused too long at worst. */
const SLOTS = 240
const SLOT_MAX_MS = 1000

/** Where the slot of a time begins. */
function slotOf({ windowSeconds }: Limit, timeMs: number): number {
  const length = Math.min(SLOT_MAX_MS, Math.ceil((windowSeconds * 1000) / SLOTS))
  return timeMs - (timeMs % length)
}

/**
 * A clock that is set back by no more than this, or by the window where that is shorter, stands still
 * until it has caught up. Set back further it was wrong before, and is right now.
 */
export const CLOCK_AHEAD_MAX_MS = 60_000

/** Milliseconds: now, or the latest admission where the clock has been set back behind it. */
export function windowTime(nowMs: number, spent: readonly Pick<Spent, 'buckets'>[]): number {
  return spent.reduce((latest, { buckets }) => Math.max(latest, buckets.at(-1)?.[2] ?? 0), nowMs)
}

/**
 * The buckets as they are where none is dated further ahead than clocks are set back. Else what lies
 * ahead was admitted by a clock that was wrong, some time before now: it is dated now, the latest that
 * it may have been, so it counts for one window more and not until the clock gets there.
 */
export function putRight(buckets: Buckets, limit: Limit, nowMs: number): Buckets {
  const ahead = Math.min(CLOCK_AHEAD_MAX_MS, limit.windowSeconds * 1000)
  if ((buckets.at(-1)?.[2] ?? 0) <= nowMs + ahead) return buckets
  const past = buckets.filter(([, , last]) => last <= nowMs)
  const count = sum(buckets.slice(past.length))
  return debit({ limit, buckets: past }, count, nowMs)
}

/** The buckets that still count at a time. */
export function live(buckets: Buckets, limit: Limit, timeMs: number): Buckets {
  const from = timeMs - limit.windowSeconds * 1000
  // Almost always all of them, or all but the first few.
  const first = buckets.findIndex(([, , last]) => last > from)
  if (first <= 0) return first === 0 ? buckets : []
  return buckets.slice(first)
}

/** Where a limit stands at a time, told to who asks by a clock that may have been set back behind it. */
export function stateOf(spent: Spent, timeMs: number, nowMs = timeMs): LimitState {
  const { limit } = spent
  const counted = countedAt(spent, timeMs)
  const used = sum(counted)
  const oldest = counted[0]
  return {
    name: limit.name,
    quota: limit.quota,
    windowSeconds: limit.windowSeconds,
    remaining: Math.max(0, limit.quota - used),
    resetAfterMs: oldest ? oldest[2] + limit.windowSeconds * 1000 - nowMs : 0,
  }
}

/** When `want` more will be admitted if nothing else is, in Unix ms; the time itself when now. */
export function admissibleAt(spent: Spent, want: number, timeMs: number): number {
  const { limit } = spent
  const counted = countedAt(spent, timeMs)
  let excess = sum(counted) + want - limit.quota
  let at = timeMs
  for (const [, count, last] of counted) {
    if (excess <= 0) break
    excess -= count
    at = last + limit.windowSeconds * 1000
  }
  return excess <= 0 ? at : timeMs + limit.windowSeconds * 1000
}

/**
 * Adds admissions of a time, and lets go of what has left the window by then. The time may lie before
 * that of admissions already there: what was on lease is dated when it comes back. Nothing is let go of
 * by a clock that the limit's own time does not follow: it may be set back behind it again.
 */
export function debit(
  { limit, buckets }: Pick<Spent, 'limit' | 'buckets'>,
  count: number,
  timeMs: number,
): Buckets {
  const counted = live(buckets, limit, windowTime(timeMs, [{ buckets }]))
  const from = slotOf(limit, timeMs)
  const at = counted.findLastIndex(([other]) => other <= from)
  const before = counted[at]
  if (before && before[0] === from) {
    return counted.with(at, [from, before[1] + count, Math.max(before[2], timeMs)])
  }
  return counted.toSpliced(at + 1, 0, [from, count, timeMs])
}

/** Takes back admissions of a time, as far as they still count. */
export function credit(
  { limit, buckets }: Pick<Spent, 'limit' | 'buckets'>,
  count: number,
  timeMs: number,
): Buckets {
  const from = slotOf(limit, timeMs)
  return buckets.map(([start, held, last]): Bucket =>
    start === from ? [start, Math.max(0, held - count), last] : [start, held, last],
  )
}

/** What counts at a time, by the order in which it leaves the window. */
function countedAt({ limit, buckets, leased }: Spent, timeMs: number): Buckets {
  const counted = live(buckets, limit, timeMs)
  const from = timeMs - limit.windowSeconds * 1000
  const out = leased.filter(({ until }) => until > from)
  if (out.length === 0) return counted
  const leases = out.map(({ tokens, until }): Bucket => [0, tokens, until])
  return [...counted, ...leases].toSorted(([, , a], [, , b]) => a - b)
}

function sum(buckets: Buckets): number {
  return buckets.reduce((total, [, count]) => total + count, 0)
}
