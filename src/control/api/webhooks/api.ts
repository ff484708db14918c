// The operations on webhook endpoints.

import {
  deleteEndpoint,
  disableEndpoint,
  enableEndpoint,
  getEndpoint,
  listEndpoints,
  rotateSecret,
  updateEndpoint,
} from '../../webhooks/endpoints.ts'
import { isUnverified } from '../../webhooks/verification.ts'
import { body, controlApp, json, define } from '../operation.ts'
import { readOrganization } from '../organization/read.ts'
import { pageOf, PageQuery, readCursor } from '../page.ts'
import { notFound } from '../problem.ts'
import { byId, idempotencyOf, inOrganization, listed, onceHeaders } from '../request.ts'
import { checkWrite } from '../rights/check.ts'
import { makeEndpoint } from './create.ts'
import { destinationOf, oneFrom, oneOf, run, write } from './read.ts'
import {
  CreateEndpoint,
  Endpoint,
  EndpointWithSecret,
  NewEndpoint,
  RotateSecret,
  UpdateEndpoint,
} from './schemas.ts'
import { unverified } from './verify-api.ts'
import { endpointFromRow } from './view.ts'

export const webhooksApi = controlApp()

const one = byId('whe')

define(webhooksApi, 'listEndpoints', {
  summary: 'Webhook endpoints, newest first',
  request: { query: inOrganization.extend(PageQuery) },
  responses: { 200: listed(Endpoint) },
  async handle(c, { context, organization }) {
    const { limit, cursor } = c.req.valid('query')
    const rows = await run(context, listEndpoints(organization, readCursor(cursor), limit + 1))
    return c.json(pageOf(rows.map(endpointFromRow), limit), 200)
  },
})

define(webhooksApi, 'createEndpoint', {
  summary: 'Add a webhook endpoint',
  description:
    'Signed by Standard Webhooks; the secret is in this answer and nowhere else. It is enabled by ' +
    'verifying it. The same request with the same Idempotency-Key answers with the endpoint that it ' +
    'made, with null as its secret.',
  request: { query: inOrganization, ...onceHeaders, ...body(CreateEndpoint) },
  responses: { 201: json(NewEndpoint, 'The endpoint, with its secret') },
  async handle(c, { context, organization: organizationId }) {
    const asked = c.req.valid('json')
    checkWrite(context, { thing: 'endpoint', moment: 'make', fields: Object.keys(asked) })
    const { url, description, events } = asked
    if (context.actor.type === 'operator') await readOrganization(context, organizationId)
    const endpoint = {
      organizationId,
      url: destinationOf(context, url),
      ...(description !== undefined && { description }),
      ...(events !== undefined && { events }),
    }
    const idempotency = await idempotencyOf(c, 'createEndpoint', [organizationId, asked])
    return c.json(await makeEndpoint(context, endpoint, idempotency), 201)
  },
})

define(webhooksApi, 'getEndpoint', {
  summary: 'One webhook endpoint',
  request: one,
  responses: { 200: json(Endpoint, 'The endpoint') },
  async handle(c, { context, organization: own, id }) {
    return c.json(await oneOf(context, getEndpoint(own, id)), 200)
  },
})

define(webhooksApi, 'updateEndpoint', {
  summary: 'Change, enable or disable a webhook endpoint',
  description:
    'While it is disabled, the deliveries that it had are held; enabled again, they go out. Events ' +
    'that happen in the meantime are never sent to it. With another URL it is disabled until it is verified ' +
    'anew, and so it is after 410 or five days of failures.',
  request: { ...one, ...body(UpdateEndpoint) },
  responses: { 200: json(Endpoint, 'The endpoint as it is now') },
  async handle(c, { context, organization: own, id }) {
    const asked = c.req.valid('json')
    checkWrite(context, { thing: 'endpoint', moment: 'change', fields: Object.keys(asked) })
    const { url, description, events, enabled } = asked
    const change = {
      ...(url !== undefined && { url: destinationOf(context, url) }),
      ...(description !== undefined && { description }),
      ...(events !== undefined && { events }),
    }
    const statements = [updateEndpoint(own, id, change)]
    if (enabled === true) statements.push(enableEndpoint(own, id))
    if (enabled === false) statements.push(disableEndpoint(own, id, context.nowMs))
    const rows = await write(context, [...statements, getEndpoint(own, id)]).catch(
      (error: unknown) => {
        throw isUnverified(error) ? unverified() : error
      },
    )
    return c.json(oneFrom(rows), 200)
  },
})

define(webhooksApi, 'deleteEndpoint', {
  summary: 'Remove a webhook endpoint, its deliveries and their log',
  request: one,
  responses: { 204: { description: 'It is gone' } },
  async handle(c, { context, organization: own, id }) {
    const [row] = await write(context, [deleteEndpoint(own, id)])
    if (!row) throw notFound('webhook endpoint')
    return c.body(null, 204)
  },
})

define(webhooksApi, 'rotateEndpointSecret', {
  summary: 'A new secret; the old one signs as well for a while',
  request: { ...one, ...body(RotateSecret) },
  responses: { 200: json(EndpointWithSecret, 'The endpoint, with its new secret') },
  async handle(c, { context, organization: own, id }) {
    const asked = c.req.valid('json')
    checkWrite(context, { thing: 'endpoint', moment: 'change', fields: Object.keys(asked) })
    const { overlap_seconds: overlap } = asked
    const { sealingKeys } = context.edge.settings
    const made = await rotateSecret(sealingKeys, own, id, overlap, context.nowMs)
    const endpoint = oneFrom(await write(context, [made.statement]))
    return c.json({ ...endpoint, secret: made.secret }, 200)
  },
})
