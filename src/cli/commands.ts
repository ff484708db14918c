// Which command each operation of the API is: a row for every one, or this does not compile. What a
// command takes comes from the API itself (inputs.generated.ts).

import type { OperationName } from '../catalog/operations.ts'

export interface CommandRow {
  /** As it is typed: a noun and a verb, or one word. */
  readonly words: string
  /** It has a file of its own, because it does more than the operation. */
  readonly own?: true
  /** What an option is called that is not called as its field. */
  readonly names?: Readonly<Record<string, string>>
  /** Fields of the path that are options all the same. */
  readonly options?: readonly string[]
  /** Columns of what it lists. */
  readonly columns?: readonly string[]
  /** What follows the command's words. */
  readonly examples?: readonly string[]
}

const ORGANIZATION = '--organization org_4fXo0qPYB1mTz7Qe'
const KEY = 'key_9sKd2LmQx7VbT0aW'
const USER = 'su_2bVn8XcRk5JyHq0L'
const WEBHOOK = 'whe_7Kq2mPzR4tVbX0aW'

const KEY_COLUMNS = [
  ...['id', 'kind', 'environment', 'state', 'name', 'ips', 'origins', 'products', 'scopes'],
  'expires_at',
]
const OF_USER = { names: { id: 'service-user' }, options: ['id'] }

