// An event as its pages need it.

import { call, type Answer, type Listed } from '../api.ts'
import type { PageContext } from '../context.ts'
import { pageUrl, withQuery } from '../urls.ts'
import type { Query } from './asked.ts'

/** As listAudit answers it. */
export interface Event {
  readonly id: string
  /** Unix milliseconds. */
  readonly at: number
  readonly organization_id: string | null
  readonly key_id: string | null
  readonly kind: string | null
  readonly service_user_id: string | null
  readonly source_system: string | null
  readonly environment: string | null
  /** Who called where no credential did, such as `person:ann@example.com`. */
  readonly actor: string | null
  readonly product: string | null
  readonly route: string | null
  readonly method: string
  readonly path: string
  readonly decision: 'forwarded' | 'refused'
  readonly reason: string | null
  readonly status: number
  readonly upstream_ms: number | null
  readonly client_ip: string | null
  readonly credits: number | null
  readonly sequence: number
  readonly hash: string
}

export function searchEvents(
  c: PageContext,
  query: Query,
  cursor = '',
): Promise<Answer<Listed<Event>>> {
  return call<Listed<Event>>(c, 'listAudit', { query: { ...query, cursor } })
}

/** `ann@example.com`; operators are told apart from the organization’s own people. */
export function actorText(actor: string): string {
  const [, type, name = ''] = /^(operator|person):(.*)$/s.exec(actor) ?? []
  if (type === 'person') return name
  if (type === undefined) return actor
  return name === 'admin-token' ? 'an operator with the admin token' : `${name}, an operator`
}

/** The page of the audit, or one below it; `of` keeps looking at the calls of nobody. */
export function auditUrl(c: PageContext, part = '', nobody = false): string {
  const url = pageUrl(c.get('organization').id, 'audit', part)
  return withQuery(url, { of: nobody ? 'nobody' : undefined })
}
