// The operations on service users.

import { HEADERS } from '../../../lib/header-names.ts'
import { z } from '@hono/zod-openapi'

import { organizationOf } from '../actor.ts'
import { accepted, changeLocation } from '../changes/accepted.ts'
import { readIdempotency } from '../idempotency.ts'
import { Id } from '../keys/schemas.ts'
import { body, controlApp, json, operation, OrganizationQuery } from '../operation.ts'
import { readOrganization } from '../organization/read.ts'
import { pageOf, PageQuery, readCursor } from '../page.ts'
import { createServiceUser, updateServiceUser } from './change.ts'
import { disableServiceUser, enableServiceUser } from './disable.ts'
import { listServiceUsers, readServiceUser } from './read.ts'
import {
  CreateServiceUser,
  DisabledReceipt,
  ServiceUser,
  ServiceUserWithReceipt,
  SourceSystem,
  UpdateServiceUser,
} from './schemas.ts'

export const serviceUsersApi = controlApp()

const inOrganization = z.strictObject({ organization: OrganizationQuery })
const oneUser = { params: z.object({ id: Id('su') }), query: inOrganization }
const REACH = 'It has no environment of its own, so a sandbox key is refused.'
const PEOPLES = 'Departments and the source system are changed by people and operators alone.'

serviceUsersApi.openapi(
  operation('listServiceUsers', {
    summary: 'List service users, newest first',
    request: {
      query: inOrganization.extend({
        ...PageQuery,
        state: z.enum(['active', 'disabled']).optional(),
        source_system: SourceSystem.optional(),
        search: z.string().max(100).optional(),
      }),
    },
    responses: {
      200: json(
        z.object({ items: z.array(ServiceUser), next_cursor: z.string().nullable() }),
        'A page',
      ),
    },
  }),
  async (c) => {
    const { context } = c.env
    const { organization, limit, cursor, ...filter } = c.req.valid('query')
    const own = organizationOf(context.actor, organization)
    const rows = await listServiceUsers(context, own, filter, readCursor(cursor), limit + 1)
    return c.json(pageOf(rows, limit), 200)
  },
)

serviceUsersApi.openapi(
  operation('createServiceUser', {
    summary: 'Register an integrator by its source system',
    description: `Departments are given by people and operators alone. ${REACH}`,
    request: {
      query: inOrganization,
      headers: z.object({ [HEADERS.idempotencyKey]: z.string().optional() }),
      ...body(CreateServiceUser),
    },
    responses: { 201: json(ServiceUser, 'The service user, without any token yet') },
  }),
  async (c) => {
    const { context } = c.env
    const asked = c.req.valid('json')
    const organization = organizationOf(context.actor, c.req.valid('query').organization)
    if (context.actor.type === 'operator') await readOrganization(context, organization)
    const idempotency = await readIdempotency(context, c.req.raw.headers, 'createServiceUser', [
      organization,
      asked,
    ])
    const id = await createServiceUser(context, organization, asked, idempotency)
    return c.json(await readServiceUser(context, organization, id), 201)
  },
)

serviceUsersApi.openapi(
  operation('getServiceUser', {
    summary: 'One service user',
    request: oneUser,
    responses: { 200: json(ServiceUser, 'The service user') },
  }),
  async (c) => {
    const { context } = c.env
    const organization = organizationOf(context.actor, c.req.valid('query').organization)
    return c.json(await readServiceUser(context, organization, c.req.valid('param').id), 200)
  },
)

serviceUsersApi.openapi(
  operation('updateServiceUser', {
    summary: 'Change a service user',
    description: `Departments are replaced as a whole. ${PEOPLES} ${REACH}`,
    request: { ...oneUser, ...body(UpdateServiceUser) },
    responses: {
      200: json(
        ServiceUserWithReceipt,
        'The service user as it is now, and since when all its tokens go by it',
      ),
      202: accepted(ServiceUserWithReceipt),
    },
  }),
  async (c) => {
    const { context } = c.env
    const organization = organizationOf(context.actor, c.req.valid('query').organization)
    const before = await readServiceUser(context, organization, c.req.valid('param').id)
    const receipt = await updateServiceUser(context, before, c.req.valid('json'))
    const after = await readServiceUser(context, organization, before.id)
    const answer = { service_user: after, receipt }
    if (receipt.change_id === undefined) return c.json(answer, 200)
    return c.json(answer, 202, changeLocation(context, organization, receipt))
  },
)

serviceUsersApi.openapi(
  operation('disableServiceUser', {
    summary: 'Stop all tokens of a service user at once',
    description: `Disabling again keeps the first time. ${REACH}`,
    request: oneUser,
    responses: { 200: json(DisabledReceipt, 'The receipt'), 202: accepted(DisabledReceipt) },
  }),
  async (c) => {
    const { context } = c.env
    const organization = organizationOf(context.actor, c.req.valid('query').organization)
    const user = await readServiceUser(context, organization, c.req.valid('param').id)
    const receipt = await disableServiceUser(context, user)
    if (receipt.change_id === undefined) return c.json(receipt, 200)
    return c.json(receipt, 202, changeLocation(context, organization, receipt))
  },
)

serviceUsersApi.openapi(
  operation('enableServiceUser', {
    summary: 'Let the tokens of a service user go on',
    description: `What was revoked or has expired meanwhile stays so. A key must cover each token that comes back. ${REACH}`,
    request: oneUser,
    responses: { 200: json(DisabledReceipt, 'The receipt'), 202: accepted(DisabledReceipt) },
  }),
  async (c) => {
    const { context } = c.env
    const organization = organizationOf(context.actor, c.req.valid('query').organization)
    const user = await readServiceUser(context, organization, c.req.valid('param').id)
    const receipt = await enableServiceUser(context, user)
    if (receipt.change_id === undefined) return c.json(receipt, 200)
    return c.json(receipt, 202, changeLocation(context, organization, receipt))
  },
)
