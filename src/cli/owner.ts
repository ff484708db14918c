// The organization or service user that a new credential is for, read before anything is minted.

import { Stop } from './answer.ts'
import type { Ops } from './answer.ts'
import { texts } from './print.ts'
import { selectOrganizationOf, selectOrganizations, selectServiceUser } from './queries.ts'
import type { OrganizationRow, ServiceUserRow } from './queries.ts'
import { execute } from './wrangler.ts'

export interface Owner {
  readonly id: string
  readonly products: readonly string[]
}

/** An organization that exists. */
export async function readOrganization(ops: Ops, id: string): Promise<Owner> {
  const [rows] = await execute<[OrganizationRow]>(ops, [selectOrganizations(ops.io.now(), id)])
  const [row] = rows
  if (!row) throw noOrganization()
  return ownerOf(row)
}

/** A service user that exists and is not disabled, with its organization. */
export async function readServiceUser(
  ops: Ops,
  id: string,
): Promise<{ readonly user: ServiceUserRow; readonly organization: Owner }> {
  const [users, organizations] = await execute<[ServiceUserRow, OrganizationRow]>(ops, [
    selectServiceUser(id),
    selectOrganizationOf(id),
  ])
  const [user] = users
  const [organization] = organizations
  if (!user || !organization) {
    throw new Stop('there is no such service user; see: npm run ops -- service-user list')
  }
  if (user.disabled_at !== null) throw new Stop(`the service user ${id} is disabled`)
  return { user, organization: ownerOf(organization) }
}

// What was given for an id is not repeated: with a prefix of its own, a key's value can look like one.

export function noOrganization(): Stop {
  return new Stop('there is no such organization; see: npm run ops -- organization list')
}

export function noKey(): Stop {
  return new Stop('there is no such key; see: npm run ops -- key list --organization org_…')
}

function ownerOf(row: OrganizationRow): Owner {
  const products = texts(row.products)
  if (!products)
    throw new Stop(`${row.id}: the products are no list of texts; run: npm run ops -- doctor`)
  if (row.suspended_at !== null) throw new Stop(`the organization ${row.id} is suspended`)
  return { id: row.id, products }
}
