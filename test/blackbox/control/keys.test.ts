// New keys: the defaults of the seeds, what was asked for in force at the gate, and nothing beyond
// what the one who makes them holds.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { decodeJwt } from 'jose'

import type { CredentialOptions } from '../../harness/edge.ts'
import { outcome, present } from '../call.ts'
import { caller, detailOf, fault, type KeyBody } from './call.ts'
import { IMPORTED_PREFIX } from './requests.ts'
import {
  ALL_PRODUCTS,
  ALL_SCOPES,
  manager,
  startWorld,
  until,
  untouched,
  type World,
} from './world.ts'

const A_TIME: unknown = expect.any(Number)
const DEFAULT_SCOPES = [
  ...['sessions:read', 'sessions:create', 'sessions:write', 'verifications:read'],
  'identities:read',
]

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.edge.stop())

async function create(fields: object, call = world.mine): Promise<KeyBody> {
  const answer = await call<KeyBody>('POST /keys', { kind: 'secret', name: 'of a test', ...fields })
  expect(answer.status).toBe(201)
  return answer.body
}

const use = (
  { kind, value }: KeyBody,
  at = 'GET /api/v1/sessions',
  more: { address?: string; headers?: Record<string, string> } = {},
): Promise<string> => {
  const [method = '', path = ''] = at.split(' ')
  const headers = { ...present(kind as 'secret', { value }), ...more.headers }
  return outcome(world.edge, path, { ...more, method, headers })
}

describe('a new key', () => {
  test('is secret and holds the default scopes unless others are named', async () => {
    const key = await create({})
    expect(key).toEqual({
      ...{ id: expect.stringMatching(/^key_/) as unknown, organization_id: 'org_test' },
      ...{ service_user_id: null, kind: 'secret', environment: 'live', name: 'of a test' },
      ...{ scopes: DEFAULT_SCOPES, products: ['verifa'], quotas: {}, ips: null, origins: null },
      ...{ metadata: {}, state: 'active', created_at: A_TIME, expires_at: null, revoked_at: null },
      ...{ last_used_at: null, rotated_to: null },
      value: expect.stringMatching(/^vk_live_[0-9A-Za-z]{32}$/) as unknown,
    })
    expect(await use(key)).toBe('200')
    expect(await use(key, 'POST /api/v1/webhooks')).toBe('403 scope_missing')
    const named = await create({ scopes: ['webhooks:write', 'webhooks:write'] })
    expect(named.scopes).toEqual(['webhooks:write'])
    expect(await use(named, 'POST /api/v1/webhooks')).toBe('200')
  })

  test('that is publishable creates sessions and nothing else', async () => {
    const key = await create({ kind: 'publishable', origins: ['https://app.example.com'] })
    expect(key.value).toMatch(/^vk_pub_live_[0-9A-Za-z]{32}$/)
    expect(key.scopes).toEqual(['sessions:create'])
    const page = { headers: { origin: 'https://app.example.com' } }
    expect(await use(key, 'POST /api/v1/sessions', page)).toBe('200')
    expect(await use(key, 'GET /api/v1/sessions', page)).toBe('403 publishable_not_open')
    const other = { headers: { origin: 'https://evil.example.com' } }
    expect(await use(key, 'POST /api/v1/sessions', other)).toBe('403 origin_not_allowed')
  })

  test('that is a JWT holds the products chosen for it, for a year unless said otherwise', async () => {
    const key = await create({ kind: 'jwt', products: ['document_verification'] })
    const claims = decodeJwt(key.value)
    expect(claims).toMatchObject({ jti: key.id, org: 'org_test', env: 'live' })
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(365 * 24 * 60 * 60)
    expect(key.expires_at).toBe(key.created_at + 365 * 24 * 60 * 60 * 1000)
    expect(await use(key, 'POST /document-processing')).toBe('200')
    expect(await use(key, 'POST /screening/request')).toBe('403 product_not_granted')
  })

  test('of the sandbox reaches the sandbox alone', async () => {
    const key = await create({}, world.sandbox)
    expect(key.value).toMatch(/^vk_sandbox_/)
    expect(await use(key)).toBe('200')
    expect(world.edge.upstream.received.at(-1)?.target).toBe('/sandbox/api/v1/sessions')
  })

  test('has each of its restrictions in force with its first call', async () => {
    const metadata = { team: 'b', ünï: '🔑' }
    const asked = { ips: ['203.0.113.0/24'], quotas: { plan: 2 }, metadata, scopes: ['org:read'] }
    const key = await create({ ...asked, expires_at: Date.now() + 60_000 })
    expect(key).toMatchObject(asked)
    expect(await use(key, 'GET /api/v1/organization')).toBe('403 address_not_allowed')
    const inside = { address: '203.0.113.9' }
    expect(await use(key, 'GET /api/v1/organization', inside)).toBe('200')
    expect(await use(key, 'GET /api/v1/organization', inside)).toBe('200')
    expect(await use(key, 'GET /api/v1/organization', inside)).toBe('429 rate_limited')
  })

  test('is shown without its value ever after, and is in no table', async () => {
    const values = [
      (await create({})).value,
      (await create({ kind: 'jwt', products: ['aml_screening'] })).value,
    ]
    const { text } = await world.mine('GET /keys?limit=200')
    const rows = await world.edge.sql('SELECT * FROM credentials')
    const events = await world.edge.sql('SELECT * FROM webhook_events')
    for (const value of values) {
      expect(text + JSON.stringify([rows, events])).not.toContain(value.slice(-32))
    }
  })

  test('says when it was last used', async () => {
    const key = await create({})
    const before = Date.now()
    expect(await use(key)).toBe('200')
    const read = async () => (await world.mine<KeyBody>(`GET /keys/${key.id}`)).body.last_used_at
    await until(async () => (await read()) !== null)
    expect(await read()).toBeGreaterThanOrEqual(before)
    expect(await read()).toBeLessThanOrEqual(Date.now())
  })
})

