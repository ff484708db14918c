// Every change that narrows, as the management API makes it, with what is refused from then on and how
// it is taken back. Each is made to a credential of its own.

import type { Kind } from '../../../src/catalog/define.ts'
import type { CredentialOptions, Minted, TestEdge } from '../../harness/edge.ts'
import { present } from '../call.ts'
import type { Exchange } from './exchange.ts'

/** What a change is made to. */
export interface Subject {
  readonly organization: string
  readonly id: string
  readonly value: string
}

/** A call of the management API, below /edge/v1. */
export interface ManagementCall {
  readonly method: string
  readonly path: string
  readonly body: object
}

export interface Change {
  readonly name: string
  readonly kind: Kind
  readonly options?: CredentialOptions
  readonly target: string
  /** Operators make it; else a key of the organization does. */
  readonly byOperator?: boolean
  readonly narrow: (subject: Subject) => ManagementCall
  readonly refusal: string
  /** Takes it back; absent where it is for good. */
  readonly widen?: (subject: Subject) => ManagementCall
}

const ELSEWHERE = ['203.0.113.0/24', '2001:db8::/32']
const post = (path: string, body = {}): ManagementCall => ({ method: 'POST', path, body })
const patchKey =
  (body: object) =>
  ({ id }: Subject): ManagementCall => ({ method: 'PATCH', path: `/keys/${id}`, body })
const patchOrganization =
  (body: object) =>
  ({ organization }: Subject): ManagementCall => ({
    method: 'PATCH',
    path: `/organization?organization=${organization}`,
    body,
  })
const userOf = ({ id }: Subject): string => `/service-users/su_${id.slice(4)}`

const SESSION = { kind: 'secret', target: '/api/v1/sessions/s_1' } as const
const SEARCH = { kind: 'access_token', target: '/api/v1/search/customer' } as const
const DOCUMENT = { kind: 'jwt', target: '/document-processing/d_1' } as const

export const REVOKE: Change = {
  ...SESSION,
  name: 'a key is revoked',
  narrow: ({ id }) => post(`/keys/${id}/revoke`),
  refusal: '401 key_revoked',
}

export const CHANGES: readonly (Change & { times: number })[] = [
  {
    ...SESSION,
    name: 'a scope is removed',
    times: 4,
    narrow: patchKey({ scopes: ['identities:read'] }),
    refusal: '403 scope_missing',
    widen: patchKey({ scopes: ['identities:read', 'sessions:read'] }),
  },
  {
    ...SESSION,
    name: 'the IP list of the key leaves the client out',
    times: 4,
    narrow: patchKey({ ips: ELSEWHERE }),
    refusal: '403 address_not_allowed',
    widen: patchKey({ ips: [...ELSEWHERE, '198.51.100.0/24'] }),
  },
  {
    ...SESSION,
    name: 'the IP list of the organization leaves the client out',
    times: 4,
    byOperator: true,
    narrow: patchOrganization({ ips: ELSEWHERE }),
    refusal: '403 address_not_allowed',
    widen: patchOrganization({ ips: null }),
  },
  {
    ...SESSION,
    name: 'the organization is suspended',
    times: 4,
    byOperator: true,
    narrow: patchOrganization({ suspended: true }),
    refusal: '401 organization_suspended',
    widen: patchOrganization({ suspended: false }),
  },
  {
    ...SESSION,
    name: 'the organization loses the product',
    times: 4,
    byOperator: true,
    narrow: patchOrganization({ products: ['vault'] }),
    refusal: '403 organization_lacks_product',
    widen: patchOrganization({ products: ['vault', 'verifa'] }),
  },
  {
    ...DOCUMENT,
    name: 'the key loses the product',
    times: 4,
    byOperator: true,
    narrow: patchKey({ products: ['aml_screening'] }),
    refusal: '403 product_not_granted',
  },
  {
    ...SEARCH,
    name: 'the service user is disabled',
    times: 4,
    narrow: (subject) => post(`${userOf(subject)}/disable`),
    refusal: '401 service_user_disabled',
    widen: (subject) => post(`${userOf(subject)}/enable`),
  },
  {
    ...SEARCH,
    name: 'the departments of the service user change',
    byOperator: true,
    times: 4,
    options: { scopes: ['ingest'] },
    target: '/api/v1/ingest',
    narrow: (subject) => ({
      method: 'PATCH',
      path: userOf(subject),
      body: { departments: ['corporate'] },
    }),
    refusal: '403 department_not_allowed',
    widen: (subject) => ({
      method: 'PATCH',
      path: userOf(subject),
      body: { departments: ['corporate', 'retail'] },
    }),
  },
  {
    ...SESSION,
    name: 'the key is rotated without grace',
    times: 4,
    narrow: ({ id }) => post(`/keys/${id}/rotate`, { grace_seconds: 0 }),
    refusal: '401 key_expired',
  },
  {
    ...DOCUMENT,
    name: 'a JWT key is rotated without grace',
    times: 4,
    byOperator: true,
    narrow: ({ id }) => post(`/keys/${id}/rotate`, { grace_seconds: 0 }),
    refusal: '401 key_expired',
  },
  {
    ...SESSION,
    name: 'the quota is lowered below what is spent',
    times: 4,
    byOperator: true,
    narrow: patchKey({ quotas: { plan: 5 } }),
    refusal: '429 rate_limited',
    widen: patchKey({ quotas: { plan: 1_000_000 } }),
  },
]

/** The request that the clients repeat. */
export function callOf({ kind, target }: Change, credential: Pick<Minted, 'value'>): Exchange {
  const department = { 'x-approver-department': 'retail' }
  const headers = { ...present(kind, credential), ...(kind === 'access_token' && department) }
  if (target !== '/api/v1/ingest') return { target, headers }
  return { method: 'POST', target, headers, body: 'a document' }
}

/** So large that a lease holds whatever a busy key asks for. */
const ROOMY = '{"plan":1000000}'

/**
 * Mints the credential of a change, with a quota of which there are leases; where the change is the
 * organization's, in one of its own.
 */
export async function subjectOf(
  edge: TestEdge,
  { kind, options }: Change,
  organization: string,
): Promise<Subject> {
  const minted = await edge.mint(kind, { ...options, organization })
  // Nobody has seen it before, so there is nothing to publish.
  await edge.sql(
    `UPDATE credentials SET quotas = '${ROOMY}' WHERE id = '${minted.id}';
     INSERT INTO published_fences SELECT credential_id, generation FROM pending_fences
       WHERE credential_id = '${minted.id}'`,
  )
  return { ...minted, organization }
}
