// The operations on webhook endpoints and their deliveries.

import { z } from '@hono/zod-openapi'

import { deliveryFromRow, listDeliveries, resend, sendTest } from '../../webhooks/deliveries.ts'
import type { ResendRefusal } from '../../webhooks/deliveries.ts'
import { checkDestination } from '../../webhooks/destination.ts'
import { endpointFromRow } from '../../webhooks/endpoint-view.ts'
import {
  createEndpoint,
  deleteEndpoint,
  disableEndpoint,
  enableEndpoint,
  ENDPOINTS_MAX,
  getEndpoint,
  listEndpoints,
  rotateSecret,
  updateEndpoint,
} from '../../webhooks/endpoints.ts'
import { hint } from '../../webhooks/run.ts'
import { runAll } from '../../webhooks/statement.ts'
import type { Statement } from '../../webhooks/statement.ts'
import { organizationOf } from '../actor.ts'
import type { ControlContext } from '../context.ts'
import { Id } from '../keys/schemas.ts'
import { body, controlApp, json, operation, OrganizationQuery } from '../operation.ts'
import { readOrganization } from '../organization/read.ts'
import { pageOf, PageQuery, readCursor } from '../page.ts'
import { invalid, notFound, Problem } from '../problem.ts'
import {
  CreateEndpoint,
  Delivery,
  Endpoint,
  EndpointWithSecret,
  RotateSecret,
  UpdateEndpoint,
} from './schemas.ts'

export const webhooksApi = controlApp()

const query = z.strictObject({ organization: OrganizationQuery })
const params = z.object({ id: Id('whe') })
const Queued = z.object({ delivery_id: z.string() })

webhooksApi.openapi(
  operation('listEndpoints', {
    summary: 'Webhook endpoints, newest first',
    request: { query: query.extend(PageQuery) },
    responses: {
      200: json(
        z.object({ items: z.array(Endpoint), next_cursor: z.string().nullable() }),
        'A page',
      ),
    },
  }),
  async (c) => {
    const { context } = c.env
    const { organization, limit, cursor } = c.req.valid('query')
    const own = organizationOf(context.actor, organization)
    const rows = await run(context, listEndpoints(own, readCursor(cursor), limit + 1))
    const page = pageOf(rows.map(endpointFromRow), limit)
    return c.json({ ...page, items: page.items.map(viewOf) }, 200)
  },
)

webhooksApi.openapi(
  operation('createEndpoint', {
    summary: 'Add a webhook endpoint',
    description: 'Signed by Standard Webhooks; the secret is in this answer and nowhere else.',
    request: { query, ...body(CreateEndpoint) },
    responses: { 201: json(EndpointWithSecret, 'The endpoint, with its secret') },
  }),
  async (c) => {
    const { context } = c.env
    const { url, description, events } = c.req.valid('json')
    const organizationId = organizationOf(context.actor, c.req.valid('query').organization)
    if (context.actor.type === 'operator') await readOrganization(context, organizationId)
    const made = await createEndpoint(
      context.edge.settings.sealingKeys,
      {
        organizationId,
        url: destinationOf(context, url),
        ...(description !== undefined && { description }),
        ...(events !== undefined && { events }),
      },
      context.nowMs,
    )
    const [row] = await run(context, made.statement)
    if (!row) {
      throw new Problem(
        409,
        'too_many_endpoints',
        `An organization has at most ${ENDPOINTS_MAX} endpoints.`,
      )
    }
    return c.json({ ...viewOf(endpointFromRow(row)), secret: made.secret }, 201)
  },
)

webhooksApi.openapi(
  operation('getEndpoint', {
    summary: 'One webhook endpoint',
    request: { params, query },
    responses: { 200: json(Endpoint, 'The endpoint') },
  }),
  async (c) => {
    const { context } = c.env
    const own = organizationOf(context.actor, c.req.valid('query').organization)
    const { id } = c.req.valid('param')
    return c.json(await oneOf(context, getEndpoint(own, id), id), 200)
  },
)

webhooksApi.openapi(
  operation('updateEndpoint', {
    summary: 'Change, enable or disable a webhook endpoint',
    description: 'While it is disabled deliveries are held; enabled again, they go out.',
    request: { params, query, ...body(UpdateEndpoint) },
    responses: { 200: json(Endpoint, 'The endpoint as it is now') },
  }),
  async (c) => {
    const { context } = c.env
    const own = organizationOf(context.actor, c.req.valid('query').organization)
    const { id } = c.req.valid('param')
    const { url, description, events, enabled } = c.req.valid('json')
    const change = {
      ...(url !== undefined && { url: destinationOf(context, url) }),
      ...(description !== undefined && { description }),
      ...(events !== undefined && { events }),
    }
    const statements = [updateEndpoint(own, id, change)]
    if (enabled === true) statements.push(enableEndpoint(own, id))
    if (enabled === false) statements.push(disableEndpoint(own, id, context.nowMs))
    const [row] = await runAll<Record<string, unknown>>(context.edge.bindings.DB, statements)
    if (!row) throw notFound('webhook endpoint', id)
    return c.json(viewOf(endpointFromRow(row)), 200)
  },
)

