// The exact sliding window, pure: buckets and a clock in, buckets and a verdict out (DESIGN §3).
//
// Admissions are kept in buckets of at most a second. A bucket counts whole until its last admission
// has left the window, so no window of `windowSeconds` ever holds more than the quota, and nothing
// is refused more than a second longer than it must be.

import type { Limit, LimitState } from './limit.ts'

/** `[second, count, last]`: admissions in one second, and the latest of them in Unix ms. Ascending. */
export type Bucket = readonly [second: number, count: number, last: number]
export type Buckets = readonly Bucket[]

/** A limit together with what has been spent of it. */
export interface Spent {
  readonly limit: Limit
  readonly buckets: Buckets
}

/** Milliseconds: now, or the latest admission where the clock has been set back behind it. */
export function windowTime(nowMs: number, spent: readonly Spent[]): number {
  return spent.reduce((latest, { buckets }) => Math.max(latest, buckets.at(-1)?.[2] ?? 0), nowMs)
}

/** The buckets that still count at a time. */
export function live(buckets: Buckets, limit: Limit, timeMs: number): Buckets {
  const from = timeMs - limit.windowSeconds * 1000
  return buckets.filter(([, , last]) => last > from)
}

/** Where a limit stands at a time. */
export function stateOf({ limit, buckets }: Spent, timeMs: number): LimitState {
  const counted = live(buckets, limit, timeMs)
  const used = counted.reduce((sum, [, count]) => sum + count, 0)
  const oldest = counted[0]
  return {
    name: limit.name,
    quota: limit.quota,
    windowSeconds: limit.windowSeconds,
    remaining: Math.max(0, limit.quota - used),
    resetAfterMs: oldest ? oldest[2] + limit.windowSeconds * 1000 - timeMs : 0,
  }
}

/** When `want` more will be admitted if nothing else is, in Unix ms; the time itself when now. */
export function admissibleAt({ limit, buckets }: Spent, want: number, timeMs: number): number {
  const counted = live(buckets, limit, timeMs)
  let excess = counted.reduce((sum, [, count]) => sum + count, 0) + want - limit.quota
  let at = timeMs
  for (const [, count, last] of counted) {
    if (excess <= 0) break
    excess -= count
    at = last + limit.windowSeconds * 1000
  }
  return excess <= 0 ? at : timeMs + limit.windowSeconds * 1000
}

/** Adds admissions at a time, and lets go of what has left the window. */
export function debit({ limit, buckets }: Spent, count: number, timeMs: number): Buckets {
  const counted = live(buckets, limit, timeMs)
  const second = Math.floor(timeMs / 1000)
  const newest = counted.at(-1)
  if (newest && newest[0] === second) {
    return [...counted.slice(0, -1), [second, newest[1] + count, timeMs]]
  }
  return [...counted, [second, count, timeMs]]
}
