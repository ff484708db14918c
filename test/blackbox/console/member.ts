// Members of an organization at the console.

import type { Client } from './client.ts'
import type { People } from './people.ts'

/** Makes a member and signs in as such. */
export async function enterAs(
  { edge, enter }: People,
  role: 'administrator' | 'viewer',
  organization = 'org_test',
): Promise<Client> {
  const email = `${role}@${organization.replace('_', '-')}.example.com`
  await edge.sql(
    `INSERT INTO members (organization_id, email, role) VALUES ('${organization}', '${email}', '${role}')`,
  )
  return await enter(email)
}
