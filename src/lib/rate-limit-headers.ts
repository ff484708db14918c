// The rate-limit headers of every answer that spent quota or was refused for lack of it: the common
// X-RateLimit-*, and the structured fields of draft-ietf-httpapi-ratelimit-headers-10.

import { HEADERS } from './header-names.ts'
import { weightOf, type LimitState, type Standing } from './limit.ts'

/** Sets them from where the limits stand; X-RateLimit-* speaks of the one closest to its end. */
export function setRateLimitHeaders(
  headers: Headers,
  { limits, spare, weights, at }: Standing,
  nowMs: number,
): void {
  const wording = wordingOf(limits)
  if (!wording) return
  const { tightest, quota, policy, names } = wording
  const left = ({ remaining }: LimitState, i: number): number =>
    remaining + spare * weightOf(weights, i)
  // A request that waited for its record is older than what its guard said.
  const age = Math.max(0, nowMs - at)
  let items = ''
  limits.forEach((limit, i) => {
    const seconds = Math.ceil(resetMs(limit, age) / 1000)
    const resets = limit.period === 'balance' ? '' : `;t=${seconds}`
    items += `${i === 0 ? '' : ', '}${names[i]};r=${left(limit, i)}${resets}`
  })
  headers.set(HEADERS.limit, quota)
  headers.set(HEADERS.remaining, String(left(tightest, limits.indexOf(tightest))))
  headers.set(HEADERS.reset, String(Math.ceil((nowMs + resetMs(tightest, age)) / 1000)))
  headers.set(HEADERS.rateLimitPolicy, policy)
  headers.set(HEADERS.rateLimit, items)
}

/** Where nothing is spent there is nothing to reset. */
function resetMs({ resetAfterMs }: LimitState, age: number): number {
  return resetAfterMs === 0 ? 0 : Math.max(0, resetAfterMs - age)
}

/** What the same states say each time. */
interface Wording {
  /** The limit closest to its end. */
  readonly tightest: LimitState
  /** Its. */
  readonly quota: string
  readonly policy: string
  /** As structured-field strings, in the limits' order. */
  readonly names: readonly string[]
}

/** Requests on one lease share their states. */
const wordings = new WeakMap<readonly LimitState[], Wording>()

function wordingOf(limits: readonly LimitState[]): Wording | undefined {
  const known = wordings.get(limits)
  if (known) return known
  const [first, ...others] = limits
  if (!first) return undefined
  const tightest = others.reduce((best, one) => (isTighter(one, best) ? one : best), first)
  const names = limits.map(({ name }) => sfString(name))
  const policies = limits.map(
    ({ quota, windowSeconds, period }, i) =>
      `${names[i]};q=${quota}${period === 'balance' ? '' : `;w=${windowSeconds}`}`,
  )
  const wording = { tightest, quota: String(tightest.quota), policy: policies.join(', '), names }
  wordings.set(limits, wording)
  return wording
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
