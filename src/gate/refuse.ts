// From a denial to the wire. One exhaustive switch: the status, the public sentence, the headers.
// The body is `{error, detail, status_code}`; the precise reason is in X-Edge-Reason.

import { HEADERS, SPELLED } from '../lib/header-names.ts'
import { plural, plurals } from '../credentials/kinds.ts'
import { setRateLimitHeaders } from './rate-limit-headers.ts'
import type { Denial } from './denial.ts'

const CODES = {
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  409: 'conflict',
  422: 'unprocessable',
  429: 'rate_limited',
  500: 'internal_error',
  502: 'bad_gateway',
  503: 'unavailable',
  504: 'gateway_timeout',
} as const

type Status = keyof typeof CODES

/** The same sentence for every 401: whoever has no valid key learns nothing from the body. */
export const UNAUTHORIZED_DETAIL = 'Invalid or missing API key.'

/** The methods that the gate knows; the others are refused before anything is asked. */
export const METHODS: readonly string[] = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
]

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
  if (denial.reason === 'rate_limited') {
    setRateLimitHeaders(headers, { limits: denial.limits, spare: 0, at: nowMs }, nowMs)
  }
  return response
}

/** An answer in the form of all errors: `{error, detail, status_code}`. */
export function errorResponse(status: Status, detail: string): Response {
  return Response.json(
    { error: CODES[status], detail, status_code: status },
    { status, headers: { 'cache-control': 'no-store' } },
  )
}

/** RFC 9110 §11.6.1, a line per scheme; no `error` where nothing was presented (RFC 6750 §3.1). */
function challenge(headers: Headers, denial: Denial): void {
  headers.append('www-authenticate', 'ApiKey realm="portcullis"')
  const bearer = 'scheme' in denial && denial.scheme === 'Bearer'
  const error = bearer ? ', error="invalid_token"' : ''
  headers.append('www-authenticate', `Bearer realm="portcullis"${error}`)
}

/** The status and the public sentence of each denial. */
export function describe(denial: Denial): { readonly status: Status; readonly detail: string } {
  switch (denial.reason) {
    case 'path_ambiguous':
      return { status: 400, detail: `The request path is ambiguous: ${denial.flaw}.` }
    case 'credential_multiple':
      return { status: 400, detail: 'Send exactly one credential, in one header.' }
    case 'credential_misplaced':
      return {
        status: 400,
        detail: `${denial.header} holds a credential. Send it in ${SPELLED.apiKey} or ${SPELLED.authorization} alone.`,
      }
    case 'credential_missing':
    case 'credential_invalid':
    case 'credential_unknown':
    case 'key_revoked':
    case 'key_expired':
    case 'organization_suspended':
    case 'service_user_disabled':
      return { status: 401, detail: UNAUTHORIZED_DETAIL }
    case 'insecure':
      return {
        status: 403,
        detail: 'Use https. A key that was sent without it may have been read: replace it.',
      }
    case 'address_unknown':
    case 'address_not_allowed':
      return { status: 403, detail: 'The client address is not on the IP allowlist.' }
    case 'address_list_unreadable':
      return { status: 403, detail: `The IP allowlist of this ${denial.list} cannot be read.` }
    case 'origin_missing':
      return { status: 403, detail: 'This publishable key needs an Origin header.' }
    case 'origin_not_allowed':
      return { status: 403, detail: 'The origin is not allowed for this publishable key.' }
    case 'origin_list_unreadable':
      return { status: 403, detail: 'The origin list of this publishable key cannot be read.' }
    case 'secret_key_in_browser':
      return {
        status: 403,
        detail: 'Secret keys must not be used in a browser. Use a publishable key.',
      }
    case 'preflight_not_open':
      return { status: 403, detail: 'This route is not open to browsers.' }
    case 'kind_not_accepted':
      return {
        status: 403,
        detail: `This route does not accept ${plural(denial.kind)}; it accepts ${plurals(denial.accepts)}.`,
      }
    case 'publishable_not_open':
      return { status: 403, detail: `Publishable keys may only ${denial.may}.` }
    case 'product_not_granted':
      return {
        status: 403,
        detail: `API key does not have access to the product: ${denial.product}`,
      }
    case 'organization_lacks_product':
      return {
        status: 403,
        detail: `The organization does not have access to the product: ${denial.product}`,
      }
    case 'scope_missing':
      return {
        status: 403,
        detail: `API key does not have the required scope: ${denial.scope}`,
      }
    case 'department_missing':
      return { status: 403, detail: `The ${SPELLED.department} header is required here.` }
    case 'department_not_allowed':
      return { status: 403, detail: 'The service user does not act for this department.' }
    case 'environment_not_configured':
      return { status: 403, detail: `There is no ${denial.environment} environment here.` }
    case 'plan_unknown':
      return { status: 403, detail: 'The plan of this organization is not known here.' }
    case 'record_unreadable':
      return { status: 403, detail: 'The record of this API key cannot be read.' }
    case 'route_unknown':
      return { status: 404, detail: 'There is nothing at this method and path.' }
    case 'host_unknown':
      return { status: 404, detail: 'This host is not served here.' }
    case 'method_unknown':
      return { status: 405, detail: 'This method is not supported.' }
    case 'rate_limited':
      return {
        status: 429,
        detail: `Rate limit exceeded. Retry after ${denial.retryAfterSeconds} seconds.`,
      }
    case 'authentication_failures':
      return {
        status: 429,
        detail: `Too many failed authentications. Retry after ${denial.retryAfterSeconds} seconds.`,
      }
    case 'upstream_unreachable':
      return { status: 502, detail: 'The upstream could not be reached.' }
    case 'upstream_invalid':
      return { status: 502, detail: 'The upstream gave no valid answer.' }
    case 'upstream_timeout':
      return { status: 504, detail: 'The upstream did not answer in time.' }
    case 'guard_unreachable':
    case 'records_unreachable':
      return { status: 503, detail: 'The request could not be checked. Retry after 1 second.' }
    case 'audit_unreachable':
      return { status: 503, detail: 'The call could not be put on record. Retry after 1 second.' }
    case 'control_unreachable':
      return {
        status: 503,
        detail:
          'The management plane did not answer; what was asked may have been done all the same.',
      }
    case 'misconfigured':
      return { status: 503, detail: 'The edge is not configured.' }
    case 'internal_error':
      return { status: 500, detail: 'Something went wrong here.' }
  }
}
