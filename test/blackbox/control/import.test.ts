// Keys minted elsewhere: taken over by their SHA-256, usable at the gate with the value that their
// holders have, and managed like any other.

import { createHash } from 'node:crypto'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { outcome, refusalOf } from '../call.ts'
import type { KeyBody } from './call.ts'
import { IMPORTED_PREFIX } from './requests.ts'
import { startWorld, until, untouched, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.edge.stop())

const newValue = (): string => `${IMPORTED_PREFIX}${crypto.randomUUID().replaceAll('-', '')}`
const sha256 = (value: string): string => createHash('sha256').update(value).digest('hex')
const asked = (value: string, more: object = {}): object => ({
  ...{ kind: 'secret', name: 'imported', prefix: IMPORTED_PREFIX, sha256: sha256(value) },
  ...more,
})
const use = (value: string, address?: string): Promise<string> =>
  outcome(world.edge, '/api/v1/sessions', {
    headers: { 'x-api-key': value },
    ...(address !== undefined && { address }),
  })

describe('an imported key', () => {
  test('is used as it is, and is shown without digest or value', async () => {
    const value = newValue()
    const { status, body, text } = await world.mine<KeyBody>('POST /keys/import', asked(value))
    expect(status).toBe(201)
    expect(body).toMatchObject({ kind: 'secret', environment: 'live', state: 'active' })
    expect(body).not.toHaveProperty('value')
    expect(text).not.toContain(sha256(value))
    expect(await use(value)).toBe('200')
    expect(world.edge.upstream.received.at(-1)?.headers['x-edge-key-id']).toBe(body.id)
    expect(
      await outcome(world.edge, '/api/v1/sessions', {
        headers: { authorization: `Bearer ${value}` },
      }),
    ).toBe('401 credential_invalid')
  })

  test('goes by its lists, is revoked at once, and is rotated into one of ours', async () => {
    const [value, other] = [newValue(), newValue()]
    const made = await world.mine<KeyBody>(
      'POST /keys/import',
      asked(value, { ips: ['203.0.113.0/24'] }),
    )
    expect(await use(value)).toBe('403 address_not_allowed')
    expect(await use(value, '203.0.113.1')).toBe('200')
    const rotated = await world.mine<{ key: KeyBody }>(`POST /keys/${made.body.id}/rotate`, {})
    expect(rotated.body.key.value).toMatch(/^vk_live_/)
    expect(await use(value, '203.0.113.1')).toBe('401 key_expired')
    expect(await use(rotated.body.key.value, '203.0.113.1')).toBe('200')
    const second = await world.mine<KeyBody>('POST /keys/import', asked(other))
    expect(await use(other)).toBe('200')
    await world.mine(`POST /keys/${second.body.id}/revoke`)
    expect(await use(other)).toBe('401 key_revoked')
  })

  test('of the public creates sessions from its origins', async () => {
    const value = newValue()
    const more = { kind: 'publishable', origins: ['https://app.example.com'] }
    expect((await world.mine('POST /keys/import', asked(value, more))).status).toBe(201)
    const call = (origin: string) =>
      outcome(world.edge, '/api/v1/sessions', {
        method: 'POST',
        headers: { 'x-api-key': value, origin },
      })
    expect(await call('https://app.example.com')).toBe('200')
    expect(await call('https://app.example.org')).toBe('403 origin_not_allowed')
  })
})

test('what was not imported is refused, whatever it begins with', async () => {
  const known = newValue()
  await world.mine('POST /keys/import', asked(known))
  const wrong = [
    newValue(),
    `${known}x`,
    known.slice(0, -1),
    known.toUpperCase(),
    sha256(known),
    IMPORTED_PREFIX,
  ]
  for (const value of wrong) {
    const answer = await world.edge.fetch('/api/v1/sessions', { headers: { 'x-api-key': value } })
    const { status, reason } = await refusalOf(answer)
    expect([value, status]).toEqual([value, 401])
    expect(reason).toMatch(/^credential_(?:invalid|unknown)$/)
  }
  expect(await use(known)).toBe('200')
})

test('a key that was asked for before it was imported is admitted soon after', async () => {
  const value = newValue()
  expect(await use(value)).toBe('401 credential_unknown')
  await world.mine('POST /keys/import', asked(value))
  await until(async () => (await use(value)) === '200')
})

test('the same key is imported once, by whomever, also at the same time', async () => {
  const value = newValue()
  const calls = [world.mine, world.theirs, world.mine, world.theirs].map((call) =>
    call('POST /keys/import', asked(value)),
  )
  const statuses = (await Promise.all(calls)).map(({ status }) => String(status))
  expect(statuses.toSorted()).toEqual(['201', '409', '409', '409'])
  await untouched(world.edge, async () => {
    for (const call of [world.mine, world.theirs]) {
      const again = await call('POST /keys/import', asked(value, { name: 'again' }))
      expect([again.status, again.reason]).toEqual([409, 'already_imported'])
      expect(again.text).not.toContain(sha256(value))
    }
  })
})

test('a key that was deleted by SQL is no more, and can be imported again', async () => {
  const value = newValue()
  const { body } = await world.mine<KeyBody>('POST /keys/import', asked(value))
  await world.edge.sql(`DELETE FROM credentials WHERE id = '${body.id}'`)
  await world.edge.sync()
  expect(await use(value)).toBe('401 credential_unknown')
  const again = await world.mine<KeyBody>('POST /keys/import', asked(value))
  expect(again.status).toBe(201)
  await until(async () => (await use(value)) === '200')
})

test('a key that was revoked is not imported again, not even after its row was deleted', async () => {
  const value = newValue()
  const { body } = await world.mine<KeyBody>('POST /keys/import', asked(value))
  await world.mine(`POST /keys/${body.id}/revoke`)
  const again = async () => {
    const { status, reason } = await world.theirs('POST /keys/import', asked(value))
    expect([status, reason]).toEqual([409, 'already_imported'])
  }
  await again()
  await world.edge.sql(`DELETE FROM credentials WHERE id = '${body.id}'`)
  await again()
})

test('a prefix that was not configured is neither imported nor looked up', async () => {
  const value = `pk_live_${'x'.repeat(32)}`
  const answer = await world.mine('POST /keys/import', { ...asked(value), prefix: 'pk_live_' })
  expect(answer.status).toBe(400)
  expect(await use(value)).toBe('401 credential_invalid')
})
