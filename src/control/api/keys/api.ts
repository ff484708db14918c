// The operations on keys.

import { HEADERS } from '../../../lib/header-names.ts'
import { z } from '@hono/zod-openapi'

import { ENVIRONMENTS, KIND_NAMES } from '../../../credentials/kinds.ts'
import { organizationOf } from '../actor.ts'
import type { ControlContext } from '../context.ts'
import { readIdempotency } from '../idempotency.ts'
import { body, controlApp, json, operation, OrganizationQuery } from '../operation.ts'
import { PAGE_MAX, pageOf, PageQuery, readCursor } from '../page.ts'
import { createKey, makeKey, type KeyDraft, type Made } from './create.ts'
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

const inOrganization = z.strictObject({ organization: OrganizationQuery })
const oneKey = { params: z.object({ id: Id('key') }), query: inOrganization }
const creation = {
  query: inOrganization,
  headers: z.object({ [HEADERS.idempotencyKey]: z.string().optional() }),
}
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
    responses: {
      200: json(z.object({ items: z.array(Key), next_cursor: z.string().nullable() }), 'A page'),
    },
  }),
  async (c) => {
    const { context } = c.env
    const { organization, limit, cursor, ids, ...others } = c.req.valid('query')
    const own = organizationOf(context.actor, organization)
    const filter = { ...others, ids: ids?.split(',') }
    const rows = await listKeys(context, own, filter, readCursor(cursor), limit + 1)
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
    const { context } = c.env
    const asked = c.req.valid('json')
    const organization = organizationOf(context.actor, c.req.valid('query').organization)
    const { headers } = c.req.raw
    const draft = () => draftOf(context, organization, asked)
    const made = await makeOnce(context, { organization, headers, asked, name: 'createKey', draft })
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
    const { context } = c.env
    const asked = c.req.valid('json')
    const organization = organizationOf(context.actor, c.req.valid('query').organization)
    const { headers } = c.req.raw
    const draft = () => importedDraftOf(context, organization, asked)
    const made = await makeOnce(context, { organization, headers, asked, name: 'importKey', draft })
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
    const { context } = c.env
    const organization = organizationOf(context.actor, c.req.valid('query').organization)
    return c.json(await readKey(context, organization, c.req.valid('param').id), 200)
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
    const { context } = c.env
    const organization = organizationOf(context.actor, c.req.valid('query').organization)
    const { id } = c.req.valid('param')
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
    const { context } = c.env
    const organization = organizationOf(context.actor, c.req.valid('query').organization)
    const key = await readKey(context, organization, c.req.valid('param').id)
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
    const { context } = c.env
    const organization = organizationOf(context.actor, c.req.valid('query').organization)
    const { id } = c.req.valid('param')
    const { made, receipt, oldExpiresAt } = await rotateKey(
      context,
      organization,
      id,
      c.req.valid('json').grace_seconds,
    )
    const fresh = await readKey(context, organization, made.id)
    const old = { id, expires_at: oldExpiresAt }
    return c.json({ key: { ...fresh, value: made.value }, old, receipt }, 201)
  },
)

/** Makes a key, also where the request comes again under its Idempotency-Key: then the one it made. */
async function makeOnce(
  context: ControlContext,
  call: {
    readonly organization: string
    readonly headers: Headers
    readonly asked: unknown
    readonly name: 'createKey' | 'importKey'
    readonly draft: () => Promise<KeyDraft>
  },
): Promise<Made> {
  const { organization, headers, asked, name, draft } = call
  const idempotency = await readIdempotency(context, headers, name, [organization, asked])
  return await makeKey(context, idempotency, async () =>
    createKey(context, organization, await draft(), idempotency),
  )
}
