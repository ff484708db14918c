// The first request of an isolate with a key: its guard is asked while the record is read, and what was
// debited for nothing is given back. Records are held back here, everything else is real.

import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'

import { guardName } from '../../src/guard/name.ts'
import { credentialId } from '../../src/credentials/digest.ts'
import { counting } from './counting.ts'
import { outcome, startIsolate } from './isolate.ts'
import { applySchema, generationsIn, makeOrganization, mint, run, type Minted } from './rows.ts'

const READ = '/api/v1/sessions'
const PLAN = [{ name: 'plan', quota: 1_000, windowSeconds: 60 }]

let organization = ''
let key: Minted
const remaining = async () => {
  const [plan] = await env.KEY_GUARD.getByName(guardName(key.id)).peek(PLAN)
  return plan?.remaining
}

beforeAll(applySchema)
beforeEach(async () => {
  organization = await makeOrganization()
  key = await mint(organization, 'secret')
  const warm = await startIsolate()
  expect(outcome(await warm.call(READ, { key: key.value }))).toBe('200')
  expect(await remaining()).toBe(999)
})

it('a minted key tells its id', async () => {
  const row = await env.DB.prepare('SELECT digest FROM credentials WHERE id = ?')
    .bind(key.id)
    .first()
  expect(await credentialId(String(row?.['digest']))).toBe(key.id)
})

it('the guard has answered before the record is there, and is not asked again', async () => {
  const order: string[] = []
  const { bindings, calls } = counting()
  const real = bindings.RECORDS ?? env.RECORDS
  const RECORDS = {
    async get(name: string, type: 'json') {
      await vi.waitUntil(async () => (await remaining()) === 998)
      order.push('record')
      return await real.get(name, type)
    },
    put: real.put.bind(real),
  } as unknown as KVNamespace
  const cold = await startIsolate({ ...bindings, RECORDS })
  expect(outcome(await cold.call(READ, { key: key.value }))).toBe('200')
  expect(order).toStrictEqual(['record'])
  expect(calls.take()).toMatchObject({ 'guard.admitAhead': 1, 'kv.get': 1 })
  expect(await remaining()).toBe(998)
})

describe('what was debited ahead is given back', () => {
  it.each<[string, () => Promise<unknown>, string, string, number]>([
    ['where the record refuses', async () => {}, 'DELETE', '403 scope_missing', 999],
    [
      'where the record is revoked',
      () => run(`UPDATE credentials SET revoked_at = 1 WHERE id = '${key.id}'`),
      'GET',
      '401 key_revoked',
      999,
    ],
    [
      'where the record asks for another quota, which then counts',
      () => run(`UPDATE credentials SET quotas = '{"plan":500}' WHERE id = '${key.id}'`),
      'GET',
      '200',
      998,
    ],
  ])('%s', async (_case, change, method, expected, left) => {
    await change()
    // The memo of the isolate is empty, and KV has not the change: what the guard says is newer or older.
    await env.RECORDS.list().then(({ keys }) =>
      Promise.all(keys.map(({ name }) => env.RECORDS.delete(name))),
    )
    const cold = await startIsolate()
    const path = method === 'DELETE' ? '/api/v1/webhooks/w_1' : READ
    expect(outcome(await cold.call(path, { method, key: key.value }))).toBe(expected)
    await vi.waitFor(async () => expect(await remaining()).toBe(left))
  })

  it('and nothing is debited ahead where little is left', async () => {
    const guard = env.KEY_GUARD.getByName(guardName(key.id))
    const generation = (await generationsIn('generations')).get(key.id) ?? 0
    await guard.admit({ generation, limits: PLAN, want: 980 })
    expect(await guard.admitAhead(['plan'])).toMatchObject({ debited: null })
    expect(await remaining()).toBe(19)
  })

  it('nor before the guard has been asked on the newest generation', async () => {
    const guard = env.KEY_GUARD.getByName(guardName(key.id))
    const generation = Date.now() + 60_000
    await guard.fence(generation)
    expect(await guard.admitAhead(['plan'])).toStrictEqual({ generation, debited: null })
    expect(await guard.admitAhead(['plan', 'sessions'])).toMatchObject({ debited: null })
    expect(await remaining()).toBe(999)
  })
})

it('many first requests at once share one load, and all are admitted', async () => {
  const { bindings, calls } = counting()
  const cold = await startIsolate(bindings)
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => cold.call(READ, { key: key.value })),
  )
  expect(answers.map(outcome)).toStrictEqual(Array(50).fill('200'))
  expect(calls.take()).toMatchObject({ 'guard.admitAhead': 1, 'kv.get': 1 })
})

it('a load that hangs holds the others up for a second, no longer', async () => {
  let gets = 0
  const RECORDS = {
    get: (name: string, type: 'json') =>
      gets++ === 0 ? new Promise(() => {}) : env.RECORDS.get(name, type),
    put: async () => {},
  } as unknown as KVNamespace
  const cold = await startIsolate({ RECORDS })
  void cold.call(READ, { key: key.value })
  expect(outcome(await cold.call(READ, { key: key.value }))).toBe('200')
  expect(gets).toBe(2)
})
