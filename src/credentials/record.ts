// The key record: everything the gate needs to decide about one credential, denormalised, with the
// generation that the guard checks. It may be stale in memo and KV; the guard knows.

import { ENVIRONMENTS, KIND_NAMES } from './kinds.ts'
import type { Environment, Kind } from './kinds.ts'

/**
 * How a record is looked up: an opaque key by its digest, a JWT of ours by its `jti`, which is its
 * id, and another issuer's by `<iss> <jti>`, because issuers number independently.
 */
export type Lookup = { readonly by: 'digest' | 'id' | 'external'; readonly value: string }

export interface ServiceUser {
  readonly id: string
  readonly sourceSystem: string
  readonly departments: readonly string[]
  readonly disabledAt: number | null
}

export interface KeyRecord {
  readonly id: string
  readonly generation: number
  readonly kind: Kind
  readonly environment: Environment
  readonly organizationId: string
  readonly plan: string
  readonly scopes: readonly string[]
  readonly products: readonly string[]
  readonly organizationProducts: readonly string[]
  /** Quotas by limit name that replace the plan's. */
  readonly quotas: Readonly<Record<string, number>>
  readonly serviceUser: ServiceUser | null
  /** null: not restricted. An empty list admits nobody. */
  readonly organizationIps: readonly string[] | null
  readonly keyIps: readonly string[] | null
  readonly origins: readonly string[] | null
  /** Unix milliseconds, all of them. */
  readonly expiresAt: number | null
  readonly revokedAt: number | null
  readonly organizationSuspendedAt: number | null
  /** When D1 gave it, by the clock of the isolate that read it. */
  readonly readAt: number
}

/** One query gives the whole record; `?1` is the value looked up. */
export function recordQuery(by: Lookup['by']): string {
  return `SELECT c.id, g.generation, c.kind, c.environment, c.organization_id, c.scopes, c.products,
    c.quotas, c.expires_at, c.revoked_at, c.service_user_id,
    o.plan, o.products AS organization_products, o.suspended_at,
    s.id AS su_id, s.source_system, s.departments, s.disabled_at,
    CASE WHEN o.ip_restricted THEN (SELECT json_group_array(cidr) FROM organization_ips
      WHERE organization_id = o.id) END AS organization_ips,
    CASE WHEN c.ip_restricted THEN (SELECT json_group_array(cidr) FROM credential_ips
      WHERE credential_id = c.id) END AS key_ips,
    CASE WHEN c.origin_restricted THEN (SELECT json_group_array(origin) FROM credential_origins
      WHERE credential_id = c.id) END AS origins
  FROM credentials c
  JOIN generations g ON g.credential_id = c.id
  JOIN organizations o ON o.id = c.organization_id
  LEFT JOIN service_users s
    ON s.id = c.service_user_id AND s.organization_id = c.organization_id
  WHERE c.${by} = ?1`
}

/**
 * Reads a row of `recordQuery`. Undefined when a member has not the form that schema.sql gives it,
 * so that a damaged row refuses instead of granting.
 */
export function recordFromRow(row: Record<string, unknown>, readAt: number): KeyRecord | undefined {
  try {
    const serviceUser =
      row['service_user_id'] === null
        ? null
        : {
            id: text(row['su_id']),
            sourceSystem: text(row['source_system']),
            departments: texts(row['departments']),
            disabledAt: time(row['disabled_at']),
          }
    return {
      id: text(row['id']),
      generation: number(row['generation']),
      kind: oneOf(KIND_NAMES, row['kind']),
      environment: oneOf(ENVIRONMENTS, row['environment']),
      organizationId: text(row['organization_id']),
      plan: text(row['plan']),
      scopes: texts(row['scopes']),
      products: texts(row['products']),
      organizationProducts: texts(row['organization_products']),
      quotas: quotas(row['quotas']),
      serviceUser,
      organizationIps: row['organization_ips'] === null ? null : texts(row['organization_ips']),
      keyIps: row['key_ips'] === null ? null : texts(row['key_ips']),
      origins: row['origins'] === null ? null : texts(row['origins']),
      expiresAt: time(row['expires_at']),
      revokedAt: time(row['revoked_at']),
      organizationSuspendedAt: time(row['suspended_at']),
      readAt,
    }
  } catch {
    return undefined
  }
}

class Malformed extends Error {}

function text(value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new Malformed()
  return value
}

function number(value: unknown): number {
  if (!Number.isSafeInteger(value)) throw new Malformed()
  return value as number
}

function time(value: unknown): number | null {
  return value === null ? null : number(value)
}

function oneOf<const T extends string>(values: readonly T[], value: unknown): T {
  if (!values.includes(value as T)) throw new Malformed()
  return value as T
}

function texts(value: unknown): string[] {
  const parsed: unknown = JSON.parse(text(value))
  if (!Array.isArray(parsed)) throw new Malformed()
  return parsed.map(text)
}

function quotas(value: unknown): Record<string, number> {
  const parsed: unknown = JSON.parse(text(value))
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new Malformed()
  for (const quota of Object.values(parsed)) {
    if (number(quota) < 1) throw new Malformed()
  }
  return parsed as Record<string, number>
}
