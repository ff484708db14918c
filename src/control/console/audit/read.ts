// An event as its pages need it.

import { call, type Answer, type AnswerOf } from '../api.ts'
import type { PageContext } from '../context.ts'
import { pageUrl, withQuery } from '../urls.ts'
import type { Query } from './search.ts'

export type Events = AnswerOf<'listAudit'>
export type Event = Events['items'][number]

export function searchEvents(c: PageContext, query: Query, cursor = ''): Promise<Answer<Events>> {
  return call(c, 'listAudit', { query: { ...query, cursor } })
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
