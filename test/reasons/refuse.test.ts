import { describe, expect, it } from 'vitest'

import type { Denial, Reason } from '../../src/reasons/denial.ts'
import { refuse } from '../../src/reasons/refuse.ts'

const NOW_MS = 1_000_000
const STATE = { name: 'plan', quota: 10, windowSeconds: 60, remaining: 0, resetAfterMs: 11_500 }
const scheme = 'ApiKey'
const UNAUTHORIZED = 'Invalid or missing API key.'
const UNCHECKED = 'The request could not be checked. Retry after 1 second.'

type Told = readonly [fields: object, status: number, error: string, detail: string]

/** Every reason there is: the type leaves none out. */
const TOLD: Record<Reason, Told> = {
  path_ambiguous: [
    { flaw: 'it holds //' },
    400,
    'bad_request',
    'The request path is ambiguous: it holds //.',
  ],
  credential_multiple: [{}, 400, 'bad_request', 'Send exactly one credential, in one header.'],
  credential_misplaced: [
    { header: 'Sec-WebSocket-Protocol' },
    400,
    'bad_request',
    'Sec-WebSocket-Protocol holds a credential. Send it in X-API-Key or Authorization alone.',
  ],
  credential_missing: [{}, 401, 'unauthorized', UNAUTHORIZED],
  credential_invalid: [{ scheme }, 401, 'unauthorized', UNAUTHORIZED],
  credential_unknown: [{ scheme }, 401, 'unauthorized', UNAUTHORIZED],
  key_revoked: [{ scheme }, 401, 'unauthorized', UNAUTHORIZED],
  key_expired: [{ scheme }, 401, 'unauthorized', UNAUTHORIZED],
  organization_suspended: [{ scheme }, 401, 'unauthorized', UNAUTHORIZED],
  service_user_disabled: [{ scheme }, 401, 'unauthorized', UNAUTHORIZED],
  address_unknown: [{}, 403, 'forbidden', 'The client address is not on the IP allowlist.'],
  address_not_allowed: [
    { list: 'key' },
    403,
    'forbidden',
    'The client address is not on the IP allowlist.',
  ],
  address_list_unreadable: [
    { list: 'organization' },
    403,
    'forbidden',
    'The IP allowlist of this organization cannot be read.',
  ],
  origin_missing: [{}, 403, 'forbidden', 'This publishable key needs an Origin header.'],
  origin_not_allowed: [{}, 403, 'forbidden', 'The origin is not allowed for this publishable key.'],
  origin_list_unreadable: [
    {},
    403,
    'forbidden',
    'The origin list of this publishable key cannot be read.',
  ],
  secret_key_in_browser: [
    {},
    403,
    'forbidden',
    'Secret keys must not be used in a browser. Use a publishable key.',
  ],
  preflight_not_open: [{}, 403, 'forbidden', 'This route is not open to browsers.'],
  kind_not_accepted: [
    { kind: 'publishable', accepts: ['jwt', 'access_token'] },
    403,
    'forbidden',
    'This route does not accept publishable keys; it accepts JWT keys and access tokens.',
  ],
  publishable_not_open: [
    { may: 'create verification sessions' },
    403,
    'forbidden',
    'Publishable keys may only create verification sessions.',
  ],
  product_not_granted: [
    { product: 'vault' },
    403,
    'forbidden',
    'API key does not have access to the product: vault',
  ],
  organization_lacks_product: [
    { product: 'vault' },
    403,
    'forbidden',
    'The organization does not have access to the product: vault',
  ],
  scope_missing: [
    { scope: 'webhooks:write' },
    403,
    'forbidden',
    'API key does not have the required scope: webhooks:write',
  ],
  department_missing: [{}, 403, 'forbidden', 'The X-Approver-Department header is required here.'],
  department_not_allowed: [
    {},
    403,
    'forbidden',
    'The service user does not act for this department.',
  ],
  environment_not_configured: [
    { environment: 'sandbox' },
    403,
    'forbidden',
    'There is no sandbox environment here.',
  ],
  plan_unknown: [{}, 403, 'forbidden', 'The plan of this organization is not known here.'],
  record_unreadable: [{}, 403, 'forbidden', 'The record of this API key cannot be read.'],
  route_unknown: [{}, 404, 'not_found', 'There is nothing at this method and path.'],
  insecure: [
    {},
    403,
    'forbidden',
    'Use https. A key that was sent without it may have been read: replace it.',
  ],
  host_unknown: [{}, 404, 'not_found', 'This host is not served here.'],
  method_unknown: [{}, 405, 'method_not_allowed', 'This method is not supported.'],
  rate_limited: [
    { limits: [STATE], retryAfterSeconds: 12 },
    429,
    'rate_limited',
    'Rate limit exceeded. Retry after 12 seconds.',
  ],
  quota_exceeded: [
    {
      limits: [STATE],
      retryAfterSeconds: 12,
      used: { ...STATE, name: 'credits', period: 'month' },
    },
    429,
    'rate_limited',
    'The quota "credits" of this month is used up. It begins anew in 12 seconds.',
  ],
  authentication_failures: [
    { retryAfterSeconds: 60 },
    429,
    'rate_limited',
    'Too many failed authentications. Retry after 60 seconds.',
  ],
  upstream_unreachable: [{}, 502, 'bad_gateway', 'The upstream could not be reached.'],
  upstream_invalid: [{}, 502, 'bad_gateway', 'The upstream gave no valid answer.'],
  upstream_timeout: [{}, 504, 'gateway_timeout', 'The upstream did not answer in time.'],
  guard_unreachable: [{}, 503, 'unavailable', UNCHECKED],
  records_unreachable: [{}, 503, 'unavailable', UNCHECKED],
  audit_unreachable: [
    {},
    503,
    'unavailable',
    'The call could not be put on record. Retry after 1 second.',
  ],
  control_unreachable: [
    {},
    503,
    'unavailable',
    'The management plane did not answer; what was asked may have been done all the same.',
  ],
  misconfigured: [{}, 503, 'unavailable', 'The edge is not configured.'],
  internal_error: [{}, 500, 'internal_error', 'Something went wrong here.'],
}

