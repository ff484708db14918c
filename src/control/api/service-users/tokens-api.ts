// The operations on the access tokens of a service user. A token is a key: it is read, changed,
// revoked and rotated as one, and the service user stays as it is.

import { z } from '@hono/zod-openapi'

import { listKeys, readKey } from '../keys/read.ts'
import { Key, State } from '../keys/schemas.ts'
import { body, controlApp, json, define } from '../operation.ts'
import { pageOf, PageQuery, readCursor } from '../page.ts'
import { byId, idempotencyOf, listed, onceHeaders } from '../request.ts'
import { curlOf, mintToken } from './mint.ts'
import { readServiceUser } from './read.ts'
import { MintToken, NewToken } from './schemas.ts'

export const tokensApi = controlApp()

const one = byId('su')

define(tokensApi, 'listTokens', {
  summary: 'List the access tokens of a service user, newest first',
  description: 'They are revoked and rotated as keys are: revokeKey, rotateKey.',
  request: {
    ...one,
    query: one.query.extend({
      ...PageQuery,
      environment: z.enum(['live', 'sandbox']).optional(),
      state: State.optional(),
    }),
  },
  responses: { 200: listed(Key) },
  async handle(c, { context, organization, id }) {
    const { limit, cursor, ...filter } = c.req.valid('query')
    const user = await readServiceUser(context, organization, id)
    const ofUser = { ...filter, service_user: user.id }
    const rows = await listKeys(context, organization, ofUser, readCursor(cursor), limit + 1)
    return c.json(pageOf(rows, limit), 200)
  },
})

define(tokensApi, 'mintToken', {
  summary: 'Mint an access token for a service user',
  description:
    'The value is in this answer and nowhere else, by itself and in `curl`. A key mints only what it holds itself: it needs the scopes of the token (such as `ingest` and `search`) and the product that takes access tokens, besides `keys:write`, and mints in its own environment. Operators mint any.',
  request: { ...one, ...onceHeaders, ...body(MintToken) },
  responses: { 201: json(NewToken, 'The token, with its value and the call that uses it') },
  async handle(c, { context, organization, id }) {
    const user = await readServiceUser(context, organization, id)
    const asked = c.req.valid('json')
    const idempotency = await idempotencyOf(c, 'mintToken', [user.id, asked])
    const made = await mintToken(context, user, asked, idempotency)
    const token = await readKey(context, organization, made.id)
    return c.json(
      { ...token, value: made.value, curl: curlOf(context, user, token, made.value) },
      201,
    )
  },
})
