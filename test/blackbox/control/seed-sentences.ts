// The sentences of the seeds that are about managing: keys, webhooks, usage, service users and audit.

import { expect } from 'vitest'

import { OPERATIONS } from '../../../src/catalog/operations.ts'
import { outcome, present } from '../call.ts'
import type { KeyBody, PageBody, ReceiptBody } from './call.ts'
import { until } from './world.ts'
import { eventOf, type WebhookWorld } from './webhook-world.ts'

export type WorldCheck = (world: WebhookWorld) => Promise<void>

interface UserBody {
  readonly id: string
  readonly source_system: string
  readonly state: string
}

interface EventBody {
  readonly service_user_id: string | null
  readonly source_system: string | null
  readonly route: string | null
  readonly decision: string
}

const create = async ({ mine }: WebhookWorld, fields: object): Promise<KeyBody> => {
  const { status, body } = await mine<KeyBody>('POST /keys', { name: 'of a seed', ...fields })
  expect(status).toBe(201)
  return body
}

const use = ({ edge }: WebhookWorld, key: KeyBody, at: string): Promise<string> => {
  const [method = '', path = ''] = at.split(' ')
  const headers = { ...present(key.kind as 'jwt', key), 'x-approver-department': 'retail' }
  return outcome(edge, path, { method, headers })
}

/** A new key beside the old one, then the old one ends at once, and cannot be brought back. */
const replaced =
  (fields: object, at: string): WorldCheck =>
  async (world) => {
    const [old, fresh] = [await create(world, fields), await create(world, fields)]
    for (const key of [old, fresh, old]) expect(await use(world, key, at)).toBe('200')
    const { body } = await world.mine<ReceiptBody>(`POST /keys/${old.id}/revoke`)
    expect(body.enforced_at).not.toBeNull()
    expect(await use(world, old, at)).toBe('401 key_revoked')
    expect(await use(world, fresh, at)).toBe('200')
    const undone = await world.mine(`PATCH /keys/${old.id}`, { expires_at: null })
    expect(undone.reason).toBe('key_revoked')
  }

const DOCUMENTS = { kind: 'jwt', products: ['document_verification'] }
const INGEST = 'POST /api/v1/ingest'

/** By an operator, as departments are given by people. */
async function newUser({ admin }: WebhookWorld, source_system: string): Promise<UserBody> {
  const asked = { name: `The ${source_system}`, source_system, departments: ['retail'] }
  const at = 'POST /service-users?organization=org_test'
  const { status, body } = await admin<UserBody>(at, asked)
  expect(status).toBe(201)
  return body
}

const mint = async ({ mine }: WebhookWorld, { id }: UserBody): Promise<KeyBody> =>
  (await mine<KeyBody>(`POST /service-users/${id}/tokens`, { name: 'a token' })).body

/** A service user per source system, each with a token that calls, and is known by it upstream. */
const registered: WorldCheck = async (world) => {
  for (const source of ['vkyc', 'doc_service', 'branch_scan']) {
    const user = await newUser(world, source)
    expect(await use(world, await mint(world, user), INGEST)).toBe('200')
    const received = world.edge.upstream.received.at(-1)?.headers ?? {}
    expect(received['x-edge-source-system']).toBe(source)
    expect(received['x-edge-service-user']).toBe(user.id)
  }
}

/** Every call of a token, forwarded or refused, is found in the audit by its service user. */
const attributed: WorldCheck = async (world) => {
  const user = await newUser(world, 'vkyc')
  const token = await mint(world, user)
  for (const at of [INGEST, 'GET /api/v1/search/customer', 'GET /api/v1/sessions'])
    await use(world, token, at)
  const find = async (): Promise<readonly EventBody[]> =>
    (await world.mine<PageBody<EventBody>>(`GET /audit?service_user=${user.id}`)).body.items
  await until(async () => (await find()).length === 3)
  for (const event of await find()) {
    expect(event).toMatchObject({ service_user_id: user.id, source_system: 'vkyc' })
  }
  expect((await find()).map(({ decision }) => decision)).toEqual([
    'refused',
    'forwarded',
    'forwarded',
  ])
}

