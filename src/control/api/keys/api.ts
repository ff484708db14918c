// The operations on keys.

import { z } from '@hono/zod-openapi'

import { ENVIRONMENTS, KIND_NAMES } from '../../../credentials/kinds.ts'
import { body, controlApp, json, operation } from '../operation.ts'
import { PAGE_MAX, pageOf, PageQuery, readCursor } from '../page.ts'
import { byId, idempotencyOf, inOrganization, listed, onceHeaders, targetOf } from '../request.ts'
import { createKey, makeKey } from './create.ts'
import { draftOf, importedDraftOf } from './draft.ts'
import { revokeKey, rotateKey } from './end.ts'
import { listKeys, readKey } from './read.ts'
import {
  CreateKey,
  Id,
  ImportKey,
  Key,
  NewKey,
  Receipt,
  RotateKey,
  State,
  UpdateKey,
} from './schemas.ts'
import { updateKey } from './update.ts'

export const keysApi = controlApp()

/** Of as many ids as a page has at most, with commas between. */
const IDS_MAX_LENGTH = PAGE_MAX * 65

const oneKey = byId('key')
const creation = { query: inOrganization, ...onceHeaders }
const Ids = z
  .string()
  .max(IDS_MAX_LENGTH)
  .regex(
    /^key_[0-9A-Za-z_]{1,60}(?:,key_[0-9A-Za-z_]{1,60})*$/,
    'must be ids that begin with key_, with commas between',
  )
  .openapi({ description: 'These alone', example: 'key_a,key_b' })
const KeyWithReceipt = z.object({ key: Key, receipt: Receipt })

keysApi.openapi(
  operation('listKeys', {
    summary: 'List keys, newest first',
    description: 'With sort=expires_at those that end, the soonest first.',
    request: {
      query: inOrganization.extend({
        ...PageQuery,
        kind: z.enum(KIND_NAMES).optional(),
        environment: z.enum(ENVIRONMENTS).optional(),
        state: State.optional(),
        service_user: Id('su').optional(),
        search: z.string().max(100).optional(),
        ids: Ids.optional(),
        sort: z.enum(['expires_at']).optional(),
      }),
    },
    responses: { 200: listed(Key) },
  }),
  async (c) => {
    const { context, organization } = targetOf(c)
    const { limit, cursor, ids, ...others } = c.req.valid('query')
    const filter = { ...others, ids: ids?.split(',') }
    const rows = await listKeys(context, organization, filter, readCursor(cursor), limit + 1)
    const { sort } = filter
    return c.json(pageOf(rows, limit, sort && ((row) => row[sort])), 200)
  },
)

keysApi.openapi(
  operation('createKey', {
    summary: 'Create a key',
    description: 'The value is in this answer and nowhere else.',
    request: { ...creation, ...body(CreateKey) },
    responses: { 201: json(NewKey, 'The key, with its value') },
  }),
  async (c) => {
    const { context, organization } = targetOf(c)
    const asked = c.req.valid('json')
    const idempotency = await idempotencyOf(c, 'createKey', [organization, asked])
    const made = await makeKey(context, idempotency, async () => {
      const draft = await draftOf(context, organization, asked)
      return await createKey(context, organization, draft, idempotency)
    })
    const key = await readKey(context, organization, made.id)
    return c.json({ ...key, value: made.value }, 201)
  },
)

keysApi.openapi(
  operation('importKey', {
    summary: 'Import a key minted elsewhere, by its SHA-256 digest',
    request: { ...creation, ...body(ImportKey) },
    responses: { 201: json(Key, 'The key; its value is what its holder has') },
  }),
  async (c) => {
    const { context, organization } = targetOf(c)
    const asked = c.req.valid('json')
    const idempotency = await idempotencyOf(c, 'importKey', [organization, asked])
    const made = await makeKey(context, idempotency, async () => {
      const draft = await importedDraftOf(context, organization, asked)
      return await createKey(context, organization, draft, idempotency)
    })
    return c.json(await readKey(context, organization, made.id), 201)
  },
)

keysApi.openapi(
  operation('getKey', {
    summary: 'One key',
    request: oneKey,
    responses: { 200: json(Key, 'The key, without its value') },
  }),
  async (c) => {
    const { context, organization, id } = targetOf(c)
    return c.json(await readKey(context, organization, id), 200)
  },
)

keysApi.openapi(
  operation('updateKey', {
    summary: 'Change a key',
    request: { ...oneKey, ...body(UpdateKey) },
    responses: {
      200: json(KeyWithReceipt, 'The key as it is now, and since when that is in force'),
    },
  }),
  async (c) => {
    const { context, organization, id } = targetOf(c)
    const receipt = await updateKey(context, organization, id, c.req.valid('json'))
    return c.json({ key: await readKey(context, organization, id), receipt }, 200)
  },
)

keysApi.openapi(
  operation('revokeKey', {
    summary: 'Revoke a key, for good and at once',
    request: oneKey,
    responses: { 200: json(Receipt.extend({ revoked_at: z.int() }), 'The receipt') },
  }),
  async (c) => {
    const { context, organization, id } = targetOf(c)
    const key = await readKey(context, organization, id)
    return c.json(await revokeKey(context, key), 200)
  },
)

keysApi.openapi(
  operation('rotateKey', {
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
  }),
  async (c) => {
    const { context, organization, id } = targetOf(c)
    const { grace_seconds: grace } = c.req.valid('json')
    const { made, receipt, oldExpiresAt } = await rotateKey(context, organization, id, grace)
    const fresh = await readKey(context, organization, made.id)
    const old = { id, expires_at: oldExpiresAt }
    return c.json({ key: { ...fresh, value: made.value }, old, receipt }, 201)
  },
)
