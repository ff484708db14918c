// When a delivery is tried, and what an answer means (Standard Webhooks 1.0, "deliverability and
// reliability"). Pure: times are Unix milliseconds, randomness is given.

/** Before each attempt, counted from the one before; the last is 75:35:05 after the first. */
export const DELAYS_MS: readonly number[] = [
  0, 5_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 50_400_000, 72_000_000,
  86_400_000,
]
export const ATTEMPTS = DELAYS_MS.length
/** Delays are up to so much longer, so that what failed together does not come back together. */
export const JITTER = 0.1
/** A receiver cannot put us off for longer. */
export const RETRY_AFTER_MAX_MS = 24 * 60 * 60 * 1000
/** How long an endpoint is left alone that asked for less and named no time. */
export const THROTTLE_DEFAULT_MS = 60_000
/** An endpoint that failed for so long, with nothing delivered in between, is disabled. */
export const FAILING_MAX_MS = 5 * 24 * 60 * 60 * 1000
/**
 * Failures further apart than this are not one: no delivery under way waits for longer than 26.4
 * hours, so in between there was nothing to deliver.
 */
export const FAILING_GAP_MS = 36 * 60 * 60 * 1000

export const OUTCOMES = ['delivered', 'failed', 'throttled', 'gone'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** 2xx delivers; 410 asks for no more, ever; 429, 502 and 504 for less; a redirect is a failure. */
export function judge(status: number): Outcome {
  if (status >= 200 && status <= 299) return 'delivered'
  if (status === 410) return 'gone'
  if (status === 429 || status === 502 || status === 504) return 'throttled'
  return 'failed'
}

/**
 * How long `Retry-After` asks to wait, in ms from `nowMs`, at most RETRY_AFTER_MAX_MS. Seconds or an
 * HTTP date (RFC 9110 §10.2.3); undefined where it is absent or neither.
 */
export function parseRetryAfter(header: string | null, nowMs: number): number | undefined {
  const text = header?.trim() ?? ''
  const seconds = /^\d{1,12}$/.test(text)
  const date = /^[A-Z][a-z]{2,8},? [\w: -]+$/.test(text) ? Date.parse(text) : NaN
  const wait = seconds ? Number(text) * 1000 : date - nowMs
  if (Number.isNaN(wait)) return undefined
  return Math.min(Math.max(wait, 0), RETRY_AFTER_MAX_MS)
}

/**
 * How long to wait after a failure, in ms; undefined after the last attempt.
 * @param made Attempts of the schedule made so far, at least 1.
 * @param random In [0, 1).
 */
export function nextDelay(made: number, random: number, retryAfterMs = 0): number | undefined {
  const delay = DELAYS_MS[made]
  if (delay === undefined) return undefined
  return Math.max(Math.ceil(delay * (1 + JITTER * random)), retryAfterMs)
}
