// The SQL of every change that the ops command and the demo make. Values are quoted here and nowhere
// else; each change is one text that D1 runs as one transaction. Pure: text in, text out.

import type { Environment, Kind } from '../catalog/define.ts'

export type SqlValue = string | number | null | readonly string[]

/**
 * A value as an SQL literal; a list as a JSON array.
 * @throws TypeError on a NUL character, which SQLite would take for the end of the text, and on
 *   numbers that are no safe integers.
 */
export function sql(value: SqlValue): string {
  if (value === null) return 'NULL'
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new TypeError(`${value} is not a whole number`)
    return String(value)
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (text.includes('\0')) throw new TypeError('a text must not hold a NUL character')
  return `'${text.replaceAll("'", "''")}'`
}

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

/** The credential with its lists; the triggers switch the restrictions on. */
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
      expires_at: credential.expiresAt,
    }),
    ...credential.ips.map((cidr) => insert('credential_ips', { credential_id: id, cidr })),
    ...credential.origins.map((origin) =>
      insert('credential_origins', { credential_id: id, origin }),
    ),
  ].join('\n')
}

/** Revokes once: a second revocation keeps the first time. */
export function revokeCredential(id: string, nowMs: number): string {
  return `UPDATE credentials SET revoked_at = ${sql(nowMs)} WHERE id = ${sql(id)} AND revoked_at IS NULL;`
}

/** One INSERT statement, columns in the order given. */
export function insert(table: string, row: Readonly<Record<string, SqlValue>>): string {
  return `INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${Object.values(row).map(sql).join(', ')});`
}
