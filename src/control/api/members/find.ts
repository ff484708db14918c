// Members out of D1: of an organization, for the API, and of a person, for the console's sign-in.

import type { Role } from './role.ts'
import type { MemberView } from './schemas.ts'

export interface Membership {
  readonly organizationId: string
  readonly organizationName: string
  readonly role: Role
}

type Database = Pick<D1Database, 'withSession'>

/** The memberships of an e-mail address (in lower case), by the organizations' names. */
export async function memberships(db: Database, email: string): Promise<Membership[]> {
  const { results } = await db
    .withSession('first-primary')
    .prepare(
      `SELECT m.organization_id AS organizationId, o.name AS organizationName, m.role
       FROM members m JOIN organizations o ON o.id = m.organization_id
       WHERE m.email = ?1 ORDER BY o.name, o.id`,
    )
    .bind(email)
    .all<Membership>()
  return results
}

/** All members of an organization, by their addresses. */
export async function listMembers(db: Database, organization: string): Promise<MemberView[]> {
  const { results } = await db
    .withSession('first-primary')
    .prepare(
      `SELECT organization_id, email, role, created_at FROM members
       WHERE organization_id = ?1 ORDER BY email`,
    )
    .bind(organization)
    .all<MemberView>()
  return results
}
