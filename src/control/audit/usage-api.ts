// Usage and credits, as the API shows them: sums that outlive the events they were made of.

import { z } from '@hono/zod-openapi'

import { usageByDay, usageOfMonth } from '../../accounts/usage.ts'
import { environmentOf } from '../actor.ts'
import { Id } from '../keys/schemas.ts'
import { controlApp, json, operation } from '../operation.ts'
import { invalid } from '../problem.ts'
import { nullableText as text, Organization, organizationAsked, Page } from './asked.ts'

export const usageApi = controlApp()

const Day = z.iso.date().openapi({ description: 'YYYY-MM-DD, UTC', example: '2026-11-22' })
const Sums = { requests: z.int(), refused: z.int(), credits: z.int() }

usageApi.openapi(
  operation('getUsage', {
    summary: 'Requests, refusals and credits per key, product and day',
    request: {
      query: z.strictObject({
        organization: Organization,
        key: Id('key').optional(),
        product: z.string().max(64).optional(),
        from: Day.optional(),
        to: Day.optional(),
        ...Page,
      }),
    },
    responses: {
      200: json(
        z.object({
          items: z.array(z.object({ key_id: text, product: text, day: z.string(), ...Sums })),
          next_cursor: text,
          month: z.array(z.object({ key_id: text, ...Sums })),
        }),
        'A page of days, newest first, and the current month by key',
      ),
    },
  }),
  async (c) => {
    const { context } = c.env
    const { limit, cursor, ...asked } = c.req.valid('query')
    const organization = organizationAsked(context, asked.organization)
    const environment = environmentOf(context.actor)
    const { DB } = context.edge.bindings
    const page = await usageByDay(
      DB,
      { ...asked, organization, environment },
      {
        limit,
        ...(cursor !== undefined && { cursor }),
      },
    )
    if (!page.ok) throw invalid('cursor', 'must be the next_cursor of an earlier page')
    const month = await usageOfMonth(DB, organization, context.nowMs, environment)
    return c.json(
      {
        items: page.value.items.map(({ key, ...day }) => ({ key_id: key, ...day })),
        next_cursor: page.value.cursor,
        month: month.map(({ key, ...sums }) => ({ key_id: key, ...sums })),
      },
      200,
    )
  },
)
