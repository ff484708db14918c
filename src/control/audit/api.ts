// The operations on the audit. A key sees its own organization and environment; operators name an
// organization, or see with `organization=none` what belonged to nobody.

import { z } from '@hono/zod-openapi'

import { verifyChain } from '../../accounts/chain.ts'
import { csvOf, searchEvents } from '../../accounts/query.ts'
import { controlApp, json, operation } from '../operation.ts'
import { invalid } from '../problem.ts'
import { nullableText as text, Organization, organizationAsked, Page } from './asked.ts'
import { Event, eventView } from './event.ts'
import { Filter, filterOf } from './filter.ts'

export const auditApi = controlApp()

const BOUND =
  'All that is given must hold. By request_id, service_user or key an index finds the events; every ' +
  'other filter is checked on the organization’s events between from and to, so name these where ' +
  'what is looked for is rare.'

auditApi.openapi(
  operation('listAudit', {
    summary: 'Decisions, newest first',
    description: BOUND,
    request: { query: Filter.extend(Page) },
    responses: { 200: json(z.object({ items: z.array(Event), next_cursor: text }), 'A page') },
  }),
  async (c) => {
    const { context } = c.env
    const { limit, cursor, ...asked } = c.req.valid('query')
    const filter = filterOf(context, asked)
    const page = await searchEvents(context.edge.bindings.DB, filter, {
      limit,
      ...(cursor !== undefined && { cursor }),
    })
    if (!page.ok) throw invalid('cursor', 'must be the next_cursor of an earlier page')
    return c.json({ items: page.value.items.map(eventView), next_cursor: page.value.cursor }, 200)
  },
)

auditApi.openapi(
  operation('exportAudit', {
    summary: 'All decisions that match, as CSV',
    description: BOUND,
    request: { query: Filter },
    responses: {
      200: { description: 'RFC 4180', content: { 'text/csv': { schema: z.string() } } },
    },
  }),
  (c) => {
    const { context } = c.env
    const csv = csvOf(context.edge.bindings.DB, filterOf(context, c.req.valid('query')))
    return c.body(csv, 200, {
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': 'attachment; filename="audit.csv"',
    })
  },
)

auditApi.openapi(
  operation('verifyAudit', {
    summary: 'Whether the chain of events is whole',
    description: 'Every hash is computed again; the first row that does not hold is named.',
    request: { query: z.strictObject({ organization: Organization }) },
    responses: {
      200: json(
        z.object({
          intact: z.boolean(),
          events: z.int().nullable(),
          pruned: z.int().nullable(),
          head: z.object({ sequence: z.int(), hash: z.string() }).nullable(),
          broken: z
            .object({ flaw: z.string(), sequence: z.int(), id: text, detail: z.string() })
            .nullable(),
        }),
        'The verdict',
      ),
    },
  }),
  async (c) => {
    const { context } = c.env
    const organization = organizationAsked(context, c.req.valid('query').organization)
    const verdict = await verifyChain(context.edge.bindings.DB, organization)
    if (verdict.intact) return c.json({ ...verdict, head: verdict.head, broken: null }, 200)
    const { flaw, sequence, id, detail } = verdict
    const broken = { flaw, sequence, id, detail }
    return c.json({ intact: false, events: null, pruned: null, head: null, broken }, 200)
  },
)
