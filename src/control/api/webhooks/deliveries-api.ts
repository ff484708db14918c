// The operations on deliveries: the log, sending again, sending a test.

import { z } from '@hono/zod-openapi'

import {
  DELIVERY_STATES,
  listDeliveries,
  resend,
  sendTest,
  type ResendRefusal,
} from '../../webhooks/deliveries.ts'
import { getEndpoint } from '../../webhooks/endpoints.ts'
import { hint } from '../../webhooks/run.ts'
import { Id } from '../keys/schemas.ts'
import { controlApp, json, define } from '../operation.ts'
import { pageOf, PageQuery, readCursor } from '../page.ts'
import { notFound, Problem } from '../problem.ts'
import { byId, listed } from '../request.ts'
import { oneOf, run } from './read.ts'
import { Delivery } from './schemas.ts'
import { deliveryFromRow } from './view.ts'

export const deliveriesApi = controlApp()

const one = byId('whe')
const Queued = z.object({ delivery_id: z.string() })

define(deliveriesApi, 'testEndpoint', {
  summary: 'Send a test event',
  request: one,
  responses: { 202: json(Queued, 'Its delivery, to be found in the log') },
  async handle(c, { context, organization: own, id }) {
    const sent = await sendTest(context.edge.bindings.DB, own, id, context.nowMs)
    if (!sent.ok) throw refusalOf(sent.error, 'webhook endpoint')
    await hint(context.edge, [sent.value])
    return c.json({ delivery_id: sent.value }, 202)
  },
})

define(deliveriesApi, 'listDeliveries', {
  summary: 'Deliveries of an endpoint with their attempts, newest first',
  request: {
    ...one,
    query: one.query.extend({
      ...PageQuery,
      state: z.enum(DELIVERY_STATES).optional(),
    }),
  },
  responses: {
    200: listed(Delivery),
  },
  async handle(c, { context, organization: organizationId, id }) {
    const { limit, cursor, state } = c.req.valid('query')
    await oneOf(context, getEndpoint(organizationId, id))
    const filter = { organizationId, endpointId: id, state }
    const rows = await run(context, listDeliveries(filter, readCursor(cursor), limit + 1))
    return c.json(pageOf(rows.map(deliveryFromRow), limit), 200)
  },
})

define(deliveriesApi, 'resendDelivery', {
  summary: 'Send a delivery again',
  request: { ...one, params: one.params.extend({ delivery: Id('dlv') }) },
  responses: { 202: json(Queued, 'It is due at once') },
  async handle(c, { context, organization: own }) {
    const { id, delivery } = c.req.valid('param')
    const sent = await resend(context.edge.bindings.DB, own, id, delivery, context.nowMs)
    if (!sent.ok) throw refusalOf(sent.error, 'delivery')
    await hint(context.edge, [sent.value])
    return c.json({ delivery_id: sent.value }, 202)
  },
})

function refusalOf(reason: ResendRefusal, what: string): Problem {
  if (reason === 'not_found') return notFound(what)
  const sentence =
    reason === 'in_flight'
      ? 'It is being sent this moment.'
      : 'The endpoint is disabled; verify or enable it first.'
  return new Problem(reason, sentence)
}
