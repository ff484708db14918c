// Events as rows of audit_events, there and back without loss.

import type { AuditEvent } from './event.ts'
import type { LinkedEvent } from './link.ts'

/** The table's columns by the event's members. */
export const COLUMNS = {
  organization: 'organization',
  sequence: 'sequence',
  previousHash: 'previous_hash',
  hash: 'hash',
  id: 'id',
  at: 'at',
  key: 'key',
  kind: 'kind',
  serviceUser: 'service_user',
  sourceSystem: 'source_system',
  environment: 'environment',
  actor: 'actor',
  product: 'product',
  route: 'route',
  method: 'method',
  path: 'path',
  decision: 'decision',
  reason: 'reason',
  status: 'status',
  upstreamMs: 'upstream_ms',
  clientIp: 'client_ip',
  credits: 'credits',
} as const satisfies Record<keyof LinkedEvent, string>

/** The event's members in the order of the columns. */
export const MEMBERS = Object.keys(COLUMNS) as readonly (keyof LinkedEvent)[]

/** The columns in a select list. */
export const COLUMN_LIST = Object.values(COLUMNS).join(', ')

/** The chain that an event belongs to. SQL's null would be no chain: it equals nothing. */
export function chainOf({ organization }: Pick<AuditEvent, 'organization'>): string {
  return organization ?? ''
}

/** A row's values in the order of `MEMBERS`. */
export function valuesOf(event: LinkedEvent): readonly (string | number | null)[] {
  return MEMBERS.map((member) => (member === 'organization' ? chainOf(event) : event[member]))
}

/** A row of `COLUMN_LIST`. What it holds is taken as it is: the chain tells whether it was changed. */
export function eventOfRow(row: Readonly<Record<string, unknown>>): LinkedEvent {
  const members = MEMBERS.map((member) => [member, row[COLUMNS[member]]])
  const event = Object.fromEntries(members) as unknown as LinkedEvent
  return event.organization === '' ? { ...event, organization: null } : event
}