/** By the seed's file. */
export const SENTENCES: Readonly<Record<string, Readonly<Record<string, WorldCheck>>>> = {
  '000_d45f8929f101f3b6.txt': {
    'When a key is created or invalidated, a webhook event is sent (system.apiKey.created or system.apiKey.invalidated) to any configured webhook destinations.':
      async (world) => {
        for (const path of ['/one', '/two']) await world.listen(path)
        const key = await create(world, DOCUMENTS)
        await world.mine(`POST /keys/${key.id}/revoke`)
        for (const path of ['/one', '/two']) {
          const events = (await world.arrived(path, 2)).map(eventOf)
          expect(events.map(({ type }) => type).toSorted()).toEqual([
            'system.apiKey.created',
            'system.apiKey.invalidated',
          ])
          for (const { data } of events) expect(data).toMatchObject({ key_id: key.id, kind: 'jwt' })
        }
        expect(world.receiver.complaints).toEqual([])
      },
    'Rotate keys periodically by creating a new key and invalidating the old one': replaced(
      DOCUMENTS,
      'GET /document-processing',
    ),
    'Monitor usage — see credit consumption per key': async (world) => {
      const keys = []
      for (const calls of [1, 3]) {
        const key = await create(world, { kind: 'jwt', products: ['aml_screening'] })
        for (let i = 0; i < calls; i++) await use(world, key, 'POST /screening/request')
        keys.push({ key_id: key.id, requests: calls, refused: 0, credits: 10 * calls })
      }
      const month = async () => (await world.mine<{ month: object[] }>('GET /usage')).body.month
      await until(async () => JSON.stringify(await month()).includes('"credits":30'))
      for (const sums of keys) expect(await month()).toContainEqual(sums)
    },
    'View active keys and their product permissions': async (world) => {
      const kept = await create(world, {
        kind: 'jwt',
        products: ['aml_screening', 'document_verification'],
      })
      const ended = await create(world, DOCUMENTS)
      await world.mine(`POST /keys/${ended.id}/revoke`)
      const { body } = await world.mine<PageBody<KeyBody>>(
        'GET /keys?kind=jwt&state=active&limit=200',
      )
      const byId = new Map(body.items.map((key) => [key.id, key.products]))
      expect(byId.get(kept.id)).toEqual(['aml_screening', 'document_verification'])
      expect(byId.has(ended.id)).toBe(false)
    },
  },
  '001_1af78b71be34adec.txt': {
    'Rotate keys periodically.': async (world) => {
      const old = await create(world, { kind: 'secret', scopes: ['sessions:read'] })
      const rotated = await world.mine<{ key: KeyBody }>(`POST /keys/${old.id}/rotate`, {
        grace_seconds: 60,
      })
      const fresh = rotated.body.key
      expect(fresh.scopes).toEqual(['sessions:read'])
      for (const key of [old, fresh])
        expect(await use(world, key, 'GET /api/v1/sessions')).toBe('200')
    },
    'Create a new key, migrate your integration, then revoke the old key.': replaced(
      { kind: 'secret' },
      'GET /api/v1/sessions',
    ),
  },
  '002_c4bd2c69b52a5950.txt': {
    'Create service users, mint access tokens, and authenticate integrator API calls': registered,
    'The API Keys module manages service users and access tokens for non-interactive integrator authentication.':
      async (world) => {
        const user = await newUser(world, 'vkyc')
        const [first, second] = [await mint(world, user), await mint(world, user)]
        const { body } = await world.mine<PageBody<KeyBody>>(`GET /service-users/${user.id}/tokens`)
        expect(body.items.map(({ id }) => id).toSorted()).toEqual([first.id, second.id].toSorted())
        await world.mine(`POST /keys/${first.id}/revoke`)
        expect(await use(world, first, INGEST)).toBe('401 key_revoked')
        expect(await use(world, second, INGEST)).toBe('200')
        await world.mine(`POST /service-users/${user.id}/disable`)
        expect(await use(world, second, INGEST)).toBe('401 service_user_disabled')
        const read = await world.mine<UserBody>(`GET /service-users/${user.id}`)
        expect(read.body.state).toBe('disabled')
        await world.mine(`POST /service-users/${user.id}/enable`)
        expect(await use(world, second, INGEST)).toBe('200')
      },
    'Service user creation: Register integrator identities per source system (e.g.': registered,
    'vkyc,doc_service,branch_scan).': registered,
    'Auditable machine access: Every API call attributes to a service user in Audit.': attributed,
    'Audit: trace API actions by service user': attributed,
    'Integration APIs: full REST endpoint reference': async ({ edge }) => {
      const answer = await edge.fetch('/edge/openapi.json')
      const { paths } = (await answer.json()) as { paths: Record<string, object> }
      const verbs = Object.values(paths).flatMap(Object.keys)
      expect(verbs).toHaveLength(Object.keys(OPERATIONS).length)
      expect(paths).toHaveProperty(['/edge/v1/service-users/{id}/tokens', 'post', 'requestBody'])
    },
  },
}
