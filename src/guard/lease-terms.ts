// What a lease may be: for how long, and how many tokens. The numbers hold three promises at once: a
// change is in force soon (the fence waits leases out), hardly any quota is lost (a lease counts in
// full until it has come back), and a busy key seldom asks its guard.

import { LEASE_MAX_MS, type Limit } from '../lib/limit.ts'
import { msLeft } from '../lib/period.ts'

/** How long a lease lasts where a plan says nothing else, in ms by the isolate's clock, from before it asked. */
export const LEASE_MS = 1_000
/** So much longer the guard counts on it, for what clocks and a request's frozen time may differ. */
export const LEASE_MARGIN_MS = 50
/** What a fence may have waited at most in the releases before: so long, where a guard does not say. */
export const WAIT_LONGEST_MS = LEASE_MS + LEASE_MARGIN_MS
/** A lease of fewer tokens, or a shorter one, does not pay. */
export const LEASE_MIN_TOKENS = 2
const LEASE_MIN_MS = 100

/** What was used of a lease counts from its end: so much of a window is lost to it at most. */
const LEASE_OF_WINDOW = 1 / 60
/** Where the plan says how long. */
const PLANNED_OF_WINDOW = 1 / 6

/**
 * How long a lease on these limits lasts that is asked for at a time, in ms; 0: there is none. One on a
 * calendar's limit ends before the day or the month does.
 */
export function leaseMs(limits: readonly Limit[], nowMs: number, planned?: number): number {
  const ofWindow = planned === undefined ? LEASE_OF_WINDOW : PLANNED_OF_WINDOW
  let ms = Math.min(planned ?? LEASE_MS, LEASE_MAX_MS)
  for (const { windowSeconds, partition, period } of limits) {
    if (partition !== undefined) return 0
    const most = period
      ? msLeft(period, nowMs) - 2 * LEASE_MARGIN_MS
      : Math.floor(windowSeconds * 1000 * ofWindow)
    ms = Math.min(ms, most)
  }
  return ms < LEASE_MIN_MS ? 0 : ms
}

/**
 * How many of the tokens asked for may be leased, where so many requests are left of each limit and so
 * many leases are out; 0: none. All that are out together never hold more than about half of what was left.
 */
export function leaseTokens(asked: number, left: readonly number[], out: number): number {
  const share = Math.min(...left) / 2 / Math.max(1, out)
  const tokens = Math.floor(Math.min(asked, share))
  return tokens < LEASE_MIN_TOKENS ? 0 : tokens
}

/** The longest lease that any of these plans lets an isolate use (ms): for a guard that has lost what it gave. */
export function longestLeaseMs({
  plans,
}: {
  readonly plans: Readonly<Record<string, { readonly lease?: { readonly seconds: number } }>>
}): number {
  const planned = Object.values(plans).map(({ lease }) => (lease ? lease.seconds * 1000 : LEASE_MS))
  return Math.max(LEASE_MS, ...planned)
}

/** A fence waits so long for a lease of that length: by then it has ended, whatever clocks say. */
export function waitFor(ms: number): number {
  return ms === 0 ? 0 : ms + LEASE_MARGIN_MS
}
