// A call on record, found by its request id.

import { call } from '../api.ts'
import type { Answer } from '../api.ts'
import type { PageContext } from '../context.ts'

/** As listAudit answers it. */
export interface Event {
  readonly id: string
  readonly at: number
  readonly organization_id: string | null
  readonly key_id: string | null
  readonly service_user_id: string | null
  readonly product: string | null
  readonly route: string | null
  readonly method: string
  readonly path: string
  readonly decision: 'forwarded' | 'refused'
  readonly reason: string | null
  readonly status: number
  readonly client_ip: string | null
}

interface Found {
  readonly items: readonly Event[]
}

/** Undefined where this organization has no such call; operators also find what is nobody's. */
export async function findEvent(c: PageContext, id: string): Promise<Answer<Event | undefined>> {
  const query = { request_id: id, limit: 1 }
  const own = await call<Found>(c, 'listAudit', { query })
  if (!own.ok) return own
  const [event] = own.value.items
  if (event || c.get('session').actor.type !== 'operator') return { ...own, value: event }
  // Whose credential was not recognised belongs to no organization.
  const nobody = await call<Found>(c, 'listAudit', { query: { ...query, organization: 'none' } })
  return nobody.ok ? { ...nobody, value: nobody.value.items[0] } : nobody
}
