// The operations on the audit. A key sees its own organization and environment; operators name an
// organization, or see with `organization=none` what belonged to nobody.

import { z } from '@hono/zod-openapi'

import { verifyChain } from '../../logs/chain.ts'
import type { Anchor } from '../../logs/link.ts'
import { readCursor, writeCursor } from '../../logs/page.ts'
import { csvOf, searchEvents } from '../../logs/query.ts'
import { controlApp, json, define } from '../operation.ts'
import { cursorInvalid, PageQuery } from '../page.ts'
import { invalid } from '../problem.ts'
import { listed } from '../request.ts'
import { countVerifying } from './count-verifying.ts'
import { nullableText as text, Organization, organizationOfQuery } from './parameters.ts'
import { Event, eventView } from './event.ts'
import { Filter, filterOf } from './filter.ts'

export const auditApi = controlApp()

/** Events that one call of verify reads and hashes. */
const VERIFIED_AT_A_TIME = 2_000

const BOUND =
  'All that is given must hold. By request_id, service_user or key an index finds the events; every ' +
  'other filter is checked on the organization’s events between from and to, so name these where ' +
  'what is looked for is rare.'

define(auditApi, 'listAudit', {
  summary: 'Decisions, newest first',
  description: BOUND,
  request: { query: Filter.extend(PageQuery) },
  responses: { 200: listed(Event) },
  async handle(c, { context }) {
    const { limit, cursor, ...asked } = c.req.valid('query')
    const filter = filterOf(context, asked)
    const page = await searchEvents(context.edge.bindings.DB, filter, {
      limit,
      ...(cursor !== undefined && { cursor }),
    })
    if (!page.ok) throw cursorInvalid()
    return c.json({ items: page.value.items.map(eventView), next_cursor: page.value.cursor }, 200)
  },
})

define(auditApi, 'exportAudit', {
  summary: 'All decisions that match, as CSV',
  description: BOUND,
  request: { query: Filter },
  responses: {
    200: { description: 'RFC 4180', content: { 'text/csv': { schema: z.string() } } },
  },
  handle(c, { context }) {
    const csv = csvOf(context.edge.bindings.DB, filterOf(context, c.req.valid('query')))
    return c.body(csv, 200, {
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': 'attachment; filename="audit.csv"',
    })
  },
})

define(auditApi, 'verifyAudit', {
  summary: 'Whether the chain of events is whole',
  description:
    'Every hash is computed again; the first row that does not hold is named. A long chain is ' +
    'verified in parts: where `complete` is false, go on with `next_cursor`. Sixty calls a minute.',
  request: {
    query: z.strictObject({ organization: Organization, cursor: z.string().max(400).optional() }),
  },
  responses: {
    200: json(
      z.object({
        intact: z.boolean(),
        complete: z.boolean().openapi({
          description: 'Nothing is left to verify: the end is reached, or a row does not hold',
        }),
        next_cursor: text,
        events: z.int().nullable().openapi({ description: 'Verified by this call' }),
        pruned: z.int().nullable(),
        head: z.object({ sequence: z.int(), hash: z.string() }).nullable(),
        broken: z
          .object({ flaw: z.string(), sequence: z.int(), id: text, detail: z.string() })
          .nullable(),
      }),
      'The verdict',
    ),
  },
  async handle(c, { context }) {
    const { organization: asked, cursor } = c.req.valid('query')
    const organization = organizationOfQuery(context, asked)
    const from = cursor === undefined ? undefined : readAnchor(cursor)
    await countVerifying(context, organization)
    const verdict = await verifyChain(context.edge.bindings.DB, organization, {
      most: VERIFIED_AT_A_TIME,
      ...(from && { from }),
    })
    if (verdict.intact) {
      const { events, pruned, head, next } = verdict
      const next_cursor = next && writeCursor([next.sequence, next.hash])
      const found = { complete: next === null, next_cursor, events, pruned, head }
      return c.json({ intact: true, ...found, broken: null }, 200)
    }
    const { flaw, sequence, id, detail } = verdict
    const broken = { flaw, sequence, id, detail }
    const nothing = { next_cursor: null, events: null, pruned: null, head: null }
    return c.json({ intact: false, complete: true, ...nothing, broken }, 200)
  },
})

/** Who makes one up learns nothing but that the chain does not go on from there. */
function readAnchor(cursor: string): Anchor {
  const place = readCursor(cursor, ['number', 'string'])
  const [sequence, hash] = place.ok ? place.value : []
  if (!Number.isSafeInteger(sequence) || !/^[0-9a-f]{64}$/.test(String(hash))) {
    throw invalid('cursor', 'must be the next_cursor of an earlier call')
  }
  return { sequence: Number(sequence), hash: String(hash) }
}
