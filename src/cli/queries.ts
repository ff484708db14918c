// What the commands read, as SQL text and the rows that it gives. Pure, like statements.ts. Lists of
// scopes, products and departments come as JSON text.

import type { Environment, Kind } from '../catalog/define.ts'
import { sql } from './statements.ts'

export interface OrganizationRow {
  readonly id: string
  readonly name: string
  readonly plan: string
  readonly products: string
  readonly ip_restricted: 0 | 1
  readonly suspended_at: number | null
  readonly created_at: number
  /** Credentials that are neither revoked nor expired. */
  readonly active_keys: number
}

export function selectOrganizations(nowMs: number, id?: string): string {
  const where = id === undefined ? '' : ` WHERE o.id = ${sql(id)}`
  return `SELECT o.id, o.name, o.plan, o.products, o.ip_restricted, o.suspended_at, o.created_at, (SELECT count(*) FROM credentials c WHERE c.organization_id = o.id AND c.revoked_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > ${sql(nowMs)})) AS active_keys FROM organizations o${where} ORDER BY o.created_at, o.id;`
}

export interface ServiceUserRow {
  readonly id: string
  readonly organization_id: string
  readonly name: string
  readonly source_system: string
  readonly departments: string
  readonly disabled_at: number | null
  readonly created_at: number
}

const SERVICE_USER =
  'SELECT id, organization_id, name, source_system, departments, disabled_at, created_at FROM service_users'

/** Of one organization, or all. */
export function selectServiceUsers(organizationId?: string): string {
  const where =
    organizationId === undefined ? '' : ` WHERE organization_id = ${sql(organizationId)}`
  return `${SERVICE_USER}${where} ORDER BY created_at, id;`
}

export function selectServiceUser(id: string): string {
  return `${SERVICE_USER} WHERE id = ${sql(id)};`
}

/** The organization that a service user belongs to. */
export function selectOrganizationOf(serviceUserId: string): string {
  return `SELECT id, name, plan, products, ip_restricted, suspended_at, created_at, 0 AS active_keys FROM organizations WHERE id = (SELECT organization_id FROM service_users WHERE id = ${sql(serviceUserId)});`
}

export interface KeyRow {
  readonly id: string
  readonly organization_id: string
  readonly service_user_id: string | null
  readonly kind: Kind
  readonly environment: Environment
  readonly name: string
  readonly scopes: string
  readonly products: string
  readonly ip_restricted: 0 | 1
  readonly origin_restricted: 0 | 1
  readonly expires_at: number | null
  readonly revoked_at: number | null
  readonly created_at: number
}

const KEY =
  'SELECT id, organization_id, service_user_id, kind, environment, name, scopes, products, ip_restricted, origin_restricted, expires_at, revoked_at, created_at FROM credentials'

/** The credential whose id an SQL expression gives. */
export function selectKeyWhere(id: string): string {
  return `${KEY} WHERE id = ${id};`
}

/** Credentials by id, organization or service user. Digests are not read: nothing here needs them. */
export function selectKeys(
  by: 'id' | 'organization_id' | 'service_user_id',
  value: string,
): string {
  return `${KEY} WHERE ${by} = ${sql(value)} ORDER BY created_at, id;`
}
