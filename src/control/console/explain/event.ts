// A call on record, found by its request id.

import { call, type Answer } from '../api.ts'
import type { Event } from '../audit/read.ts'
import type { PageContext } from '../context.ts'

/** Undefined where this organization has no such call; operators also find what is nobody's. */
export async function findEvent(c: PageContext, id: string): Promise<Answer<Event | undefined>> {
  const query = { request_id: id, limit: 1 }
  const own = await call(c, 'listAudit', { query })
  if (!own.ok) return own
  const [event] = own.value.items
  if (event || c.get('session').actor.type !== 'operator') return { ...own, value: event }
  // Whose credential was not recognised belongs to no organization.
  const nobody = await call(c, 'listAudit', { query: { ...query, organization: 'none' } })
  return nobody.ok ? { ...nobody, value: nobody.value.items[0] } : nobody
}
