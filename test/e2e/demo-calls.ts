// What each credential of demo.json may do and may not: the table of credentials.test.ts.

export type Headers = Readonly<Record<string, string>>

export const NO_KEY = 'Invalid or missing API key.'
const scope = (name: string): string => `API key does not have the required scope: ${name}`
const product = (name: string): string => `API key does not have access to the product: ${name}`
export const CODES = { 401: 'unauthorized', 403: 'forbidden', 404: 'not_found' } as const

const RETAIL = { 'x-approver-department': 'retail' }
const APP = { origin: 'http://localhost:5173' }
const from = (address: string): Headers => ({ 'cf-connecting-ip': address })

/** What reaches its product: credential, call, headers beside it, the status, the product. */
export const REACHES: readonly [string, string, Headers, number, string][] = [
  ['secret_live', 'GET /api/v1/sessions', {}, 200, 'verifa'],
  ['secret_live', 'GET /api/v1/sessions/ses_1', {}, 200, 'verifa'],
  ['secret_live', 'POST /api/v1/sessions', {}, 201, 'verifa'],
  ['secret_live', 'PATCH /api/v1/sessions/ses_1', {}, 200, 'verifa'],
  ['secret_live', 'GET /api/v1/sessions/ses_1/result', {}, 200, 'verifa'],
  ['secret_live', 'GET /api/v1/identities', {}, 200, 'verifa'],
  ['secret_sandbox', 'GET /api/v1/sessions', {}, 200, 'verifa'],
  ['publishable_live', 'POST /api/v1/sessions', APP, 201, 'verifa'],
  [
    'publishable_live',
    'POST /api/v1/sessions',
    { origin: 'https://app.example.com' },
    201,
    'verifa',
  ],
  ['publishable_open', 'POST /api/v1/sessions', {}, 201, 'verifa'],
  ['jwt', 'POST /document-processing', {}, 202, 'document_verification'],
  ['jwt', 'GET /document-processing/doc_1', {}, 200, 'document_verification'],
  ['jwt_full', 'GET /document-processing/doc_1', {}, 200, 'document_verification'],
  ['jwt_full', 'POST /screening/request', {}, 200, 'aml_screening'],
  ['jwt_full', 'POST /high-risk/search', {}, 200, 'aml_screening'],
  ['access_token', 'POST /api/v1/ingest', RETAIL, 202, 'vault'],
  ['access_token', 'GET /api/v1/search/customer?name=x', {}, 200, 'vault'],
  ['access_token', 'GET /api/v1/documents/doc_1/download', {}, 200, 'vault'],
  ['read_only_live', 'GET /api/v1/sessions', {}, 200, 'verifa'],
  ['ip_restricted_live', 'GET /api/v1/sessions', from('203.0.113.77'), 200, 'verifa'],
  ['ip_restricted_live', 'GET /api/v1/sessions', from('2001:db8::1'), 200, 'verifa'],
  ['ip_restricted_live', 'GET /api/v1/sessions', from('::ffff:203.0.113.7'), 200, 'verifa'],
  ['other_org_live', 'GET /api/v1/sessions', {}, 200, 'verifa'],
  ['management_live', 'POST /api/v1/webhooks', {}, 200, 'verifa'],
  ['management_live', 'GET /api/v1/audit', {}, 200, 'verifa'],
]

/** What is refused: credential, call, headers beside it, and status, reason and text of the refusal. */
export const REFUSALS: readonly [string, string, Headers, keyof typeof CODES, string, string][] = [
  ['secret_live', 'POST /api/v1/webhooks', {}, 403, 'scope_missing', scope('webhooks:write')],
  [
    'secret_live',
    'POST /api/v1/nothing',
    {},
    404,
    'route_unknown',
    'There is nothing at this method and path.',
  ],
  [
    'secret_live',
    'POST /screening/request',
    {},
    403,
    'kind_not_accepted',
    'This route does not accept secret keys; it accepts JWT keys.',
  ],
  [
    'secret_live',
    'GET /api/v1/sessions',
    { 'sec-fetch-site': 'cross-site' },
    403,
    'secret_key_in_browser',
    'Secret keys must not be used in a browser. Use a publishable key.',
  ],
  [
    'publishable_live',
    'POST /api/v1/sessions',
    {},
    403,
    'origin_missing',
    'This publishable key needs an Origin header.',
  ],
  [
    'publishable_live',
    'POST /api/v1/sessions',
    { origin: 'https://app.example.com.evil.example' },
    403,
    'origin_not_allowed',
    'The origin is not allowed for this publishable key.',
  ],
  [
    'publishable_live',
    'GET /api/v1/sessions',
    APP,
    403,
    'publishable_not_open',
    'Publishable keys may only create verification sessions.',
  ],
  [
    'publishable_open',
    'GET /api/v1/sessions/ses_1/result',
    {},
    403,
    'publishable_not_open',
    'Publishable keys may only create verification sessions.',
  ],
  ['jwt', 'POST /screening/request', {}, 403, 'product_not_granted', product('aml_screening')],
  ['jwt', 'POST /high-risk/search', {}, 403, 'product_not_granted', product('aml_screening')],
  [
    'access_token',
    'POST /api/v1/ingest',
    {},
    403,
    'department_missing',
    'The X-Approver-Department header is required here.',
  ],
  [
    'access_token',
    'POST /api/v1/ingest',
    { 'x-approver-department': 'corporate' },
    403,
    'department_not_allowed',
    'The service user does not act for this department.',
  ],
  ['read_only_live', 'POST /api/v1/sessions', {}, 403, 'scope_missing', scope('sessions:create')],
  ['read_only_live', 'GET /api/v1/identities', {}, 403, 'scope_missing', scope('identities:read')],
  [
    'ip_restricted_live',
    'GET /api/v1/sessions',
    {},
    403,
    'address_not_allowed',
    'The client address is not on the IP allowlist.',
  ],
  [
    'ip_restricted_live',
    'GET /api/v1/sessions',
    from('203.0.114.1'),
    403,
    'address_not_allowed',
    'The client address is not on the IP allowlist.',
  ],
  [
    'ip_restricted_live',
    'GET /api/v1/sessions',
    { 'x-forwarded-for': '203.0.113.7', 'x-real-ip': '203.0.113.7' },
    403,
    'address_not_allowed',
    'The client address is not on the IP allowlist.',
  ],
  ['expired_live', 'GET /api/v1/sessions', {}, 401, 'key_expired', NO_KEY],
  ['revoked_live', 'GET /api/v1/sessions', {}, 401, 'key_revoked', NO_KEY],
  ['read_only_live', 'GET /api/v1/audit', {}, 403, 'scope_missing', scope('audit:read')],
]
