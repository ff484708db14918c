// Who is on account for a call without a credential, and in whose chain: an operator in the organization
// that the call names, if there is one, a person in their own.

import type { Acting } from '../../../audit/event.ts'
import { actorName, type Actor } from '../actor.ts'

/** Null for a key, which is on account itself. Never fails: an account without a chain is better. */
export async function actingOf(
  actor: Actor,
  request: Request,
  db: Pick<D1Database, 'prepare'>,
): Promise<Acting | null> {
  if (actor.type === 'key') return null
  const name = actorName(actor)
  if (actor.type === 'person') return { name, organizationId: actor.organizationId }
  return { name, organizationId: await namedOrganization(request, db) }
}

/** What an operator names may be mistyped: it opens no chain unless it is there. */
async function namedOrganization(
  { url }: Request,
  db: Pick<D1Database, 'prepare'>,
): Promise<string | null> {
  const [named, ...more] = new URL(url).searchParams.getAll('organization')
  if (named === undefined || more.length > 0) return null
  try {
    return await db
      .prepare('SELECT id FROM organizations WHERE id = ?1')
      .bind(named)
      .first<string>('id')
  } catch (error) {
    console.error('audit: an operator’s organization could not be looked up', error)
    return null
  }
}
