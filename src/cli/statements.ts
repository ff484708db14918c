// The SQL of every change that the ops command and the demo make. Values are quoted here and nowhere
// else; each change is one text that D1 runs as one transaction. Pure: text in, text out.

import type { Environment, Kind } from '../catalog/define.ts'

export type SqlValue = string | number | null | readonly string[]

/** What may stand between quotes as it is. Everything else is written as the bytes of the text. */
const PLAIN = /^[\w .,:/@+*()[\]{}"=-]*$/

/**
 * A value as an SQL literal; a list as a JSON array. A text that holds anything but letters, digits
 * and plain punctuation becomes hexadecimal, so that nothing on its way can read it in another way:
 * SQLite's quotes, wrangler's splitting into statements, or its removal of `BEGIN TRANSACTION`.
 * @throws TypeError on a NUL character, which SQLite would take for the end of the text, on half a
 *   surrogate pair, and on numbers that are no safe integers.
 */
export function sql(value: SqlValue): string {
  if (value === null) return 'NULL'
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new TypeError(`${value} is not a whole number`)
    return String(value)
  }
  for (const part of typeof value === 'string' ? [value] : value) {
    if (part.includes('\0')) throw new TypeError('a text must not hold a NUL character')
    if (!part.isWellFormed()) throw new TypeError('a text must not hold half a surrogate pair')
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (PLAIN.test(text) && !/--|\/\*|BEGIN TRANSACTION/.test(text)) return `'${text}'`
  return `CAST(X'${Buffer.from(text).toString('hex')}' AS TEXT)`
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
  ].join('\n')
}

/** Revokes once: a second revocation keeps the first time. Returns the id that it revoked. */
export function revokeCredential(id: string, nowMs: number): string {
  return revokeWhere(sql(id), nowMs)
}

/** The same for the credential whose id an SQL expression gives. */
export function revokeWhere(id: string, nowMs: number): string {
  return `UPDATE credentials SET revoked_at = ${sql(nowMs)} WHERE id = ${id} AND revoked_at IS NULL RETURNING id;`
}

/** One INSERT statement, columns in the order given. */
export function insert(table: string, row: Readonly<Record<string, SqlValue>>): string {
  return `INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${Object.values(row).map(sql).join(', ')});`
}