describe('nobody grants beyond their own', () => {
  test('scopes and products, also by a change, of keys alone that they cover', async () => {
    const scopes = ['keys:write', 'keys:read', 'sessions:read']
    const small = await manager(world.edge, { scopes, products: ['verifa'] })
    expect((await create({}, small)).scopes).toEqual(['sessions:read'])
    const more = { kind: 'secret', name: 'x', scopes: ['org:write'] }
    expect(fault(await small('POST /keys', more))).toBe('403 grant_beyond_own scopes')
    const jwt = { kind: 'jwt', name: 'x', products: ['aml_screening'] }
    expect(fault(await small('POST /keys', jwt))).toBe('403 grant_beyond_own products')

    const scoped = ['org:write', 'org:read']
    const { id } = await create({ scopes: scoped, products: ['verifa', 'vault', 'aml_screening'] })
    const patch = (fields: object) => small<{ key: KeyBody }>(`PATCH /keys/${id}`, fields)
    expect((await patch({ scopes: [...scoped, 'cases:read'] })).reason).toBe('grant_beyond_own')
    // Not even less, nor its name: it would take away what it could not give.
    for (const fields of [{ scopes: [] }, { products: ['verifa'] }, { name: 'y' }]) {
      expect((await patch(fields)).reason).toBe('grant_beyond_own')
    }
    expect((await small(`POST /keys/${id}/rotate`, {})).reason).toBe('grant_beyond_own')
    const { id: covered } = await create({ scopes: ['sessions:read'], products: ['verifa'] })
    expect((await small(`PATCH /keys/${covered}`, { scopes: [] })).status).toBe(200)
    expect((await small(`POST /keys/${id}/revoke`)).status).toBe(200)
  })

  describe('a publishable key', () => {
    const PUBLISHABLE = { kind: 'publishable', name: 'P' }
    const KEYS = ['keys:read', 'keys:write']
    const rows: readonly [string, CredentialOptions, string, string][] = [
      ['scopes', { scopes: KEYS }, 'scopes', 'sessions:create'],
      ['very scope', { scopes: [...KEYS, 'sessions:write'] }, 'scopes', 'sessions:create'],
      ['products', { products: ['vault'] }, 'products', 'verifa'],
    ]
    test.each(rows)('needs its %s of the one who hands it out', async (_, held, field, lacks) => {
      const small = await manager(world.edge, held)
      const { id } = await create(PUBLISHABLE)
      const sha256 = 'ef'.repeat(32)
      const calls: readonly [string, object][] = [
        ['POST /keys', PUBLISHABLE],
        ['POST /keys', { ...PUBLISHABLE, products: ['verifa'] }],
        ['POST /keys/import', { ...PUBLISHABLE, prefix: IMPORTED_PREFIX, sha256 }],
        [`POST /keys/${id}/rotate`, {}],
      ]
      await untouched(world.edge, async () => {
        for (const [at, body] of calls) {
          const answer = await small(at, body)
          expect([at, fault(answer)]).toEqual([at, `403 grant_beyond_own ${field}`])
          expect(detailOf(answer)).toContain(lacks)
        }
      })
    })

    test('is made and changed by who holds just that, and by operators', async () => {
      const enough = await manager(world.edge, {
        ...{ scopes: [...KEYS, 'sessions:create'], products: ['verifa'] },
      })
      const { id } = await create(PUBLISHABLE, enough)
      const small = await manager(world.edge, { scopes: KEYS })
      const same = { scopes: ['sessions:create'], name: 'Q', origins: [] }
      expect(fault(await small(`PATCH /keys/${id}`, same))).toBe('403 grant_beyond_own scopes')
      expect((await enough(`PATCH /keys/${id}`, same)).status).toBe(200)
      expect((await enough(`POST /keys/${id}/rotate`, {})).status).toBe(201)
      const live = { ...PUBLISHABLE, environment: 'live' }
      const made = await world.admin<KeyBody>('POST /keys?organization=org_test', live)
      expect(made.status).toBe(201)
      await world.edge.sql(`UPDATE credentials SET scopes = '[]' WHERE id = '${made.body.id}'`)
      const own = { products: ['verifa'] }
      await world.admin(`PATCH /keys/${made.body.id}?organization=org_test`, own)
      const back = await small(`PATCH /keys/${made.body.id}`, { scopes: ['sessions:create'] })
      expect(fault(back)).toBe('403 grant_beyond_own scopes')
    })
  })

  test('an end, addresses, quotas: what a key makes is within it, and it does not change itself', async () => {
    const { edge, admin } = world
    const hour = Date.now() + 3_600_000
    const bound = { ips: ['198.51.100.0/24'], expires_at: hour, quotas: { plan: 200 } }
    const asked = {
      ...{ kind: 'secret', name: 'bound', environment: 'live' },
      products: ['verifa'],
    }
    const made = await admin<KeyBody>('POST /keys?organization=org_test', {
      ...{ ...asked, ...bound, scopes: ['keys:read', 'keys:write', 'sessions:read'] },
    })
    const small = caller(edge, { 'x-api-key': made.body.value })
    const child = { kind: 'secret', name: 'child', ...bound }
    const wider = {
      ips: [undefined, null, ['198.51.100.0/24', '192.0.2.1']],
      expires_at: [undefined, null, hour + 1],
      'quotas.plan': [undefined, {}, { plan: 201 }],
    }
    const { id } = (await small<KeyBody>('POST /keys', child)).body
    for (const [field, values] of Object.entries(wider)) {
      for (const value of values) {
        const more = { [field.split('.')[0] ?? '']: value }
        const refused = await small('POST /keys', { ...child, ...more })
        expect(fault(refused)).toBe(`403 grant_beyond_own ${field}`)
        if (value === undefined) continue
        expect(fault(await small(`PATCH /keys/${id}`, more))).toBe(`403 grant_beyond_own ${field}`)
        expect((await small(`PATCH /keys/${made.body.id}`, more)).reason).toBe('own_key')
      }
    }
    await edge.sql(`UPDATE credentials SET expires_at = 1 WHERE id = '${id}'`)
    const revived = await small(`PATCH /keys/${id}`, { expires_at: hour })
    expect(fault(revived)).toBe('403 grant_beyond_own expires_at')
    expect((await small(`POST /keys/${made.body.id}/rotate`, {})).status).toBe(201)
  })

  test('products that the organization does not have, not even by an operator', async () => {
    const query = '?organization=org_test'
    const own = (
      await world.edge.sql("SELECT products AS p FROM organizations WHERE id = 'org_test'")
    )[0]
    await world.edge.sql(`UPDATE organizations SET products = '["verifa"]' WHERE id = 'org_test'`)
    const asked = { kind: 'jwt', name: 'x', environment: 'live', products: ['aml_screening'] }
    expect(fault(await world.admin(`POST /keys${query}`, asked))).toBe(
      '403 grant_beyond_own products',
    )
    await world.edge.sql(
      `UPDATE organizations SET products = '${String(own?.['p'])}' WHERE id = 'org_test'`,
    )
    await world.edge.sync()
    expect((await world.admin(`POST /keys${query}`, asked)).status).toBe(201)
  })

  test('quotas beyond the plan, which an operator may and a key then keeps', async () => {
    const { id } = await create({ quotas: { plan: 1_000, publishable: 10 } })
    const patch = (quotas: object, call = world.mine, query = '') =>
      call<{ key: KeyBody }>(`PATCH /keys/${id}${query}`, { quotas })
    expect(fault((await patch({ plan: 1_001 })) as never)).toBe('403 grant_beyond_own quotas.plan')
    const wide = await patch({ plan: 5_000 }, world.admin, '?organization=org_test')
    expect(wide.body.key.quotas).toEqual({ plan: 5_000 })
    expect((await patch({ plan: 4_000 })).status).toBe(200)
    expect((await patch({ plan: 4_001 })).reason).toBe('grant_beyond_own')
    const publishable = { kind: 'publishable', name: 'x', quotas: { publishable: 11 } }
    expect(fault(await world.mine('POST /keys', publishable))).toBe(
      '403 grant_beyond_own quotas.publishable',
    )
  })
})

test('the manager of these tests holds everything there is', async () => {
  const { body } = await world.mine('GET /whoami')
  expect(body).toMatchObject({ scopes: ALL_SCOPES, products: ALL_PRODUCTS })
})
