// Usage and credits, as the API shows them: sums that outlive the events they were made of.

import { z } from '@hono/zod-openapi'

import { REFUSAL_GROUPS, refusalsBy } from '../../logs/refusals.ts'
import { GROUPS, usageBy, usageOfMonth, type UsageFilter } from '../../logs/usage.ts'
import { environmentOf } from '../actor.ts'
import type { ControlContext } from '../context.ts'
import { Id } from '../keys/schemas.ts'
import { controlApp, json, define } from '../operation.ts'
import { cursorInvalid, PageQuery } from '../page.ts'
import {
  groupsOf,
  nullableText as text,
  Organization,
  organizationOfQuery,
  readGroups,
} from './parameters.ts'

export const usageApi = controlApp()

const Day = z.iso.date().openapi({ description: 'YYYY-MM-DD, UTC', example: '2026-11-22' })
const Sums = { requests: z.int(), refused: z.int(), credits: z.int() }

const Narrowing = z.strictObject({
  organization: Organization,
  key: Id('key').optional(),
  product: z.string().max(64).optional(),
  from: Day.optional(),
  to: Day.optional(),
})

const byDescription = 'Each that is named is a member of the items; others are summed up.'

define(usageApi, 'getUsage', {
  summary: 'Requests, refusals and credits per key, product and day',
  description:
    'Of credentials’ calls; what operators and people do is none. By day the newest come first, else ' +
    'the most requests. One query reads the organization’s days between from and to.',
  request: {
    query: Narrowing.extend({ group_by: groupsOf(GROUPS, byDescription), ...PageQuery }),
  },
  responses: {
    200: json(
      z.object({
        items: z.array(
          z.object({
            day: z.string().optional(),
            key_id: text.optional(),
            product: text.optional(),
            ...Sums,
          }),
        ),
        next_cursor: text,
        month: z.array(z.object({ key_id: text, ...Sums })),
      }),
      'A page of sums, and the current month by key',
    ),
  },
  async handle(c, { context }) {
    const { limit, cursor, group_by: by, ...asked } = c.req.valid('query')
    const filter = filterOf(context, asked)
    const { DB } = context.edge.bindings
    const groups = readGroups(GROUPS, by) ?? GROUPS
    const page = await usageBy(DB, groups, filter, { limit, cursor })
    if (!page.ok) throw cursorInvalid()
    const { organization, environment } = filter
    const month = await usageOfMonth(DB, organization, context.nowMs, environment)
    const { items, cursor: next_cursor } = page.value
    return c.json({ items: [...items], next_cursor, month: [...month] }, 200)
  },
})

define(usageApi, 'getRefusals', {
  summary: 'Refusals by reason',
  description:
    'The most frequent first, in one query of the organization’s days between from and to; only_key_id ' +
    'and only_product where all of a reason have the same.',
  request: {
    query: Narrowing.extend({
      group_by: groupsOf(REFUSAL_GROUPS, `Besides by reason. ${byDescription}`),
      limit: PageQuery.limit,
    }),
  },
  responses: {
    200: json(
      z.object({
        items: z.array(
          z.object({
            reason: z.string(),
            key_id: text.optional(),
            product: text.optional(),
            refused: z.int(),
            last_at: z.int(),
            only_key_id: text,
            only_product: text,
          }),
        ),
        more: z.boolean().openapi({ description: 'There are more than limit' }),
      }),
      'The counts, and the time of the newest of each',
    ),
  },
  async handle(c, { context }) {
    const { limit, group_by: by, ...asked } = c.req.valid('query')
    const { DB } = context.edge.bindings
    const groups = readGroups(REFUSAL_GROUPS, by) ?? []
    const { items, more } = await refusalsBy(DB, groups, filterOf(context, asked), limit)
    return c.json({ items: [...items], more }, 200)
  },
})

function filterOf(context: ControlContext, asked: z.infer<typeof Narrowing>): UsageFilter {
  const organization = organizationOfQuery(context, asked.organization)
  return { ...asked, organization, environment: environmentOf(context.actor) }
}
