// The operations on organizations.

import { HEADERS } from '../../../lib/header-names.ts'
import { z } from '@hono/zod-openapi'

import { organizationOf } from '../actor.ts'
import { accepted, changeLocation } from '../changes/accepted.ts'
import { decide } from '../decide.ts'
import { readIdempotency } from '../idempotency.ts'
import { body, controlApp, json, operation, OrganizationQuery } from '../operation.ts'
import { pageOf, PageQuery, readCursor } from '../page.ts'
import { createOrganization, updateOrganization } from './change.ts'
import { listOrganizations, readOrganization } from './read.ts'
import {
  CreateOrganization,
  Organization,
  OrganizationRow,
  OrganizationWithReceipt,
  UpdateOrganization,
} from './schemas.ts'

export const organizationApi = controlApp()

const inOrganization = z.strictObject({ organization: OrganizationQuery })

organizationApi.openapi(
  operation('getOrganization', {
    summary: 'The organization',
    request: { query: inOrganization },
    responses: { 200: json(Organization, 'The organization with its IP list') },
  }),
  async (c) => {
    const { context } = c.env
    const id = organizationOf(context.actor, c.req.valid('query').organization)
    return c.json(await readOrganization(context, id), 200)
  },
)

organizationApi.openapi(
  operation('updateOrganization', {
    summary: 'Change the organization',
    description:
      'Live keys and administrators may change `name` and `ips` (null lifts the restriction, [] admits nobody; a key with a list of its own adds nothing beyond that); `plan`, `products` and `suspended` are changed by operators. Every key of the organization goes by the change from `enforced_at` on.',
    request: { query: inOrganization, ...body(UpdateOrganization) },
    responses: {
      200: json(
        OrganizationWithReceipt,
        'The organization as it is now, and since when that is in force',
      ),
      202: accepted(OrganizationWithReceipt),
    },
  }),
  async (c) => {
    const { context } = c.env
    const id = organizationOf(context.actor, c.req.valid('query').organization)
    const receipt = await decide(async () => {
      const before = await readOrganization(context, id)
      return await updateOrganization(context, before, c.req.valid('json'))
    })
    const answer = { organization: await readOrganization(context, id), receipt }
    if (receipt.change_id === undefined) return c.json(answer, 200)
    return c.json(answer, 202, changeLocation(context, id, receipt))
  },
)

organizationApi.openapi(
  operation('listOrganizations', {
    summary: 'List organizations, newest first',
    request: {
      query: z.strictObject({
        ...PageQuery,
        state: z.enum(['active', 'suspended']).optional(),
        plan: z.string().max(64).optional(),
        search: z.string().max(100).optional(),
        owns: z
          .string()
          .regex(
            /^(?:key|su|whe|chg)_[0-9A-Za-z_]{1,60}$/,
            'must be the id of a key, service user, webhook endpoint or change',
          )
          .optional()
          .openapi({ description: 'The one that this id belongs to', example: 'key_a' }),
      }),
    },
    responses: {
      200: json(
        z.object({ items: z.array(OrganizationRow), next_cursor: z.string().nullable() }),
        'A page',
      ),
    },
  }),
  async (c) => {
    const { context } = c.env
    const { limit, cursor, ...filter } = c.req.valid('query')
    const rows = await listOrganizations(context, filter, readCursor(cursor), limit + 1)
    return c.json(pageOf(rows, limit), 200)
  },
)

organizationApi.openapi(
  operation('createOrganization', {
    summary: 'Create an organization',
    description: 'Without a plan it gets the first of the catalog, without products all of them.',
    request: {
      query: z.strictObject({}),
      headers: z.object({ [HEADERS.idempotencyKey]: z.string().optional() }),
      ...body(CreateOrganization),
    },
    responses: { 201: json(Organization, 'The organization') },
  }),
  async (c) => {
    const { context } = c.env
    const asked = c.req.valid('json')
    const idempotency = await readIdempotency(
      context,
      c.req.raw.headers,
      'createOrganization',
      asked,
    )
    const id = await createOrganization(context, asked, idempotency)
    return c.json(await readOrganization(context, id), 201)
  },
)
