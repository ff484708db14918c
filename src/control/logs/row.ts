// Events as rows of audit_events and audit_actors, there and back without loss.

import type { AuditEvent } from '../../audit/event.ts'
import type { LinkedEvent } from './link.ts'

/** What the event's members are called in a row. */
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

/** The members that are columns of audit_events. */
export const STORED = MEMBERS.filter((member) => member !== 'actor')

/** The actor of a row of audit_events, null where it has none. */
export const ACTOR = '(SELECT actor FROM audit_actors WHERE audit_actors.id = audit_events.id)'

/** What to select from audit_events for `eventOfRow`. */
export const SELECT_LIST = Object.values(COLUMNS)
  .map((column) => (column === 'actor' ? `${ACTOR} AS actor` : column))
  .join(', ')

/** The chain that an event belongs to. SQL's null would be no chain: it equals nothing. */
export function chainOf({ organization }: Pick<AuditEvent, 'organization'>): string {
  return organization ?? ''
}

/** A row's values in the order of `STORED`. */
export function valuesOf(event: LinkedEvent): readonly (string | number | null)[] {
  return STORED.map((member) => (member === 'organization' ? chainOf(event) : event[member]))
}

/** A row of `SELECT_LIST`. What it holds is taken as it is: the chain tells whether it was changed. */
export function eventOfRow(row: Readonly<Record<string, unknown>>): LinkedEvent {
  const members = MEMBERS.map((member) => [member, row[COLUMNS[member]]])
  const event = Object.fromEntries(members) as unknown as LinkedEvent
  return event.organization === '' ? { ...event, organization: null } : event
}
