// The management API's rows: what each operation is called and which scope it takes. The gate
// authorises by them, and the OpenAPI document is made from them, so that both say the same.
// Plain data: the API itself is loaded only when one of them is called.

import { API_PREFIX } from '../lib/paths.ts'
import { kindsWith } from '../credentials/kinds.ts'
import { compileRouteRows, type RouteTable } from './match.ts'
import { ASKING } from './own-limits.ts'
import type { Product, Route, Verb } from './define.ts'

/**
 * Who may call: keys with any one of the scopes, keys whatever they hold, `people` (operators and the
 * members of the organization, never keys), or operators alone. Members: see permission.ts.
 */
export type Access = readonly string[] | 'any key' | 'people' | 'operators'

export interface Operation {
  readonly verb: Verb
  /** Below the prefix; `:name` is one segment. */
  readonly pattern: string
  readonly access: Access
}

const row = (verb: Verb, pattern: string, access: Access): Operation => ({ verb, pattern, access })

export const OPERATIONS = {
  listKeys: row('GET', '/keys', ['keys:read']),
  createKey: row('POST', '/keys', ['keys:write']),
  importKey: row('POST', '/keys/import', ['keys:write']),
  getKey: row('GET', '/keys/:id', ['keys:read']),
  updateKey: row('PATCH', '/keys/:id', ['keys:write']),
  revokeKey: row('POST', '/keys/:id/revoke', ['keys:write']),
  rotateKey: row('POST', '/keys/:id/rotate', ['keys:write']),

  listServiceUsers: row('GET', '/service-users', ['keys:read']),
  createServiceUser: row('POST', '/service-users', ['keys:write']),
  getServiceUser: row('GET', '/service-users/:id', ['keys:read']),
  updateServiceUser: row('PATCH', '/service-users/:id', ['keys:write']),
  disableServiceUser: row('POST', '/service-users/:id/disable', ['keys:write']),
  enableServiceUser: row('POST', '/service-users/:id/enable', ['keys:write']),
  listTokens: row('GET', '/service-users/:id/tokens', ['keys:read']),
  mintToken: row('POST', '/service-users/:id/tokens', ['keys:write']),

  getOrganization: row('GET', '/organization', ['org:read']),
  updateOrganization: row('PATCH', '/organization', ['org:write']),
  getChange: row('GET', '/changes/:id', ['org:read', 'org:write', 'keys:read', 'keys:write']),
  listOrganizations: row('GET', '/organizations', 'operators'),
  createOrganization: row('POST', '/organizations', 'operators'),

  whoami: row('GET', '/whoami', 'any key'),
  getRateLimits: row('GET', '/rate-limits', 'any key'),
  explain: row('POST', '/explain', ['keys:read']),

  listEndpoints: row('GET', '/webhooks', ['webhooks:read']),
  createEndpoint: row('POST', '/webhooks', ['webhooks:write']),
  getEndpoint: row('GET', '/webhooks/:id', ['webhooks:read']),
  updateEndpoint: row('PATCH', '/webhooks/:id', ['webhooks:write']),
  deleteEndpoint: row('DELETE', '/webhooks/:id', ['webhooks:write']),
  rotateEndpointSecret: row('POST', '/webhooks/:id/rotate-secret', ['webhooks:write']),
  verifyEndpoint: row('POST', '/webhooks/:id/verify', ['webhooks:write']),
  testEndpoint: row('POST', '/webhooks/:id/test', ['webhooks:write']),
  listDeliveries: row('GET', '/webhooks/:id/deliveries', ['webhooks:read']),
  resendDelivery: row('POST', '/webhooks/:id/deliveries/:delivery/resend', ['webhooks:write']),

  listAudit: row('GET', '/audit', ['audit:read']),
  exportAudit: row('GET', '/audit/export', ['audit:read']),
  verifyAudit: row('GET', '/audit/verify', ['audit:read']),
  getUsage: row('GET', '/usage', ['analytics:read']),
  getRefusals: row('GET', '/usage/refusals', ['analytics:read']),

  listMembers: row('GET', '/members', 'people'),
  putMember: row('PUT', '/members/:email', 'people'),
  removeMember: row('DELETE', '/members/:email', 'people'),

  sync: row('POST', '/sync', 'operators'),
  republish: row('POST', '/republish', 'operators'),
  compareRecords: row('GET', '/records', 'operators'),
} as const satisfies Record<string, Operation>

export type OperationName = keyof typeof OPERATIONS

/** The management API as a product. Keys that hold no scopes call only what asks for none. */
export const CONTROL_PRODUCT: Product = {
  id: 'edge',
  accepts: kindsWith('manages', true),
  internal: true,
  prefix: API_PREFIX,
  routes: Object.values(OPERATIONS)
    .filter(({ access }) => access !== 'operators' && access !== 'people')
    .map(routeOf),
}

function routeOf({ verb, pattern, access }: Operation): Route {
  if (access === 'any key') return { verbs: [verb], pattern, scopes: [], ownLimit: ASKING }
  return { verbs: [verb], pattern, scopes: typeof access === 'string' ? [] : access }
}

/** The table by which the gate finds a management operation. */
export function controlRoutes(): RouteTable {
  return compileRouteRows([CONTROL_PRODUCT])
}
