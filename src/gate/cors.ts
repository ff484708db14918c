// CORS for routes that are open to publishable keys, on answers and refusals alike, so that a page
// can read why it was refused. Never with credentials: the key is in a header, not in a cookie. What
// the client sent is never copied, except an Origin that has the form of one.

import type { Verb } from '../catalog/define.ts'
import { isSerializedOrigin } from '../lists/origin-list.ts'
import type { HeaderReader } from './forward/sent-headers.ts'

/** The request headers a page may send. */
const ALLOWED_HEADERS = 'Content-Type, Idempotency-Key, X-API-Key, X-Request-Id'
/** The answer's headers a page may read, beyond those that Fetch safelists. */
const EXPOSED_HEADERS =
  'RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Edge-Reason, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id'
/** Two hours, the most that Chromium keeps. */
const MAX_AGE_SECONDS = 7200

/** A preflight, and not just any OPTIONS (Fetch §3.2.2). */
export function isPreflight(method: string, headers: HeaderReader): boolean {
  return (
    method === 'OPTIONS' && headers.has('origin') && headers.has('access-control-request-method')
  )
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
