// The operations on organizations.

import { z } from '@hono/zod-openapi'

import { answerChange, changeResponses } from '../changes/accepted.ts'
import { retryOnConflict } from '../optimistic.ts'
import { body, controlApp, json, define } from '../operation.ts'
import { pageOf, PageQuery, readCursor } from '../page.ts'
import { idempotencyOf, inOrganization, listed, onceHeaders } from '../request.ts'
import { createOrganization, updateOrganization } from './change.ts'
import { listOrganizations, readOrganization } from './read.ts'
import {
  CreateOrganization,
  Organization,
  OrganizationFilter,
  OrganizationRow,
  OrganizationWithReceipt,
  UpdateOrganization,
} from './schemas.ts'

export const organizationApi = controlApp()

define(organizationApi, 'getOrganization', {
  summary: 'The organization',
  request: { query: inOrganization },
  responses: { 200: json(Organization, 'The organization with its IP list') },
  async handle(c, { context, organization: id }) {
    return c.json(await readOrganization(context, id), 200)
  },
})

define(organizationApi, 'updateOrganization', {
  summary: 'Change the organization',
  description:
    'Live keys and administrators may change `name` and `ips` (null lifts the restriction, [] admits nobody; a key with a list of its own adds nothing beyond that); `plan`, `products` and `suspended` are changed by operators. Every key of the organization goes by the change from `enforced_at` on.',
  request: { query: inOrganization, ...body(UpdateOrganization) },
  responses: changeResponses(
    OrganizationWithReceipt,
    'The organization as it is now, and since when that is in force',
  ),
  async handle(c, { context, organization: id }) {
    const receipt = await retryOnConflict(async () => {
      const before = await readOrganization(context, id)
      return await updateOrganization(context, before, c.req.valid('json'))
    })
    const organization = await readOrganization(context, id)
    return answerChange(c, id, receipt, { organization, receipt })
  },
})

define(organizationApi, 'listOrganizations', {
  summary: 'List organizations, newest first',
  request: { query: z.strictObject({ ...PageQuery, ...OrganizationFilter.shape }) },
  responses: { 200: listed(OrganizationRow) },
  async handle(c, { context }) {
    const { limit, cursor, ...filter } = c.req.valid('query')
    const rows = await listOrganizations(context, filter, readCursor(cursor), limit + 1)
    return c.json(pageOf(rows, limit), 200)
  },
})

define(organizationApi, 'createOrganization', {
  summary: 'Create an organization',
  description: 'Without a plan it gets the first of the catalog, without products all of them.',
  request: { query: z.strictObject({}), ...onceHeaders, ...body(CreateOrganization) },
  responses: { 201: json(Organization, 'The organization') },
  async handle(c, { context }) {
    const asked = c.req.valid('json')
    const idempotency = await idempotencyOf(c, 'createOrganization', asked)
    const id = await createOrganization(context, asked, idempotency)
    return c.json(await readOrganization(context, id), 201)
  },
})
