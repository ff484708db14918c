// The SQL of rows that the demo and the tests make. Pure, like sql.ts.

import type { Environment, Kind } from '../credentials/kinds.ts'
import { judgeEntries } from '../cli/direct/list-statements.ts'
import { sql, type SqlValue } from '../cli/direct/sql.ts'
import { revokeWhere } from '../cli/direct/revoke-statements.ts'

export interface NewOrganization {
  readonly id: string
  readonly name: string
  readonly plan: string
  readonly products: readonly string[]
}

export function insertOrganization(organization: NewOrganization): string {
  const { id, name, plan, products } = organization
  return insert('organizations', { id, name, plan, products })
}

export interface NewServiceUser {
  readonly id: string
  readonly organizationId: string
  readonly name: string
  readonly sourceSystem: string
  readonly departments: readonly string[]
}

export function insertServiceUser(user: NewServiceUser): string {
  return insert('service_users', {
    id: user.id,
    organization_id: user.organizationId,
    name: user.name,
    source_system: user.sourceSystem,
    departments: user.departments,
  })
}

export interface NewCredential {
  readonly id: string
  readonly organizationId: string
  readonly serviceUserId: string | null
  readonly kind: Kind
  readonly environment: Environment
  readonly name: string
  /** null for a JWT, which is known by its id. */
  readonly digest: string | null
  readonly scopes: readonly string[]
  readonly products: readonly string[]
  /** Unix milliseconds. */
  readonly expiresAt: number | null
  readonly ips: readonly string[]
  readonly origins: readonly string[]
}

/**
 * The credential with its lists. It is restricted from its first statement on, although the triggers
 * would see to it: a credential is never there without the list that it was asked with.
 */
export function insertCredential(credential: NewCredential): string {
  const { id } = credential
  return [
    insert('credentials', {
      id,
      organization_id: credential.organizationId,
      service_user_id: credential.serviceUserId,
      kind: credential.kind,
      environment: credential.environment,
      name: credential.name,
      digest: credential.digest,
      scopes: credential.scopes,
      products: credential.products,
      ip_restricted: credential.ips.length > 0 ? 1 : 0,
      origin_restricted: credential.origins.length > 0 ? 1 : 0,
      expires_at: credential.expiresAt,
    }),
    ...credential.ips.map((cidr) => insert('credential_ips', { credential_id: id, cidr })),
    ...credential.origins.map((origin) =>
      insert('credential_origins', { credential_id: id, origin }),
    ),
    ...(credential.origins.length > 0 ? [judgeEntries(credential.origins)] : []),
  ].join('\n')
}

/** Revokes once: a second revocation keeps the first time. Returns the id that it revoked. */
export function revokeCredential(id: string, nowMs: number): string {
  return revokeWhere(sql(id), nowMs)
}

/** One INSERT statement, columns in the order given. */
export function insert(table: string, row: Readonly<Record<string, SqlValue>>): string {
  return `INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${Object.values(row).map(sql).join(', ')});`
}
