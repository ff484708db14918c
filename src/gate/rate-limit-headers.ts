// The rate-limit headers of every answer that spent quota or was refused for lack of it: the common
// X-RateLimit-*, and the structured fields of draft-ietf-httpapi-ratelimit-headers-10.

import type { LimitState } from '../guard/limit.ts'

/** Sets them from where the limits stand; X-RateLimit-* speaks of the one closest to its end. */
export function setRateLimitHeaders(
  headers: Headers,
  limits: readonly LimitState[],
  nowMs: number,
): void {
  const tightest = limits.reduce<LimitState | undefined>(
    (best, one) => (best && !isTighter(one, best) ? best : one),
    undefined,
  )
  if (!tightest) return
  headers.set('x-ratelimit-limit', String(tightest.quota))
  headers.set('x-ratelimit-remaining', String(tightest.remaining))
  headers.set('x-ratelimit-reset', String(Math.ceil((nowMs + tightest.resetAfterMs) / 1000)))
  headers.set(
    'ratelimit-policy',
    limits
      .map(({ name, quota, windowSeconds }) => `${sfString(name)};q=${quota};w=${windowSeconds}`)
      .join(', '),
  )
  headers.set(
    'ratelimit',
    limits
      .map(
        ({ name, remaining, resetAfterMs }) =>
          `${sfString(name)};r=${remaining};t=${Math.ceil(resetAfterMs / 1000)}`,
      )
      .join(', '),
  )
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
