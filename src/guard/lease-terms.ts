// What a lease may be: how many tokens, for how long. The numbers hold three promises at once: a
// change is in force soon (the fence waits leases out), hardly any quota is lost (a lease counts in
// full until it has come back), and a busy key asks its guard a few times a second only.

import type { Limit } from '../lib/limit.ts'

/** The longest that an isolate may use a lease, in ms by its own clock, from before it asked. */
export const LEASE_MAX_MS = 300
/** So much longer the guard counts on it, for what clocks and a request's frozen time may differ. */
export const LEASE_MARGIN_MS = 50
/** A fence waits so long where a lease may be out: by then every older one has ended. */
export const FENCE_WAIT_MS = LEASE_MAX_MS + LEASE_MARGIN_MS
/** The longest that a fence has waited in any release: what it is where a guard does not say. Never less. */
export const WAIT_LONGEST_MS = 350
/** Fewer tokens, or a shorter lease, do not pay. */
export const LEASE_MIN_TOKENS = 4
const LEASE_MIN_MS = 100

/** A lease never holds more than this part of the quota, nor of what is left of it. */
const OF_QUOTA = 1 / 100
const OF_REMAINING = 1 / 20
/** Lease, margin and bucket together make a window at most a hundredth longer. */
const LEASE_OF_WINDOW = 0.0058

/** How long a lease on these limits lasts, in ms; 0: there is none. */
export function leaseMs(limits: readonly Limit[]): number {
  let ms = LEASE_MAX_MS
  for (const { windowSeconds, partition } of limits) {
    if (partition !== undefined) return 0
    ms = Math.min(ms, Math.floor(windowSeconds * 1000 * LEASE_OF_WINDOW) - LEASE_MARGIN_MS)
  }
  return ms < LEASE_MIN_MS ? 0 : ms
}

/** How many of the tokens asked for may be leased, where so many remain of each quota; 0: none. */
export function leaseTokens(
  asked: number,
  states: readonly { readonly quota: number; readonly remaining: number }[],
): number {
  const most = states.map(({ quota, remaining }) =>
    Math.min(quota * OF_QUOTA, remaining * OF_REMAINING),
  )
  const tokens = Math.floor(Math.min(asked, ...most))
  return tokens < LEASE_MIN_TOKENS ? 0 : tokens
}
