// A request for every operation of the table that gate and OpenAPI document are made from: a new
// operation without one does not compile.

import { OPERATIONS, type OperationName } from '../../../src/catalog/operations.ts'

/** Keys that were minted elsewhere begin with it. */
export const IMPORTED_PREFIX = 'sk_live_'

/** Things of one organization. */
export interface Ids {
  readonly key: string
  readonly user: string
  readonly endpoint: string
  readonly delivery: string
  readonly change: string
  /** The e-mail address of a person. */
  readonly member: string
}

export const NAMES = Object.keys(OPERATIONS) as OperationName[]

/** What each operation takes as its body; undefined: none. */
export const BODIES: Readonly<Record<OperationName, object | undefined>> = {
  listKeys: undefined,
  createKey: { kind: 'secret', name: 'x' },
  importKey: { kind: 'secret', name: 'x', prefix: IMPORTED_PREFIX, sha256: '0'.repeat(64) },
  getKey: undefined,
  updateKey: { name: 'x' },
  revokeKey: undefined,
  rotateKey: { grace_seconds: 60 },
  listServiceUsers: undefined,
  createServiceUser: { name: 'x', source_system: 'vkyc' },
  getServiceUser: undefined,
  updateServiceUser: { name: 'x' },
  disableServiceUser: undefined,
  enableServiceUser: undefined,
  listTokens: undefined,
  mintToken: { name: 'x' },
  getOrganization: undefined,
  updateOrganization: { name: 'x' },
  getChange: undefined,
  listOrganizations: undefined,
  createOrganization: { name: 'x' },
  whoami: undefined,
  getRateLimits: undefined,
  explain: { key_id: 'key_x', method: 'GET', path: '/api/v1/sessions' },
  listEndpoints: undefined,
  createEndpoint: { url: 'https://hooks.example.org/x' },
  getEndpoint: undefined,
  updateEndpoint: { description: 'x' },
  deleteEndpoint: undefined,
  rotateEndpointSecret: { overlap_seconds: 60 },
  verifyEndpoint: undefined,
  testEndpoint: undefined,
  listDeliveries: undefined,
  resendDelivery: undefined,
  listAudit: undefined,
  exportAudit: undefined,
  verifyAudit: undefined,
  getUsage: undefined,
  getRefusals: undefined,
  listMembers: undefined,
  putMember: { role: 'viewer' },
  removeMember: undefined,
  sync: undefined,
  republish: undefined,
  compareRecords: undefined,
}

export const WITH_BODY = NAMES.filter((name) => BODIES[name])
export const WITH_ID = NAMES.filter((name) => OPERATIONS[name].pattern.includes(':id'))
export const NOT_FOR_KEYS = NAMES.filter((name) =>
  ['operators', 'people'].includes(String(OPERATIONS[name].access)),
)
export const FOR_KEYS = NAMES.filter((name) => !NOT_FOR_KEYS.includes(name))
/** They ask about the caller or about all organizations, so there is no organization to name. */
const OF_NONE: readonly OperationName[] = [
  'listOrganizations',
  'createOrganization',
  'whoami',
  'sync',
  'republish',
  'compareRecords',
]
export const OF_ORGANIZATION = NAMES.filter((name) => !OF_NONE.includes(name))

const ID_OF: Readonly<Record<string, keyof Ids>> = {
  keys: 'key',
  'service-users': 'user',
  webhooks: 'endpoint',
  changes: 'change',
}

/** `GET /keys/key_…` and the like, as `caller` takes it. */
export function at(name: OperationName, ids: Ids, query = ''): string {
  const { verb, pattern } = OPERATIONS[name]
  const of = ID_OF[pattern.split('/')[1] ?? '']
  const path = pattern
    .replace(':id', of ? ids[of] : '')
    .replace(':delivery', ids.delivery)
    .replace(':email', ids.member)
  return `${verb} ${path}${query}`
}

/** The scopes of which any one opens an operation; none where it is open to every key. */
export function scopesOf(name: OperationName): readonly string[] {
  const { access } = OPERATIONS[name]
  return typeof access === 'string' ? [] : access
}
