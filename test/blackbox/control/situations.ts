// Requests in every situation that the gate tells apart, each with what becomes of it.

import type { Kind } from '../../../src/catalog/define.ts'
import type { CredentialOptions } from '../../harness/edge.ts'

export interface Situation {
  readonly kind?: Kind
  readonly key?: CredentialOptions
  /** Done to the key, before anything is asked. */
  readonly sql?: (id: string) => string
  /** So many calls before it. */
  readonly spent?: number
  readonly at?: string
  /** null: the platform names none. */
  readonly address?: string | null
  readonly origin?: string
  readonly department?: string
  readonly browser?: boolean
}

const PAGE = 'https://app.example.com'
const jwt = { kind: 'jwt', at: 'POST /screening/request' } as const
const token = { kind: 'access_token', at: 'POST /api/v1/ingest', department: 'retail' } as const
const page = { kind: 'publishable', at: 'POST /api/v1/sessions' } as const
const inside = { ips: ['198.51.100.0/24', '2001:db8::/32'] }

/** Organizations that the situations need, by what was done to each. */
export const ORGANIZATIONS: Readonly<Record<string, string>> = {
  org_suspended: 'UPDATE organizations SET suspended_at = 1',
  org_listed: 'UPDATE organizations SET ip_restricted = 1',
  org_planless: "UPDATE organizations SET plan = 'gold'",
  org_poor: `UPDATE organizations SET products = '["vault"]'`,
}

/** Name, situation, and the status with the reason where it is refused. */
export const SITUATIONS: readonly (readonly [string, Situation, string])[] = [
  ['nothing special', {}, '200'],
  ['a query', { at: 'GET /api/v1/sessions?q=%2F&x' }, '200'],
  ['HEAD where GET is', { at: 'HEAD /api/v1/sessions' }, '200'],
  ['the sandbox', { key: { environment: 'sandbox' } }, '200'],
  ['a JWT', jwt, '200'],
  ['a page', { ...page, origin: PAGE }, '200'],
  ['a page of the list', { ...page, key: { origins: [PAGE] }, origin: PAGE }, '200'],
  ['an access token in its department', token, '200'],
  ['an address of the list', { key: inside }, '200'],
  ['an IPv6 address of the list', { key: inside, address: '2001:db8::7' }, '200'],
  ['an IPv4 address in IPv6', { key: inside, address: '::ffff:198.51.100.9' }, '200'],

  ['a method that nobody knows', { at: 'PROPFIND /api/v1/sessions' }, '405 method_unknown'],
  ['two slashes', { at: 'GET /api/v1//sessions' }, '400 path_ambiguous'],
  ['an encoded slash', { at: 'GET /api/v1/sessions%2fx' }, '400 path_ambiguous'],
  ['an encoded zero', { at: 'GET /api/v1/sessions%00' }, '400 path_ambiguous'],
  ['a semicolon', { at: 'GET /api/v1/sessions;x' }, '400 path_ambiguous'],
  ['a bad escape', { at: 'GET /api/v1/sessions%zz' }, '400 path_ambiguous'],

  ['a revoked key', { sql: (id) => set(id, 'revoked_at = 1') }, '401 key_revoked'],
  ['an expired key', { key: { expiresAt: 1 } }, '401 key_expired'],
  ['a suspended organization', of('org_suspended'), '401 organization_suspended'],
  ['a disabled service user', { ...token, sql: disable }, '401 service_user_disabled'],
  [
    'revoked, and from elsewhere',
    { key: { ips: [] }, sql: (id) => set(id, 'revoked_at = 1') },
    '401 key_revoked',
  ],

  ['another address', { key: inside, address: '203.0.113.1' }, '403 address_not_allowed'],
  ['no address', { key: inside, address: null }, '403 address_unknown'],
  ['an empty list', { sql: (id) => set(id, 'ip_restricted = 1') }, '403 address_not_allowed'],
  ['an empty list of the organization', of('org_listed'), '403 address_not_allowed'],
  ['a list that cannot be read', { sql: unreadable }, '403 address_list_unreadable'],
  [
    'a record that cannot be read',
    { sql: (id) => set(id, `scopes = '[1]'`) },
    '403 record_unreadable',
  ],

  ['no such route', { at: 'GET /api/v2/sessions' }, '404 route_unknown'],
  ['no such verb there', { at: 'POST /api/v1/identities' }, '404 route_unknown'],
  ['OPTIONS that is no preflight', { at: 'OPTIONS /api/v1/sessions' }, '404 route_unknown'],
  ['an operation of operators', { at: 'POST /edge/v1/sync' }, '404 route_unknown'],

  ['a page without Origin', { ...page, key: { origins: [PAGE] } }, '403 origin_missing'],
  [
    'another page',
    { ...page, key: { origins: [PAGE] }, origin: `${PAGE}:444` },
    '403 origin_not_allowed',
  ],
  ['a secret key in a browser', { browser: true }, '403 secret_key_in_browser'],
  ['a publishable key in a browser', { ...page, browser: true }, '200'],

  ['a key of another kind', { at: 'POST /screening/request' }, '403 kind_not_accepted'],
  ['a token where keys are due', { ...token, at: 'GET /api/v1/sessions' }, '403 kind_not_accepted'],
  [
    'a page where it is not open',
    { ...page, at: 'GET /api/v1/sessions' },
    '403 publishable_not_open',
  ],
  [
    'a product that is not granted',
    { ...jwt, key: { products: ['document_verification'] } },
    '403 product_not_granted',
  ],
  ['a product that the organization lacks', of('org_poor'), '403 organization_lacks_product'],
  ['a scope that is missing', { at: 'POST /api/v1/webhooks' }, '403 scope_missing'],
  ['no scope for an operation', { at: 'GET /edge/v1/keys' }, '403 scope_missing'],
  ['no department', { kind: 'access_token', at: 'POST /api/v1/ingest' }, '403 department_missing'],
  ['another department', { ...token, department: 'treasury' }, '403 department_not_allowed'],
  [
    'a service user without departments',
    { ...token, key: { departments: [] } },
    '403 department_not_allowed',
  ],
  ['a plan that is not there', of('org_planless'), '403 plan_unknown'],

  ['a quota that is spent', { sql: quota(`{"plan":2}`), spent: 2 }, '429 rate_limited'],
  ['a quota that is not spent', { sql: quota(`{"plan":3}`), spent: 2 }, '200'],
  [
    'the quota of one route',
    { at: 'POST /api/v1/sessions', sql: quota(`{"sessions":1}`), spent: 1 },
    '429 rate_limited',
  ],
  [
    'the quota of pages',
    { ...page, sql: quota(`{"publishable":1}`), spent: 1 },
    '429 rate_limited',
  ],
]

function of(organization: string): Situation {
  return { key: { organization } }
}

function set(id: string, assignment: string): string {
  return `UPDATE credentials SET ${assignment} WHERE id = '${id}'`
}

function quota(quotas: string): (id: string) => string {
  return (id) => set(id, `quotas = '${quotas}'`)
}

function disable(id: string): string {
  return `UPDATE service_users SET disabled_at = 1 WHERE id = 'su_${id.slice(4)}'`
}

function unreadable(id: string): string {
  return `INSERT INTO credential_ips (credential_id, cidr) VALUES ('${id}', '10.0.0.0/33')`
}
