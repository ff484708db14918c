// The operations on service users.

import { answerChange, changeResponses } from '../changes/accepted.ts'
import { body, controlApp, json, define } from '../operation.ts'
import { readOrganization } from '../organization/read.ts'
import { pageOf, PageQuery, readCursor } from '../page.ts'
import { byId, idempotencyOf, inOrganization, listed, onceHeaders } from '../request.ts'
import { createServiceUser, updateServiceUser } from './change.ts'
import { disableServiceUser, enableServiceUser } from './disable.ts'
import { listServiceUsers, readServiceUser } from './read.ts'
import {
  CreateServiceUser,
  DisabledReceipt,
  ServiceUser,
  ServiceUserFilter,
  ServiceUserWithReceipt,
  UpdateServiceUser,
} from './schemas.ts'

export const serviceUsersApi = controlApp()

const oneUser = byId('su')
const REACH = 'It has no environment of its own, so a sandbox key is refused.'
const PEOPLES = 'Departments and the source system are changed by people and operators alone.'

define(serviceUsersApi, 'listServiceUsers', {
  summary: 'List service users, newest first',
  request: { query: inOrganization.extend({ ...PageQuery, ...ServiceUserFilter.shape }) },
  responses: { 200: listed(ServiceUser) },
  async handle(c, { context, organization }) {
    const { limit, cursor, ...filter } = c.req.valid('query')
    const after = readCursor(cursor)
    const rows = await listServiceUsers(context, organization, filter, after, limit + 1)
    return c.json(pageOf(rows, limit), 200)
  },
})

define(serviceUsersApi, 'createServiceUser', {
  summary: 'Register an integrator by its source system',
  description: `Departments are given by people and operators alone. ${REACH}`,
  request: { query: inOrganization, ...onceHeaders, ...body(CreateServiceUser) },
  responses: { 201: json(ServiceUser, 'The service user, without any token yet') },
  async handle(c, { context, organization }) {
    const asked = c.req.valid('json')
    if (context.actor.type === 'operator') await readOrganization(context, organization)
    const idempotency = await idempotencyOf(c, 'createServiceUser', [organization, asked])
    const id = await createServiceUser(context, organization, asked, idempotency)
    return c.json(await readServiceUser(context, organization, id), 201)
  },
})

define(serviceUsersApi, 'getServiceUser', {
  summary: 'One service user',
  request: oneUser,
  responses: { 200: json(ServiceUser, 'The service user') },
  async handle(c, { context, organization, id }) {
    return c.json(await readServiceUser(context, organization, id), 200)
  },
})

define(serviceUsersApi, 'updateServiceUser', {
  summary: 'Change a service user',
  description: `Departments are replaced as a whole. ${PEOPLES} ${REACH}`,
  request: { ...oneUser, ...body(UpdateServiceUser) },
  responses: changeResponses(
    ServiceUserWithReceipt,
    'The service user as it is now, and since when all its tokens go by it',
  ),
  async handle(c, { context, organization, id }) {
    const before = await readServiceUser(context, organization, id)
    const receipt = await updateServiceUser(context, before, c.req.valid('json'))
    const after = await readServiceUser(context, organization, before.id)
    return answerChange(c, organization, receipt, { service_user: after, receipt })
  },
})

define(serviceUsersApi, 'disableServiceUser', {
  summary: 'Stop all tokens of a service user at once',
  description: `Disabling again keeps the first time. ${REACH}`,
  request: oneUser,
  responses: changeResponses(DisabledReceipt, 'The receipt'),
  async handle(c, { context, organization, id }) {
    const user = await readServiceUser(context, organization, id)
    const receipt = await disableServiceUser(context, user)
    return answerChange(c, organization, receipt, receipt)
  },
})

define(serviceUsersApi, 'enableServiceUser', {
  summary: 'Let the tokens of a service user go on',
  description: `What was revoked or has expired meanwhile stays so. A key must cover each token that comes back. ${REACH}`,
  request: oneUser,
  responses: changeResponses(DisabledReceipt, 'The receipt'),
  async handle(c, { context, organization, id }) {
    const user = await readServiceUser(context, organization, id)
    const receipt = await enableServiceUser(context, user)
    return answerChange(c, organization, receipt, receipt)
  },
})
