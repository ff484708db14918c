// What is asked of the audit: the form's fields as they were typed, and the API's query of them.

import type { PageContext } from '../context.ts'
import type { Fault } from '../kit/fault.ts'
import { readTimeInput } from '../kit/time.tsx'

/** What is looked for most. `from` and `to` are `datetime-local`, UTC. */
const USUAL = {
  key: 'Key',
  product: 'Product',
  decision: 'Decision',
  reason: 'Reason',
  request_id: 'Request id',
  from: 'From (UTC)',
  to: 'Before (UTC)',
} as const

/** The rest of what is on record. */
const MORE = {
  caller: 'Called by',
  actor: 'Person',
  service_user: 'Service user',
  source_system: 'Source system',
  kind: 'Kind of key',
  environment: 'Environment',
  method: 'Method',
  path: 'Path begins with',
  route: 'Route',
  status: 'Status',
  client_ip: 'Address of the caller',
  credits: 'Credits, at least',
  upstream_ms: 'Upstream took, at least (ms)',
} as const

/** The filter's fields. */
export const FIELDS = { ...USUAL, ...MORE }

export type Field = keyof typeof FIELDS

/** The fields' values as texts, empty where nothing is asked. */
export type Search = Readonly<Record<Field, string>> & {
  /** Operators may look at the calls of nobody that was recognised. */
  readonly nobody: boolean
}

export type Query = Readonly<Record<string, string | number>>

/** What the address asks. */
export function readSearch(c: PageContext): Search {
  const names = Object.keys(FIELDS) as Field[]
  const texts = Object.fromEntries(names.map((name) => [name, (c.req.query(name) ?? '').trim()]))
  const operator = c.get('session').actor.type === 'operator'
  const nobody = operator && c.req.query('of') === 'nobody'
  return { ...(texts as Record<Field, string>), nobody }
}

/** Whether anything narrows the search. */
export function isNarrowed(asked: Search): boolean {
  return Object.keys(FIELDS).some((name) => asked[name as Field] !== '')
}

/** Whether any of the fields is used, or at fault, that are not looked for most. */
export function isDetailed(asked: Search, fault: Fault | undefined): boolean {
  if (asked.nobody) return true
  return Object.keys(MORE).some((name) => asked[name as Field] !== '' || fault?.field === name)
}

/** The query of listAudit and exportAudit, or the field whose time is none. */
export function queryOf(asked: Search): { query: Query } | { fault: Fault } {
  const { nobody, from, to, ...texts } = asked
  const method = texts.method.toUpperCase()
  const query: Record<string, string | number> = { ...texts, method, ...ofNobody(nobody) }
  for (const [field, text] of Object.entries({ from, to })) {
    const ms = readTimeInput(text)
    if (Number.isNaN(ms)) return { fault: { field, sentence: 'must be a date and a time' } }
    if (ms !== null) query[field] = ms
  }
  return { query }
}

/** The `organization` of a call, said only where it is not the page's own. */
export function ofNobody(nobody: boolean): Query {
  return nobody ? { organization: 'none' } : {}
}