export const COMMANDS: Readonly<Record<OperationName, CommandRow>> = {
  listOrganizations: {
    words: 'organization list',
    columns: [
      ...['id', 'name', 'plan', 'state', 'active_keys', 'ip_restricted', 'products', 'created_at'],
    ],
    examples: ['--remote', '--search acme', `--owns ${KEY}`],
  },
  createOrganization: {
    words: 'organization create',
    examples: ['--name "Acme Bank"', '--name "Acme Bank" --plan starter --product verifa'],
  },
  getOrganization: { words: 'organization show', examples: [ORGANIZATION] },
  updateOrganization: {
    words: 'organization update',
    examples: [`${ORGANIZATION} --plan professional`, `${ORGANIZATION} --suspended`],
  },

  listMembers: {
    words: 'member list',
    columns: ['email', 'role', 'created_at'],
    examples: [ORGANIZATION],
  },
  putMember: {
    words: 'member add',
    examples: [`${ORGANIZATION} --role administrator ann@example.com`],
  },
  removeMember: { words: 'member remove', examples: [`${ORGANIZATION} ann@example.com`] },

  createKey: {
    words: 'key create',
    examples: [
      `${ORGANIZATION} --kind secret --environment live \\\n      --name "Backend" --ip 203.0.113.0/24 2001:db8::/32`,
      `${ORGANIZATION} --kind publishable --environment live \\\n      --name "Shop" --origin https://app.example.com`,
      `${ORGANIZATION} --kind jwt --environment live \\\n      --name "Screening" --product aml_screening --expires-in 90d`,
    ],
  },
  listKeys: {
    words: 'key list',
    columns: KEY_COLUMNS,
    examples: [ORGANIZATION, `${ORGANIZATION} --state active --all`],
  },
  getKey: { words: 'key show', examples: [KEY] },
  updateKey: {
    words: 'key update',
    examples: [`${KEY} --name "Backend 2" --quota plan=50`, `${KEY} --no-ip --expires-in 90d`],
  },
  rotateKey: { words: 'key rotate', examples: [`${KEY} --grace-seconds 86400`] },
  revokeKey: { words: 'key revoke', own: true, examples: [KEY] },
  importKey: {
    words: 'key import',
    examples: [
      `${ORGANIZATION} --kind secret --environment live \\\n      --name "From before" --prefix sk_live_ --sha256 <64 hex digits>`,
    ],
  },
  explain: {
    words: 'key explain',
    names: { key_id: 'key' },
    examples: [
      `--key ${KEY} --method GET --path /api/v1/sessions --address 203.0.113.7`,
      `--credential - --method GET --path /api/v1/sessions`,
    ],
  },

  listServiceUsers: {
    words: 'service-user list',
    columns: [
      ...['id', 'name', 'source_system', 'departments', 'state', 'active_tokens', 'created_at'],
    ],
    examples: [ORGANIZATION],
  },
  createServiceUser: {
    words: 'service-user create',
    examples: [`${ORGANIZATION} --name "Video KYC" --source-system vkyc --department retail`],
  },
  getServiceUser: { words: 'service-user show', examples: [USER] },
  updateServiceUser: {
    words: 'service-user update',
    examples: [`${USER} --department retail corporate`],
  },
  disableServiceUser: { words: 'service-user disable', examples: [USER] },
  enableServiceUser: { words: 'service-user enable', examples: [USER] },
  listTokens: {
    words: 'token list',
    ...OF_USER,
    columns: KEY_COLUMNS,
    examples: [`--service-user ${USER}`],
  },
  mintToken: {
    words: 'token mint',
    ...OF_USER,
    examples: [`--service-user ${USER} --environment live --name "2027" --expires-in 365d`],
  },

  listEndpoints: {
    words: 'webhook list',
    columns: ['id', 'url', 'enabled', 'verified', 'events', 'created_at'],
    examples: [ORGANIZATION],
  },
  createEndpoint: {
    words: 'webhook create',
    names: { url: 'endpoint-url' },
    examples: [`${ORGANIZATION} --endpoint-url https://hooks.example.com/portcullis`],
  },
  getEndpoint: { words: 'webhook show', examples: [WEBHOOK] },
  updateEndpoint: {
    words: 'webhook update',
    names: { url: 'endpoint-url' },
    examples: [`${WEBHOOK} --no-enabled`],
  },
  deleteEndpoint: { words: 'webhook delete', examples: [WEBHOOK] },
  rotateEndpointSecret: {
    words: 'webhook rotate-secret',
    examples: [`${WEBHOOK} --overlap-seconds 3600`],
  },
  verifyEndpoint: { words: 'webhook verify', examples: [WEBHOOK] },
  testEndpoint: { words: 'webhook test', examples: [WEBHOOK] },
  listDeliveries: {
    words: 'webhook deliveries',
    columns: ['id', 'type', 'state', 'attempts', 'next_attempt_at', 'delivered_at', 'created_at'],
    examples: [`${WEBHOOK} --state failed`],
  },
  resendDelivery: { words: 'webhook resend', examples: [`${WEBHOOK} dlv_3fQx9KdLmT7VbP0a`] },

  listAudit: {
    words: 'audit list',
    columns: ['at', 'id', 'key_id', 'actor', 'method', 'path', 'decision', 'reason', 'status'],
    examples: [
      `${ORGANIZATION} --key ${KEY} --from 2026-11-28T00:00:00Z`,
      `${ORGANIZATION} --decision refused --limit 200`,
    ],
  },
  exportAudit: { words: 'audit export', examples: [`${ORGANIZATION} > audit.csv`] },
  verifyAudit: { words: 'audit verify', examples: [ORGANIZATION] },
  getUsage: {
    words: 'usage show',
    columns: ['day', 'key_id', 'product', 'requests', 'refused', 'credits'],
    examples: [`${ORGANIZATION} --from 2026-11-01 --group-by key,product`],
  },
  getRefusals: {
    words: 'usage refusals',
    columns: ['reason', 'key_id', 'product', 'refused', 'last_at'],
    examples: [`${ORGANIZATION} --group-by key`],
  },

  getChange: { words: 'change show', examples: ['chg_8wQx9KdLmT7VbP0a'] },
  whoami: { words: 'whoami', examples: ['', '--remote'] },
  getRateLimits: { words: 'rate-limits', examples: [`--key ${KEY}`] },
  compareRecords: { words: 'records', examples: ['', '--remote'] },
  sync: { words: 'sync', own: true },
  republish: { words: 'republish', own: true },
}

/** What each noun stands for, in the order in which help names them. */
export const NOUNS: Readonly<Record<string, string>> = {
  organization: 'organizations, which own keys, products and a plan',
  member: 'people who use the console for an organization, by e-mail address',
  key: 'credentials: secret, publishable and JWT keys',
  'service-user': 'integrators that call with access tokens, one per source system',
  token: 'access tokens of service users (shown, revoked and rotated as keys are)',
  webhook: 'where events are sent, and what became of them',
  audit: 'what was decided, for whom and why',
  usage: 'requests, refusals and credits, as sums',
  change: 'how far a change has come that touches many keys',
}
