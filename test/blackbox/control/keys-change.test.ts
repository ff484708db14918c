// Changing and revoking a key: in force at the gate with the next request, and for good.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { outcome, present } from '../call.ts'
import { fault, type KeyBody, type ReceiptBody } from './call.ts'
import { startWorld, type World } from './world.ts'

const A_TIME: unknown = expect.any(Number)

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.edge.stop())

async function create(fields: object): Promise<KeyBody> {
  const answer = await world.mine<KeyBody>('POST /keys', {
    kind: 'secret',
    name: 'of a test',
    ...fields,
  })
  expect(answer.status).toBe(201)
  return answer.body
}

const use = ({ kind, value }: KeyBody, at = 'GET /api/v1/sessions'): Promise<string> => {
  const [method = '', path = ''] = at.split(' ')
  const headers = present(kind as 'secret', { value })
  return outcome(world.edge, path, { method, headers })
}

/** Has the key expire as soon as this machine can tell it before it is so; answers when. */
async function expireSoon({ id }: KeyBody): Promise<number> {
  for (let inMs = 500; ; inMs *= 2) {
    const expires_at = Date.now() + inMs
    const answer = await world.mine(`PATCH /keys/${id}`, { expires_at })
    if (answer.status === 200) return expires_at
    expect(fault(answer)).toBe('400 request_invalid expires_at')
  }
}

describe('a change', () => {
  const narrows: readonly [string, object, string, object][] = [
    ['scopes', { scopes: [] }, '403 scope_missing', { scopes: ['sessions:read'] }],
    ['products', { products: ['vault'] }, '403 product_not_granted', { products: ['verifa'] }],
    ['addresses', { ips: ['203.0.113.1'] }, '403 address_not_allowed', { ips: null }],
    ['to nobody', { ips: [] }, '403 address_not_allowed', { ips: ['198.51.100.0/24'] }],
    ['quotas', { quotas: { plan: 1 } }, '429 rate_limited', { quotas: {} }],
  ]
  test.each(narrows)(
    'narrows %s with the next call, and widens',
    async (_, narrow, refusal, widen) => {
      const key = await create({ scopes: ['sessions:read'], products: ['verifa', 'vault'] })
      for (let i = 0; i < 3; i++) expect(await use(key)).toBe('200')
      const narrowed = await world.mine<{ key: KeyBody; receipt: ReceiptBody }>(
        `PATCH /keys/${key.id}`,
        narrow,
      )
      expect(narrowed.body.key).toMatchObject(narrow)
      expect(narrowed.body.receipt).toEqual({ enforced_at: A_TIME, pending: 0 })
      expect(await use(key)).toBe(refusal)
      const widened = await world.mine<{ key: KeyBody }>(`PATCH /keys/${key.id}`, widen)
      expect(widened.body.key).toMatchObject(widen)
      expect(await use(key)).toBe('200')
    },
  )

  test('of the expiry ends the key at that time, also from caches', async () => {
    const key = await create({})
    expect(await use(key)).toBe('200')
    const expires_at = await expireSoon(key)
    let started = 0
    // What is answered before that time is let through, what starts from then on is refused; on the way
    // it may be either.
    for (; started < expires_at;) {
      started = Date.now()
      const told = await use(key)
      if (Date.now() < expires_at) expect(told).toBe('200')
      if (started >= expires_at) expect(told).toBe('401 key_expired')
    }
    const prolonged = { expires_at: null }
    const byKey = await world.mine(`PATCH /keys/${key.id}`, prolonged)
    expect(fault(byKey)).toBe('403 grant_beyond_own expires_at')
    const at = `PATCH /keys/${key.id}?organization=org_test`
    const later = await world.admin<{ key: KeyBody }>(at, prolonged)
    expect(later.body.key.state).toBe('active')
    expect(await use(key)).toBe('200')
  })

  test('of a JWT brings its end forward and never puts it off, and adds no product', async () => {
    const products = ['document_verification']
    const key = await create({ kind: 'jwt', products })
    const patch = async (fields: object) => fault(await world.mine(`PATCH /keys/${key.id}`, fields))
    expect(await patch({ expires_at: null })).toBe('400 request_invalid expires_at')
    expect(await patch({ expires_at: (key.expires_at ?? 0) + 1 })).toBe(
      '400 request_invalid expires_at',
    )
    expect(await patch({ products: [...products, 'aml_screening'] })).toBe(
      '400 request_invalid products',
    )
    const sooner = Date.now() + 60_000
    const changed = await world.mine(`PATCH /keys/${key.id}`, { expires_at: sooner })
    expect(changed.body['key']).toMatchObject({ expires_at: sooner })
    expect(await use(key, 'POST /document-processing')).toBe('200')
  })

  test('of name and notes is shown, and touches nothing else', async () => {
    const { value: _, ...key } = await create({ metadata: { a: '1' } })
    const change = { name: 'renamed', metadata: { b: '2' } }
    await world.mine(`PATCH /keys/${key.id}`, change)
    expect((await world.mine(`GET /keys/${key.id}`)).body).toEqual({ ...key, ...change })
  })
})

describe('revoking', () => {
  test('answers with a receipt and ends the key for good', async () => {
    const key = await create({})
    for (let i = 0; i < 3; i++) expect(await use(key)).toBe('200')
    const { status, body } = await world.mine<ReceiptBody>(`POST /keys/${key.id}/revoke`)
    expect(status).toBe(200)
    expect(body).toEqual({ revoked_at: A_TIME, enforced_at: A_TIME, pending: 0 })
    expect(body.enforced_at).toBeGreaterThanOrEqual(body.revoked_at ?? Infinity)
    expect(await use(key)).toBe('401 key_revoked')
    const change = await world.mine(`PATCH /keys/${key.id}`, { expires_at: null, name: 'x' })
    expect([change.status, change.reason]).toEqual([409, 'key_revoked'])
    expect((await world.mine(`POST /keys/${key.id}/rotate`, {})).reason).toBe('key_not_active')
    expect(await use(key)).toBe('401 key_revoked')
    expect((await world.mine(`GET /keys/${key.id}`)).body).toMatchObject({ state: 'revoked' })
  })

  test('again, or by many at once, keeps the first time', async () => {
    const key = await create({})
    const calls = Array.from({ length: 6 }, () =>
      world.mine<ReceiptBody>(`POST /keys/${key.id}/revoke`),
    )
    const answers = [
      ...(await Promise.all(calls)),
      await world.mine<ReceiptBody>(`POST /keys/${key.id}/revoke`),
    ]
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    expect(new Set(answers.map(({ body }) => body.revoked_at)).size).toBe(1)
    const told = await world.edge.sql(
      `SELECT 1 FROM webhook_events WHERE type = 'system.apiKey.invalidated'
         AND json_extract(body, '$.data.key_id') = '${key.id}'`,
    )
    expect(told).toHaveLength(1)
  })
})
