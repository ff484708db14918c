// The operations on service users.

import { z } from '@hono/zod-openapi'

import { answerChange, changeResponses } from '../changes/accepted.ts'
import { body, controlApp, json, operation } from '../operation.ts'
import { readOrganization } from '../organization/read.ts'
import { pageOf, PageQuery, readCursor } from '../page.ts'
import { byId, idempotencyOf, inOrganization, listed, onceHeaders, targetOf } from '../request.ts'
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

const oneUser = byId('su')
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
    responses: { 200: listed(ServiceUser) },
  }),
  async (c) => {
    const { context, organization } = targetOf(c)
    const { limit, cursor, ...filter } = c.req.valid('query')
    const after = readCursor(cursor)
    const rows = await listServiceUsers(context, organization, filter, after, limit + 1)
    return c.json(pageOf(rows, limit), 200)
  },
)

serviceUsersApi.openapi(
  operation('createServiceUser', {
    summary: 'Register an integrator by its source system',
    description: `Departments are given by people and operators alone. ${REACH}`,
    request: { query: inOrganization, ...onceHeaders, ...body(CreateServiceUser) },
    responses: { 201: json(ServiceUser, 'The service user, without any token yet') },
  }),
  async (c) => {
    const { context, organization } = targetOf(c)
    const asked = c.req.valid('json')
    if (context.actor.type === 'operator') await readOrganization(context, organization)
    const idempotency = await idempotencyOf(c, 'createServiceUser', [organization, asked])
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
    const { context, organization, id } = targetOf(c)
    return c.json(await readServiceUser(context, organization, id), 200)
  },
)

serviceUsersApi.openapi(
  operation('updateServiceUser', {
    summary: 'Change a service user',
    description: `Departments are replaced as a whole. ${PEOPLES} ${REACH}`,
    request: { ...oneUser, ...body(UpdateServiceUser) },
    responses: changeResponses(
      ServiceUserWithReceipt,
      'The service user as it is now, and since when all its tokens go by it',
    ),
  }),
  async (c) => {
    const { context, organization, id } = targetOf(c)
    const before = await readServiceUser(context, organization, id)
    const receipt = await updateServiceUser(context, before, c.req.valid('json'))
    const after = await readServiceUser(context, organization, before.id)
    return answerChange(c, organization, receipt, { service_user: after, receipt })
  },
)

serviceUsersApi.openapi(
  operation('disableServiceUser', {
    summary: 'Stop all tokens of a service user at once',
    description: `Disabling again keeps the first time. ${REACH}`,
    request: oneUser,
    responses: changeResponses(DisabledReceipt, 'The receipt'),
  }),
  async (c) => {
    const { context, organization, id } = targetOf(c)
    const user = await readServiceUser(context, organization, id)
    const receipt = await disableServiceUser(context, user)
    return answerChange(c, organization, receipt, receipt)
  },
)

serviceUsersApi.openapi(
  operation('enableServiceUser', {
    summary: 'Let the tokens of a service user go on',
    description: `What was revoked or has expired meanwhile stays so. A key must cover each token that comes back. ${REACH}`,
    request: oneUser,
    responses: changeResponses(DisabledReceipt, 'The receipt'),
  }),
  async (c) => {
    const { context, organization, id } = targetOf(c)
    const user = await readServiceUser(context, organization, id)
    const receipt = await enableServiceUser(context, user)
    return answerChange(c, organization, receipt, receipt)
  },
)
