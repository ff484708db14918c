// The operations on the access tokens of a service user. A token is a key: it is read, changed,
// revoked and rotated as one, and the service user stays as it is.

import { HEADERS } from '../../../lib/header-names.ts'
import { z } from '@hono/zod-openapi'

import { organizationOf } from '../actor.ts'
import { readIdempotency } from '../idempotency.ts'
import { listKeys, readKey } from '../keys/read.ts'
import { Id, Key, State } from '../keys/schemas.ts'
import { body, controlApp, json, operation, OrganizationQuery } from '../operation.ts'
import { pageOf, PageQuery, readCursor } from '../page.ts'
import { curlOf, mintToken } from './mint.ts'
import { readServiceUser } from './read.ts'
import { MintToken, NewToken } from './schemas.ts'

export const tokensApi = controlApp()

const inOrganization = z.strictObject({ organization: OrganizationQuery })
const params = z.object({ id: Id('su') })

tokensApi.openapi(
  operation('listTokens', {
    summary: 'List the access tokens of a service user, newest first',
    description: 'They are revoked and rotated as keys are: revokeKey, rotateKey.',
    request: {
      params,
      query: inOrganization.extend({
        ...PageQuery,
        environment: z.enum(['live', 'sandbox']).optional(),
        state: State.optional(),
      }),
    },
    responses: {
      200: json(z.object({ items: z.array(Key), next_cursor: z.string().nullable() }), 'A page'),
    },
  }),
  async (c) => {
    const { context } = c.env
    const { organization, limit, cursor, ...filter } = c.req.valid('query')
    const own = organizationOf(context.actor, organization)
    const user = await readServiceUser(context, own, c.req.valid('param').id)
    const ofUser = { ...filter, service_user: user.id }
    const rows = await listKeys(context, own, ofUser, readCursor(cursor), limit + 1)
    return c.json(pageOf(rows, limit), 200)
  },
)

tokensApi.openapi(
  operation('mintToken', {
    summary: 'Mint an access token for a service user',
    description:
      'The value is in this answer and nowhere else, by itself and in `curl`. A key mints only what it holds itself: it needs the scopes of the token (such as `ingest` and `search`) and the product that takes access tokens, besides `keys:write`, and mints in its own environment. Operators mint any.',
    request: {
      params,
      query: inOrganization,
      headers: z.object({ [HEADERS.idempotencyKey]: z.string().optional() }),
      ...body(MintToken),
    },
    responses: { 201: json(NewToken, 'The token, with its value and the call that uses it') },
  }),
  async (c) => {
    const { context } = c.env
    const organization = organizationOf(context.actor, c.req.valid('query').organization)
    const user = await readServiceUser(context, organization, c.req.valid('param').id)
    const asked = c.req.valid('json')
    const idempotency = await readIdempotency(context, c.req.raw.headers, 'mintToken', [
      user.id,
      asked,
    ])
    const made = await mintToken(context, user, asked, idempotency)
    const token = await readKey(context, organization, made.id)
    return c.json(
      { ...token, value: made.value, curl: curlOf(context, user, token, made.value) },
      201,
    )
  },
)
