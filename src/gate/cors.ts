// CORS for routes that are open to publishable keys, on answers and refusals alike, so that a page
// can read why it was refused. Never with credentials: the key is in a header, not in a cookie. What
// the client sent is never copied, except an Origin that has the form of one.

import { SPELLED } from '../lib/header-names.ts'
import type { Verb } from '../catalog/define.ts'
import type { RouteTable } from '../catalog/match.ts'
import { err, ok, type Result } from '../lib/result.ts'
import { isSerializedOrigin } from '../lists/origin-list.ts'
import type { Denial } from '../reasons/denial.ts'
import type { HeaderReader } from './forward/sent-headers.ts'

/** The request headers a page may send. */
const ALLOWED_HEADERS = [
  'Content-Type',
  ...[SPELLED.idempotencyKey, SPELLED.apiKey, SPELLED.requestId],
].join(', ')
/** The answer's headers a page may read, beyond those that Fetch safelists. */
const EXPOSED_HEADERS = [
  ...[SPELLED.rateLimit, SPELLED.rateLimitPolicy, SPELLED.retryAfter, SPELLED.challenge],
  ...[SPELLED.reason, SPELLED.limit, SPELLED.remaining, SPELLED.reset, SPELLED.requestId],
].join(', ')
/** Two hours, the most that Chromium keeps. */
const MAX_AGE_SECONDS = 7200

/** The method that a preflight asks about, as it was sent; undefined: not just any OPTIONS is one (Fetch §3.2.2). */
export function preflightMethod(method: string, headers: HeaderReader): string | undefined {
  if (method !== 'OPTIONS' || !headers.has('origin')) return undefined
  return headers.get('access-control-request-method') ?? undefined
}

/**
 * The verbs that a page may use on a path, where the one that it asks about is among them. A preflight cannot
 * carry a key: it is answered from the catalog alone.
 */
export function checkPreflight(
  asked: string,
  path: string,
  routes: RouteTable,
): Result<readonly Verb[], Denial> {
  const verbs = routes.publishableVerbs(path)
  const verb = asked === 'HEAD' ? 'GET' : asked
  return verbs.some((one) => one === verb) ? ok(verbs) : err({ reason: 'preflight_not_open' })
}

/** The answer to a preflight on a route open to publishable keys. No storage is touched for it. */
export function preflightResponse(origin: string | null, verbs: readonly Verb[]): Response {
  const headers = new Headers({
    'access-control-allow-methods': verbs.join(', '),
    'access-control-allow-headers': ALLOWED_HEADERS,
    'access-control-max-age': String(MAX_AGE_SECONDS),
  })
  setCors(headers, origin)
  return new Response(null, { status: 204, headers })
}

/** Lets the page at `origin` read an answer. */
export function setCors(headers: Headers, origin: string | null): void {
  headers.append('vary', 'Origin')
  if (origin === null || !isSerializedOrigin(origin)) return
  headers.set('access-control-allow-origin', origin)
  headers.set('access-control-expose-headers', EXPOSED_HEADERS)
}
