// The operations on keys.

import { z } from '@hono/zod-openapi'

import { body, controlApp, json, define } from '../operation.ts'
import { pageOf, PageQuery, readCursor } from '../page.ts'
import { byId, idempotencyOf, inOrganization, listed, onceHeaders } from '../request.ts'
import { createKey, makeKey } from './create.ts'
import { draftOf, importedDraftOf } from './draft.ts'
import { revokeKey, rotateKey } from './end.ts'
import { listKeys, readKey } from './read.ts'
import {
  CreateKey,
  ImportKey,
  Key,
  KeyFilter,
  NewKey,
  Receipt,
  RotateKey,
  UpdateKey,
} from './schemas.ts'
import { updateKey } from './update.ts'

export const keysApi = controlApp()

const oneKey = byId('key')
const creation = { query: inOrganization, ...onceHeaders }
const KeyWithReceipt = z.object({ key: Key, receipt: Receipt })

define(keysApi, 'listKeys', {
  summary: 'List keys, newest first',
  description: 'With sort=expires_at those that end, the soonest first.',
  request: { query: inOrganization.extend({ ...PageQuery, ...KeyFilter.shape }) },
  responses: { 200: listed(Key) },
  async handle(c, { context, organization }) {
    const { limit, cursor, ...filter } = c.req.valid('query')
    const rows = await listKeys(context, organization, filter, readCursor(cursor), limit + 1)
    const { sort } = filter
    return c.json(pageOf(rows, limit, sort && ((row) => row[sort])), 200)
  },
})

define(keysApi, 'createKey', {
  summary: 'Create a key',
  description: 'The value is in this answer and nowhere else.',
  request: { ...creation, ...body(CreateKey) },
  responses: { 201: json(NewKey, 'The key, with its value') },
  async handle(c, { context, organization }) {
    const asked = c.req.valid('json')
    const idempotency = await idempotencyOf(c, 'createKey', [organization, asked])
    const made = await makeKey(context, idempotency, async () => {
      const draft = await draftOf(context, organization, asked)
      return await createKey(context, organization, draft, idempotency)
    })
    const key = await readKey(context, organization, made.id)
    return c.json({ ...key, value: made.value }, 201)
  },
})

define(keysApi, 'importKey', {
  summary: 'Import a key minted elsewhere, by its SHA-256 digest',
  request: { ...creation, ...body(ImportKey) },
  responses: { 201: json(Key, 'The key; its value is what its holder has') },
  async handle(c, { context, organization }) {
    const asked = c.req.valid('json')
    const idempotency = await idempotencyOf(c, 'importKey', [organization, asked])
    const made = await makeKey(context, idempotency, async () => {
      const draft = await importedDraftOf(context, organization, asked)
      return await createKey(context, organization, draft, idempotency)
    })
    return c.json(await readKey(context, organization, made.id), 201)
  },
})

define(keysApi, 'getKey', {
  summary: 'One key',
  request: oneKey,
  responses: { 200: json(Key, 'The key, without its value') },
  async handle(c, { context, organization, id }) {
    return c.json(await readKey(context, organization, id), 200)
  },
})

define(keysApi, 'updateKey', {
  summary: 'Change a key',
  request: { ...oneKey, ...body(UpdateKey) },
  responses: {
    200: json(KeyWithReceipt, 'The key as it is now, and since when that is in force'),
  },
  async handle(c, { context, organization, id }) {
    const receipt = await updateKey(context, organization, id, c.req.valid('json'))
    return c.json({ key: await readKey(context, organization, id), receipt }, 200)
  },
})

define(keysApi, 'revokeKey', {
  summary: 'Revoke a key, for good and at once',
  request: oneKey,
  responses: { 200: json(Receipt.extend({ revoked_at: z.int() }), 'The receipt') },
  async handle(c, { context, organization, id }) {
    const key = await readKey(context, organization, id)
    return c.json(await revokeKey(context, key), 200)
  },
})

define(keysApi, 'rotateKey', {
  summary: 'Replace a key by one of the same configuration',
  request: { ...oneKey, ...body(RotateKey) },
  responses: {
    201: json(
      z.object({
        key: NewKey,
        old: z.object({ id: z.string(), expires_at: z.int() }),
        receipt: Receipt,
      }),
      'The new key with its value, and when the old one ends',
    ),
  },
  async handle(c, { context, organization, id }) {
    const { grace_seconds: grace } = c.req.valid('json')
    const { made, receipt, oldExpiresAt } = await rotateKey(context, organization, id, grace)
    const fresh = await readKey(context, organization, made.id)
    const old = { id, expires_at: oldExpiresAt }
    return c.json({ key: { ...fresh, value: made.value }, old, receipt }, 201)
  },
})
