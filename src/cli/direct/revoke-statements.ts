// The SQL of a revocation. Pure, like sql.ts.

import type { Environment, Kind } from '../../credentials/kinds.ts'
import { sql } from './sql.ts'

/** A credential as far as its revocation tells of it. */
export interface RevokedRow {
  readonly id: string
  readonly name: string
  readonly kind: Kind
  readonly environment: Environment
  readonly revoked_at: number | null
}

/** The credential whose id an SQL expression gives. */
export function selectRevoked(id: string): string {
  return `SELECT id, name, kind, environment, revoked_at FROM credentials WHERE id = ${id};`
}

/** Revokes once the credential whose id an SQL expression gives. Returns the id that it revoked. */
export function revokeWhere(id: string, nowMs: number): string {
  return `UPDATE credentials SET revoked_at = ${sql(nowMs)} WHERE id = ${id} AND revoked_at IS NULL RETURNING id;`
}
