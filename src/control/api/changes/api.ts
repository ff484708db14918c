// How far a change has come whose answer was 202.

import { z } from '@hono/zod-openapi'

import { Id, Time } from '../keys/schemas.ts'
import { controlApp, json, operation } from '../operation.ts'
import { notFound } from '../problem.ts'
import { byId, targetOf } from '../request.ts'
import { readChange } from './progress.ts'

export const changesApi = controlApp()

const Change = z
  .object({
    id: Id('chg'),
    total: z.int().openapi({ description: 'Keys whose guards had to be told' }),
    pending: z.int().openapi({ description: 'Keys whose guards are still to be told' }),
    enforced_at: Time.nullable().openapi({
      description: 'From then on nothing older is admitted anywhere; null while any is pending',
    }),
    created_at: Time,
  })
  .openapi('Change')

changesApi.openapi(
  operation('getChange', {
    summary: 'How far a change has come that touches many keys',
    description: 'Changes are remembered for seven days.',
    request: byId('chg'),
    responses: { 200: json(Change, 'The change') },
  }),
  async (c) => {
    const { context, organization, id } = targetOf(c)
    const change = await readChange(context.edge.bindings, id)
    if (change?.organization_id !== organization) throw notFound('change')
    const { total, pending, enforced_at, created_at } = change
    return c.json({ id, total, pending, enforced_at, created_at }, 200)
  },
)
