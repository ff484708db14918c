// From a denial to the wire: the status and the sentence of its reason, and the headers that go with them. The
// body is `{error, detail, status_code}`; the precise reason is in X-Edge-Reason.

import { HEADERS } from '../lib/header-names.ts'
import { describe, type Denial } from './denial.ts'
import { errorResponse } from './row.ts'
import { METHODS } from '../lib/methods.ts'
import { setRateLimitHeaders } from '../lib/rate-limit-headers.ts'

/** Builds the response that tells a denial. */
export function refuse(denial: Denial, nowMs: number): Response {
  const { status, detail } = describe(denial)
  const response = errorResponse(status, detail)
  const { headers } = response
  headers.set(HEADERS.reason, denial.reason)
  if (status === 401) challenge(headers, denial)
  if (status === 405) headers.set('allow', METHODS.join(', '))
  if (status === 503) headers.set('retry-after', '1')
  if ('retryAfterSeconds' in denial) {
    headers.set('retry-after', String(denial.retryAfterSeconds))
  }
  if (denial.reason === 'rate_limited' || denial.reason === 'quota_exceeded') {
    setRateLimitHeaders(headers, { limits: denial.limits, spare: 0, at: nowMs }, nowMs)
  }
  return response
}

/** RFC 9110 §11.6.1, a line per scheme; no `error` where nothing was presented (RFC 6750 §3.1). */
function challenge(headers: Headers, denial: Denial): void {
  headers.append('www-authenticate', 'ApiKey realm="portcullis"')
  const bearer = 'scheme' in denial && denial.scheme === 'Bearer'
  const error = bearer ? ', error="invalid_token"' : ''
  headers.append('www-authenticate', `Bearer realm="portcullis"${error}`)
}
