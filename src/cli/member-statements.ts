// The SQL of members. Pure, like statements.ts. The triggers of schema.sql sign a person out whose
// membership changes.

import type { Role } from '../control/api/members/role.ts'
import { sql } from './statements.ts'

export interface MemberRow {
  readonly organization_id: string
  readonly email: string
  readonly role: Role
  readonly created_at: number
}

const COLUMNS = 'organization_id, email, role, created_at'

/** Of one organization, or all. */
export function selectMembers(organizationId?: string): string {
  const where =
    organizationId === undefined ? '' : ` WHERE organization_id = ${sql(organizationId)}`
  return `SELECT ${COLUMNS} FROM members${where} ORDER BY organization_id, email;`
}

export function selectMember(organizationId: string, email: string): string {
  return `SELECT ${COLUMNS} FROM members WHERE organization_id = ${sql(organizationId)} AND email = ${sql(email)};`
}

/** Makes a member or changes the role. An organization that does not exist gets none. */
export function putMember(organizationId: string, email: string, role: Role): string {
  return `INSERT INTO members (organization_id, email, role) SELECT id, ${sql(email)}, ${sql(role)} FROM organizations WHERE id = ${sql(organizationId)} ON CONFLICT DO UPDATE SET role = excluded.role WHERE role <> excluded.role;`
}

/** Removes a member and returns the address if there was one. */
export function deleteMember(organizationId: string, email: string): string {
  return `DELETE FROM members WHERE organization_id = ${sql(organizationId)} AND email = ${sql(email)} RETURNING email;`
}
