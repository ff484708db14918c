// Idempotency-Key: whatever the network does, one request makes one key, and its secret is in one
// answer.

import { createHash } from 'node:crypto'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { outcome, sleep } from '../call.ts'
import { fault, type Call, type KeyBody } from './call.ts'
import { IMPORTED_PREFIX } from './requests.ts'
import { ALL_PRODUCTS, dump, manager, startWorld, untouched, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.edge.stop())

const newKey = (): Record<string, string> => ({ 'idempotency-key': `"${crypto.randomUUID()}"` })
const named = (name: string) => world.edge.sql(`SELECT id FROM credentials WHERE name = '${name}'`)
const imported = {
  ...{ kind: 'secret', name: 'imported', prefix: IMPORTED_PREFIX, sha256: 'ab'.repeat(32) },
}

describe('the same request many times at once makes one key', () => {
  const rows: readonly [string, string, object][] = [
    ['secret', 'POST /keys', { kind: 'secret', name: 'secret' }],
    ['publishable', 'POST /keys', { kind: 'publishable', name: 'publishable', origins: [] }],
    ['jwt', 'POST /keys', { kind: 'jwt', name: 'jwt', products: ['aml_screening'] }],
    ['imported', 'POST /keys/import', imported],
  ]
  test.each(rows)('%s', async (name, at, body) => {
    const headers = newKey()
    const send = () => world.mine<KeyBody>(at, body, headers)
    const answers = [...(await Promise.all(Array.from({ length: 8 }, send))), await send()]
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1)
    const values = answers.map((answer) => answer.body.value).filter((value) => value !== null)
    if (name === 'imported') expect(new Set(values)).toEqual(new Set([undefined]))
    else expect(values).toHaveLength(1)
    expect(await named(name)).toHaveLength(1)
    const events = await world.edge.sql(
      `SELECT 1 FROM webhook_events WHERE json_extract(body, '$.data.name') = '${name}'`,
    )
    expect(events).toHaveLength(1)
    const [value] = values
    if (value) expect(await dump(world.edge)).not.toContain(value.slice(-26))
  })

  test('and the one value that was answered is the one that works', async () => {
    const headers = newKey()
    const send = () => world.mine<KeyBody>('POST /keys', { kind: 'secret', name: 'works' }, headers)
    const answers = await Promise.all(Array.from({ length: 6 }, send))
    const value = answers.map(({ body }) => body.value).find((one) => one !== null) ?? ''
    expect(await outcome(world.edge, '/api/v1/sessions', { headers: { 'x-api-key': value } })).toBe(
      '200',
    )
  })
})

describe('an Idempotency-Key that was used', () => {
  const first = { kind: 'secret', name: 'first' }

  test('with another body is refused, and nothing is made', async () => {
    const headers = newKey()
    await world.mine('POST /keys', first, headers)
    await untouched(world.edge, async () => {
      for (const [at, body] of [
        ['POST /keys', { ...first, name: 'second' }],
        ['POST /keys', { ...first, kind: 'publishable' }],
        ['POST /keys/import', imported],
        ['POST /service-users', { name: 'x', source_system: 'vkyc' }],
      ] as const) {
        const again = await world.mine(at, body, headers)
        expect([again.status, again.reason]).toEqual([422, 'idempotency_key_reused'])
        expect(fault(again)).toBe('422 idempotency_key_reused Idempotency-Key')
      }
    })
  })

  test('by someone else is another', async () => {
    const headers = newKey()
    const callers: Call[] = [world.mine, world.theirs, world.sandbox, await manager(world.edge)]
    const ids = []
    for (const call of callers) {
      const { status, body } = await call<KeyBody>('POST /keys', first, headers)
      expect([status, typeof body.value]).toEqual([201, 'string'])
      ids.push(body.id)
    }
    expect(new Set(ids).size).toBe(callers.length)
  })

  test('by an operator in another organization is refused', async () => {
    const headers = newKey()
    const body = { ...first, environment: 'live' }
    const make = (organization: string) =>
      world.admin(`POST /keys?organization=${organization}`, body, headers)
    expect((await make('org_test')).status).toBe(201)
    expect((await make('org_test')).body['value']).toBeNull()
    expect((await make('org_other')).reason).toBe('idempotency_key_reused')
  })

  test('answers with what the key has become, never again with its value', async () => {
    const headers = newKey()
    const made = await world.mine<KeyBody>('POST /keys', first, headers)
    await world.mine(`POST /keys/${made.body.id}/revoke`)
    const again = await world.mine<KeyBody>('POST /keys', first, headers)
    expect(again.body).toMatchObject({ id: made.body.id, state: 'revoked', value: null })
  })

  test('answers also when the request could not be made any more', async () => {
    const jwt = { kind: 'jwt', name: 'J', products: ['aml_screening'] }
    const make = async (leadMs: number) => {
      const expires_at = Date.now() + leadMs
      const sha256 = createHash('sha256').update(String(expires_at)).digest('hex')
      const calls: readonly [string, object, Record<string, string>][] = [
        ['POST /keys', { ...first, expires_at }, newKey()],
        ['POST /keys', jwt, newKey()],
        ['POST /keys/import', { ...imported, name: 'again', sha256, expires_at }, newKey()],
      ]
      const ids = []
      for (const [at, body, headers] of calls) {
        ids.push((await world.mine(at, body, headers)).body['id'])
      }
      // A machine that took longer than that has made none: once more, with more time.
      return Date.now() < expires_at ? { calls, ids, expires_at } : undefined
    }
    let leadMs = 2_000
    let made = await make(leadMs)
    while (!made) made = await make((leadMs *= 2))
    const { calls, ids, expires_at } = made
    const of = (products: string) =>
      world.edge.sql(`UPDATE organizations SET products = '${products}' WHERE id = 'org_test'`)
    await sleep(expires_at - Date.now() + 50)
    await of('["verifa"]')
    for (const [i, [at, body, headers]] of calls.entries()) {
      const again = await world.mine(at, body, headers)
      expect([again.status, again.body['id']]).toEqual([201, ids[i]])
      expect(again.body['value'] ?? null).toBeNull()
    }
    await of(JSON.stringify(ALL_PRODUCTS))
    await world.edge.sync()
  })

  test('by a request that was refused is free again', async () => {
    const headers = newKey()
    expect((await world.mine('POST /keys', { ...first, scopes: ['nope'] }, headers)).status).toBe(
      400,
    )
    const made = await world.mine<KeyBody>('POST /keys', first, headers)
    expect(made.body.value).toMatch(/^vk_live_/)
  })
})

test('its form is checked, and quotes are no part of it', async () => {
  await untouched(world.edge, async () => {
    for (const key of ['', 'short', 'x'.repeat(201), 'with a space', 'schlüssel-schlüssel']) {
      const headers = { 'idempotency-key': key }
      const answer = await world.mine('POST /keys', { kind: 'secret', name: 'x' }, headers)
      expect([key, fault(answer)]).toEqual([key, '400 request_invalid Idempotency-Key'])
    }
  })
  const id = async (key: string) => {
    const headers = { 'idempotency-key': key }
    return (await world.mine<KeyBody>('POST /keys', { kind: 'secret', name: 'q' }, headers)).body.id
  }
  expect(await id('quoted-or-not')).toBe(await id('"quoted-or-not"'))
})