webhooksApi.openapi(
  operation('deleteEndpoint', {
    summary: 'Remove a webhook endpoint, its deliveries and their log',
    request: { params, query },
    responses: { 204: { description: 'It is gone' } },
  }),
  async (c) => {
    const { context } = c.env
    const own = organizationOf(context.actor, c.req.valid('query').organization)
    const { id } = c.req.valid('param')
    const [row] = await run(context, deleteEndpoint(own, id))
    if (!row) throw notFound('webhook endpoint', id)
    return c.body(null, 204)
  },
)

webhooksApi.openapi(
  operation('rotateEndpointSecret', {
    summary: 'A new secret; the old one signs as well for a while',
    request: { params, query, ...body(RotateSecret) },
    responses: { 200: json(EndpointWithSecret, 'The endpoint, with its new secret') },
  }),
  async (c) => {
    const { context } = c.env
    const own = organizationOf(context.actor, c.req.valid('query').organization)
    const { id } = c.req.valid('param')
    const { overlap_seconds: overlap } = c.req.valid('json')
    const { sealingKeys } = context.edge.settings
    const made = await rotateSecret(sealingKeys, own, id, overlap, context.nowMs)
    return c.json({ ...(await oneOf(context, made.statement, id)), secret: made.secret }, 200)
  },
)

webhooksApi.openapi(
  operation('testEndpoint', {
    summary: 'Send a test event',
    request: { params, query },
    responses: { 202: json(Queued, 'Its delivery, to be found in the log') },
  }),
  async (c) => {
    const { context } = c.env
    const own = organizationOf(context.actor, c.req.valid('query').organization)
    const { id } = c.req.valid('param')
    const sent = await sendTest(context.edge.bindings.DB, own, id, context.nowMs)
    if (!sent.ok) throw refusalOf(sent.error, 'webhook endpoint', id)
    await hint(context.edge, [sent.value])
    return c.json({ delivery_id: sent.value }, 202)
  },
)

webhooksApi.openapi(
  operation('listDeliveries', {
    summary: 'Deliveries of an endpoint with their attempts, newest first',
    request: {
      params,
      query: query.extend({
        ...PageQuery,
        state: z.enum(['pending', 'held', 'delivered', 'failed']).optional(),
      }),
    },
    responses: {
      200: json(
        z.object({ items: z.array(Delivery), next_cursor: z.string().nullable() }),
        'A page',
      ),
    },
  }),
  async (c) => {
    const { context } = c.env
    const { organization, limit, cursor, state } = c.req.valid('query')
    const organizationId = organizationOf(context.actor, organization)
    const { id } = c.req.valid('param')
    await oneOf(context, getEndpoint(organizationId, id), id)
    const filter = { organizationId, endpointId: id, state }
    const rows = await run(context, listDeliveries(filter, readCursor(cursor), limit + 1))
    const page = pageOf(rows.map(deliveryFromRow), limit)
    const items = page.items.map((item) => ({ ...item, log: [...item.log] }))
    return c.json({ items, next_cursor: page.next_cursor }, 200)
  },
)

webhooksApi.openapi(
  operation('resendDelivery', {
    summary: 'Send a delivery again',
    request: { params: params.extend({ delivery: Id('dlv') }), query },
    responses: { 202: json(Queued, 'It is due at once') },
  }),
  async (c) => {
    const { context } = c.env
    const own = organizationOf(context.actor, c.req.valid('query').organization)
    const { id, delivery } = c.req.valid('param')
    const sent = await resend(context.edge.bindings.DB, own, id, delivery, context.nowMs)
    if (!sent.ok) throw refusalOf(sent.error, 'delivery', delivery)
    await hint(context.edge, [sent.value])
    return c.json({ delivery_id: sent.value }, 202)
  },
)

/** Where it may go. @throws Problem 400 saying what would be right. */
function destinationOf({ edge }: ControlContext, url: string): URL {
  const destination = checkDestination(url, edge.settings.destinations)
  if (!destination.ok) throw invalid('url', destination.error.detail)
  return destination.value
}

async function run(
  { edge }: ControlContext,
  statement: Statement,
): Promise<Record<string, unknown>[]> {
  return await runAll<Record<string, unknown>>(edge.bindings.DB, [statement])
}

async function oneOf(context: ControlContext, statement: Statement, id: string) {
  const [row] = await run(context, statement)
  if (!row) throw notFound('webhook endpoint', id)
  return viewOf(endpointFromRow(row))
}

function viewOf(endpoint: ReturnType<typeof endpointFromRow>) {
  return { ...endpoint, events: [...endpoint.events] }
}

function refusalOf(reason: ResendRefusal, what: string, id: string): Problem {
  if (reason === 'not_found') return notFound(what, id)
  const sentence =
    reason === 'in_flight'
      ? 'It is being sent this moment.'
      : 'The endpoint is disabled; enable it first.'
  return new Problem(409, reason, sentence)
}
