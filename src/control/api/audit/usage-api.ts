// Usage and credits, as the API shows them: sums that outlive the events they were made of.

import { z } from '@hono/zod-openapi'

import { REFUSAL_GROUPS, refusalsBy } from '../../logs/refusals.ts'
import { GROUPS, usageBy, usageOfMonth, type UsageFilter } from '../../logs/usage.ts'
import { environmentOf } from '../actor.ts'
import type { ControlContext } from '../context.ts'
import { Id } from '../keys/schemas.ts'
import { controlApp, json, operation } from '../operation.ts'
import { invalid } from '../problem.ts'
import {
  groupsOf,
  nullableText as text,
  Organization,
  organizationAsked,
  Page,
  readGroups,
} from './asked.ts'

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

usageApi.openapi(
  operation('getUsage', {
    summary: 'Requests, refusals and credits per key, product and day',
    description:
      'Of credentials’ calls; what operators and people do is none. By day the newest come first, else ' +
      'the most requests. One query reads the organization’s days between from and to.',
    request: {
      query: Narrowing.extend({ group_by: groupsOf(GROUPS, byDescription), ...Page }),
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
  }),
  async (c) => {
    const { context } = c.env
    const { limit, cursor, group_by: by, ...asked } = c.req.valid('query')
    const filter = filterOf(context, asked)
    const { DB } = context.edge.bindings
    const groups = readGroups(GROUPS, by) ?? GROUPS
    const page = await usageBy(DB, groups, filter, { limit, cursor })
    if (!page.ok) throw invalid('cursor', 'must be the next_cursor of an earlier page')
    const { organization, environment } = filter
    const month = await usageOfMonth(DB, organization, context.nowMs, environment)
    return c.json(
      {
        items: page.value.items.map(({ key, ...sums }) => ({
          ...(key !== undefined && { key_id: key }),
          ...sums,
        })),
        next_cursor: page.value.cursor,
        month: month.map(({ key, ...sums }) => ({ key_id: key, ...sums })),
      },
      200,
    )
  },
)

usageApi.openapi(
  operation('getRefusals', {
    summary: 'Refusals by reason',
    description:
      'The most frequent first, in one query of the organization’s days between from and to; only_key_id ' +
      'and only_product where all of a reason have the same.',
    request: {
      query: Narrowing.extend({
        group_by: groupsOf(REFUSAL_GROUPS, `Besides by reason. ${byDescription}`),
        limit: Page.limit,
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
  }),
  async (c) => {
    const { context } = c.env
    const { limit, group_by: by, ...asked } = c.req.valid('query')
    const { DB } = context.edge.bindings
    const groups = readGroups(REFUSAL_GROUPS, by) ?? []
    const { items, more } = await refusalsBy(DB, groups, filterOf(context, asked), limit)
    const views = items.map(({ key, lastAt, onlyKey, onlyProduct, ...counted }) => ({
      ...(key !== undefined && { key_id: key }),
      ...counted,
      ...{ last_at: lastAt, only_key_id: onlyKey, only_product: onlyProduct },
    }))
    return c.json({ items: views, more }, 200)
  },
)

function filterOf(context: ControlContext, asked: z.infer<typeof Narrowing>): UsageFilter {
  const organization = organizationAsked(context, asked.organization)
  return { ...asked, organization, environment: environmentOf(context.actor) }
}
