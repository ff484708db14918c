// The rate-limit headers of every answer that spent quota or was refused for lack of it: the common
// X-RateLimit-*, and the structured fields of draft-ietf-httpapi-ratelimit-headers-10.

import type { LimitState, Standing } from '../guard/limit.ts'

/** Sets them from where the limits stand; X-RateLimit-* speaks of the one closest to its end. */
export function setRateLimitHeaders(
  headers: Headers,
  { limits, spare, at }: Standing,
  nowMs: number,
): void {
  const [first, ...others] = limits
  if (!first) return
  const tightest = others.reduce((best, one) => (isTighter(one, best) ? one : best), first)
  // A request that waited for its record is older than what its guard said.
  const age = Math.max(0, nowMs - at)
  headers.set('x-ratelimit-limit', String(tightest.quota))
  headers.set('x-ratelimit-remaining', String(tightest.remaining + spare))
  headers.set('x-ratelimit-reset', String(Math.ceil((nowMs + resetMs(tightest, age)) / 1000)))
  headers.set('ratelimit-policy', policyOf(limits))
  headers.set('ratelimit', limits.map((limit) => itemOf(limit, spare, age)).join(', '))
}

/** Where nothing is spent there is nothing to reset. */
function resetMs({ resetAfterMs }: LimitState, age: number): number {
  return resetAfterMs === 0 ? 0 : Math.max(0, resetAfterMs - age)
}

function itemOf(limit: LimitState, spare: number, age: number): string {
  const seconds = Math.ceil(resetMs(limit, age) / 1000)
  return `${sfString(limit.name)};r=${limit.remaining + spare};t=${seconds}`
}

/** Requests on one lease share their states, and so what these say of the policy. */
const policies = new WeakMap<readonly LimitState[], string>()

function policyOf(limits: readonly LimitState[]): string {
  const known = policies.get(limits)
  if (known !== undefined) return known
  const policy = limits
    .map(({ name, quota, windowSeconds }) => `${sfString(name)};q=${quota};w=${windowSeconds}`)
    .join(', ')
  policies.set(limits, policy)
  return policy
}

function isTighter(a: LimitState, b: LimitState): boolean {
  return a.remaining < b.remaining || (a.remaining === b.remaining && a.quota < b.quota)
}

/**
 * An RFC 9651 §4.1.6 String.
 * @throws TypeError on characters outside printable ASCII, which no catalog identifier holds.
 */
export function sfString(text: string): string {
  if (!/^[\x20-\x7e]*$/.test(text)) throw new TypeError('a structured-field string is ASCII')
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}