const all = Object.entries(TOLD).map(([reason, [fields, ...told]]) => {
  return [reason, { reason, ...fields } as unknown as Denial, ...told] as const
})

describe('refuse: every reason on the wire', () => {
  it.each(all)('%s', async (reason, denial, status, error, detail) => {
    const response = refuse(denial, NOW_MS)
    expect(response.status).toBe(status)
    // Exactly three members, in this order.
    const body = `{"error":${JSON.stringify(error)},"detail":${JSON.stringify(detail)},"status_code":${status}}`
    expect(await response.text()).toBe(body)
    expect(response.headers.get('x-edge-reason')).toBe(reason)
    expect(response.headers.get('content-type')).toMatch(/^application\/json\b/)
    expect(response.headers.get('cache-control')).toBe('no-store')
  })

  it('headers go with their status and with no other', () => {
    for (const [, denial, status] of all) {
      const { headers } = refuse(denial, NOW_MS)
      expect(headers.has('www-authenticate')).toBe(status === 401)
      expect(headers.has('allow')).toBe(status === 405)
      expect(headers.has('retry-after')).toBe(status === 429 || status === 503)
      expect(headers.has('ratelimit')).toBe('limits' in denial)
    }
  })
})

describe('WWW-Authenticate', () => {
  const API_KEY = 'ApiKey realm="portcullis"'
  it.each<[string, Denial, string]>([
    ['nothing presented: no error', { reason: 'credential_missing' }, 'Bearer realm="portcullis"'],
    [
      'a bad API key: no bearer error',
      { reason: 'credential_invalid', scheme: 'ApiKey' },
      'Bearer realm="portcullis"',
    ],
    [
      'a bad bearer token',
      { reason: 'key_expired', scheme: 'Bearer' },
      'Bearer realm="portcullis", error="invalid_token"',
    ],
  ])('%s', (_case, denial, bearer) => {
    expect(refuse(denial, NOW_MS).headers.get('www-authenticate')).toBe(`${API_KEY}, ${bearer}`)
  })
})

it('a limited request is told when, and where its limits stand', () => {
  const denial: Denial = { reason: 'rate_limited', limits: [STATE], retryAfterSeconds: 12 }
  expect(Object.fromEntries(refuse(denial, NOW_MS).headers)).toMatchObject({
    'retry-after': '12',
    'x-ratelimit-limit': '10',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': '1012',
    'ratelimit-policy': '"plan";q=10;w=60',
    ratelimit: '"plan";r=0;t=12',
  })
})
