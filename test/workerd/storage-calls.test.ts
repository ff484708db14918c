// What a request costs in storage, counted on the real bindings.

import { listDurableObjectIds, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { SignJWT } from 'jose'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'

import { ASKS_PER_SECOND } from '../../src/guard/ask-budget.ts'
import { TELL_ALONE_MS } from '../../src/guard/lease.ts'
import { guardName } from '../../src/guard/name.ts'
import { publishPending } from '../../src/guard/publish.ts'
import { JWT_KEY_TYP } from '../../src/credentials/jwt.ts'
import { MEMO_MAX_AGE_MS, UNKNOWN_FOR_MS } from '../../src/gate/memo.ts'
import { generateSigningKey, loadSigningKeys } from '../../src/credentials/signing-keys.ts'
import { counting, type Calls } from './counting.ts'
import { ORIGIN, outcome, startIsolate, type Isolate } from './isolate.ts'
import { applySchema, makeOrganization, mint, run, signingKeys, type Minted } from './rows.ts'

const READ = '/api/v1/sessions/s_1'
const START = Math.ceil(Date.now() / 1000) * 1000
const upstream = vi.spyOn(globalThis, 'fetch')

let organization = ''
let isolate: Isolate
let calls: Calls

const at = (ms: number) => vi.setSystemTime(START + ms)

beforeAll(async () => {
  await applySchema()
  organization = await makeOrganization()
})
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: START })
  upstream.mockClear()
  const counted = counting()
  calls = counted.calls
  isolate = await startIsolate(counted.bindings)
})
afterEach(() => {
  vi.useRealTimers()
})

const swapped = (text: string, i: number): string =>
  text.slice(0, i) + (text[i] === 'a' ? 'b' : 'a') + text.slice(i + 1)

describe('a string that we did not mint costs no read of KV, D1 or a guard', () => {
  const forms: readonly [string, (live: string) => string][] = [
    ['a tag with another last character', (live) => swapped(live, live.length - 1)],
    ['a tag with another first character', (live) => swapped(live, live.length - 6)],
    ['another random part', (live) => swapped(live, 12)],
    ['a live key renamed to sandbox', (live) => live.replace('_live_', '_sandbox_')],
    ['a secret key renamed to publishable', (live) => live.replace('vk_', 'vk_pub_')],
    ['another brand', (live) => live.replace('vk_', 'xx_')],
    ['one character less', (live) => live.slice(0, -1)],
    ['one character more', (live) => `${live}a`],
    ['a prefix alone', () => 'vk_live_'],
    ['nothing', () => ''],
    ['a space', () => 'vk live'],
    ['SQL', () => "vk_live_' OR 1=1 --"],
    ['very long', () => `vk_live_${'A'.repeat(8000)}`],
  ]
  it.each(forms)('%s', async (_form, forge) => {
    const { value } = await mint(organization, 'secret')
    const guards = await listDurableObjectIds(env.KEY_GUARD)
    const response = await isolate.call(READ, { headers: { 'x-api-key': forge(value) } })
    expect(outcome(response)).toBe('401 credential_invalid')
    expect(calls.take()).toStrictEqual({})
    expect(await listDurableObjectIds(env.KEY_GUARD)).toHaveLength(guards.length)
    expect(upstream).not.toHaveBeenCalled()
  })

  it('a secret key as a bearer token, and an access token as an API key', async () => {
    const secret = await mint(organization, 'secret')
    const headers = { authorization: `Bearer ${secret.value}` }
    expect(outcome(await isolate.call(READ, { headers }))).toBe('401 credential_invalid')
    const token = await mint(organization, 'access_token', { stored: false })
    const misplaced = { headers: { 'x-api-key': token.value } }
    expect(outcome(await isolate.call(READ, misplaced))).toBe('401 credential_invalid')
    expect(calls.take()).toStrictEqual({})
  })

  it('no credential costs nothing at all, two of them neither', async () => {
    expect(outcome(await isolate.call(READ))).toBe('401 credential_missing')
    const both = { 'x-api-key': 'a', authorization: 'Bearer b' }
    expect(outcome(await isolate.call(READ, { headers: both }))).toBe('400 credential_multiple')
    expect(calls.take()).toStrictEqual({})
  })

  describe('a JWT', () => {
    const seconds = START / 1000
    const forge = async (over: object, foreign = false): Promise<string> => {
      const ours = await signingKeys()
      const signer = foreign ? await loadSigningKeys([await generateSigningKey()]) : ours
      const { id } = await mint(organization, 'jwt')
      const claims = {
        iss: ORIGIN,
        aud: ORIGIN,
        sub: id,
        jti: id,
        iat: seconds,
        exp: seconds + 60,
        org: organization,
        env: 'live',
        products: ['document_verification'],
        ...over,
      }
      return await new SignJWT(claims)
        .setProtectedHeader({ alg: 'EdDSA', typ: JWT_KEY_TYP, kid: ours.kid })
        .sign(signer.privateKey)
    }
    const path = '/document-processing'

    it('as it should be is forwarded, so that the others fail for their flaw alone', async () => {
      const key = await forge({})
      expect(outcome(await isolate.call(path, { method: 'POST', key }))).toBe('200')
      expect(calls.take()).toMatchObject({ 'kv.get': 1, 'd1.first': 1, 'guard.admit': 1 })
    })

    it.each([
      ['signed by another key under our kid', {}, true],
      ['of an issuer that nobody trusts', { iss: 'https://evil.example' }, false],
      ['for another audience', { aud: 'https://other.example' }, false],
      ['with a product that is not there', { products: ['*'] }, false],
    ])('%s', async (_flaw, over, foreign) => {
      const key = await forge(over, foreign)
      const response = await isolate.call(path, { method: 'POST', key })
      expect(outcome(response)).toBe('401 credential_invalid')
      expect(calls.take()).toStrictEqual({})
    })

    it('of ours that has expired is told so, without a look at its record', async () => {
      const key = await forge({ exp: seconds })
      const response = await isolate.call(path, { method: 'POST', key })
      expect(outcome(response)).toBe('401 key_expired')
      expect(calls.take()).toStrictEqual({})
    })
  })
})

describe('a known key', () => {
  let secret: Minted
  beforeEach(async () => {
    secret = await mint(organization, 'secret')
  })

  it('never used: one KV get, one D1 query, its guard beside them and after, and KV is filled', async () => {
    expect(outcome(await isolate.call(READ, { key: secret.value }))).toBe('200')
    expect(calls.take()).toStrictEqual({
      'guard.admitAhead': 1,
      'kv.get': 1,
      'd1.first': 1,
      'guard.admit': 1,
      'kv.put': 1,
    })
    const other = counting()
    const cold = await startIsolate(other.bindings)
    expect(outcome(await cold.call(READ, { key: secret.value }))).toBe('200')
    expect(other.calls.take()).toStrictEqual({ 'guard.admitAhead': 1, 'kv.get': 1 })
  })

  it('warm: no KV and no D1 for an hour', async () => {
    await isolate.call(READ, { key: secret.value })
    calls.take()
    for (const ms of [0, 1_000, 600_000, MEMO_MAX_AGE_MS - 1]) {
      at(ms)
      expect(outcome(await isolate.call(READ, { key: secret.value }))).toBe('200')
      expect(calls.take()).toStrictEqual({ 'guard.admit': 1 })
    }
    at(MEMO_MAX_AGE_MS)
    await isolate.call(READ, { key: secret.value })
    expect(calls.take()).toStrictEqual({ 'guard.admitAhead': 1, 'kv.get': 1 })
  })

  it('a flood of refusals asks the guard so often a second and no more', async () => {
    const refused = { key: secret.value, method: 'DELETE' }
    const path = '/api/v1/webhooks/w_1'
    expect(outcome(await isolate.call(path, refused))).toBe('403 scope_missing')
    expect(calls.take()).toStrictEqual({
      'guard.admitAhead': 1,
      'kv.get': 1,
      'd1.first': 1,
      'kv.put': 1,
    })
    for (const second of [1, 2]) {
      at(second * 1_000)
      for (let i = 0; i < 3 * ASKS_PER_SECOND; i++) await isolate.call(path, refused)
      expect(calls.take()).toStrictEqual({ 'guard.confirm': ASKS_PER_SECOND })
    }
    expect(upstream).not.toHaveBeenCalled()
  })
})

describe('a busy key', () => {
  let secret: Minted
  beforeEach(async () => {
    // Leases end by the clock that the test sets, never by how long the test takes.
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: START })
    secret = await mint(organization, 'secret')
    await run(`UPDATE credentials SET quotas = '{"plan":100000}' WHERE id = '${secret.id}'`)
    // The record is in the memo, and that is all that is known of it.
    expect(outcome(await isolate.call(READ, { key: secret.value }))).toBe('200')
    calls.take()
    at(60_000)
  })

  /** As many requests, one each so many ms; what was left after each. */
  async function steady(count: number, everyMs: number): Promise<number[]> {
    const remaining: number[] = []
    for (let i = 0; i < count; i++) {
      at(60_000 + i * everyMs)
      const response = await isolate.call(READ, { key: secret.value })
      expect(outcome(response)).toBe('200')
      remaining.push(Number(response.headers.get('x-ratelimit-remaining')))
    }
    return remaining
  }

  it('asks its guard with one request in fifteen at most, and nothing else', async () => {
    await steady(300, 3)
    const { 'guard.admit': asked = 0, ...others } = calls.take()
    expect(asked).toBeLessThanOrEqual(300 / 15)
    expect(others).toStrictEqual({})
    expect(upstream).toHaveBeenCalledTimes(301)
  })

  it('with many clients at once, one in ten', async () => {
    const clients = Array.from({ length: 20 }, async () => {
      for (let i = 0; i < 30; i++) {
        expect(outcome(await isolate.call(READ, { key: secret.value }))).toBe('200')
      }
    })
    await Promise.all(clients)
    const { 'guard.admit': asked = 0, ...others } = calls.take()
    // The first of each client go before there is a lease.
    expect(asked).toBeLessThanOrEqual(600 / 10)
    expect(others).toStrictEqual({})
  })

  it('is told what is left, to the request, whether that is of a lease or not', async () => {
    const remaining = await steady(300, 0)
    expect(remaining).toStrictEqual(Array.from({ length: 300 }, (_, i) => 100_000 - 1 - i))
    expect(calls.take()['guard.admit']).toBeLessThan(30)
  })

  it('with time passing never more than is left, and hardly less', async () => {
    const remaining = await steady(300, 3)
    // What an ended lease still held is not counted until its guard has it back.
    remaining.forEach((left, i) => {
      expect(left).toBeLessThanOrEqual(100_000 - 1 - i)
      expect(left).toBeGreaterThanOrEqual(100_000 - 1 - i - 100)
    })
  })

  it('up to its quota, and not one more', async () => {
    await run(`UPDATE credentials SET quotas = '{"plan":500}' WHERE id = '${secret.id}'`)
    // Publishing waits for the lease that is out, by a timer.
    vi.useFakeTimers({ toFake: ['Date'], now: START + 60_000 })
    expect((await publishPending(env)).enforced_at).not.toBeNull()
    upstream.mockClear()
    calls.take()
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: START + 120_000 })
    const outcomes = []
    for (let i = 0; i < 520; i++) {
      outcomes.push(outcome(await isolate.call(READ, { key: secret.value })))
    }
    expect(outcomes.filter((one) => one === '200')).toHaveLength(500)
    expect(outcomes.slice(500)).toStrictEqual(Array(20).fill('429 rate_limited'))
    expect(upstream).toHaveBeenCalledTimes(500)
  })

  it('of a call every tenth of a second: one ask in four at most', async () => {
    await steady(40, 100)
    const { 'guard.admit': asked = 0, ...others } = calls.take()
    expect(asked).toBeLessThanOrEqual(10)
    expect(others).toStrictEqual({})
  })

  it('of a call in more than a second: one ask each, and no lease', async () => {
    // What burst before is told by the first, and is no rate any more.
    await steady(1, TELL_ALONE_MS + 1_000)
    calls.take()
    await steady(30, 1_100)
    expect(calls.take()).toStrictEqual({ 'guard.admit': 30 })
    expect((await env.KEY_GUARD.getByName(guardName(secret.id)).fence(0)).waitMs).toBe(0)
  })
})

describe('a key that is well-formed and tagged, but of no row', () => {
  it('is read once, then remembered as unknown, and leaves nothing in a guard', async () => {
    const { id, value } = await mint(organization, 'secret', { stored: false })
    for (let i = 0; i < 10; i++) {
      expect(outcome(await isolate.call(READ, { key: value }))).toBe('401 credential_unknown')
    }
    const once = { 'guard.admitAhead': 1, 'kv.get': 1, 'd1.first': 1 }
    expect(calls.take()).toStrictEqual(once)
    at(UNKNOWN_FOR_MS)
    await isolate.call(READ, { key: value })
    expect(calls.take()).toMatchObject(once)
    const left = await runInDurableObject(
      env.KEY_GUARD.getByName(guardName(id)),
      (_, { storage }) => [...storage.kv.list()],
    )
    expect(left).toStrictEqual([])
  })

  it('is known two seconds after its row was made, at the latest', async () => {
    const { value, digest } = await mint(organization, 'secret', { stored: false })
    await isolate.call(READ, { key: value })
    const { id } = await mint(organization, 'secret')
    await env.DB.prepare('UPDATE credentials SET digest = ? WHERE id = ?').bind(digest, id).run()
    at(UNKNOWN_FOR_MS - 1)
    expect(outcome(await isolate.call(READ, { key: value }))).toBe('401 credential_unknown')
    at(UNKNOWN_FOR_MS)
    expect(outcome(await isolate.call(READ, { key: value }))).toBe('200')
  })
})

/** The first of ten, a second and a tenth apart before the flood, has left its minute. */
const FREE_AGAIN_S = 48
const createSession = (key: string) => isolate.call('/api/v1/sessions', { method: 'POST', key })

describe('over the limit', () => {
  it('a flood asks the guard so often a second and no more', async () => {
    const { value } = await mint(organization, 'publishable')
    // Too slow for a lease, which would tell less of what the guard is asked.
    for (let i = 0; i <= 10; i++) {
      at((i - 11) * 1_100 + 100)
      const expected = i < 10 ? '200' : '429 rate_limited'
      expect(outcome(await createSession(value))).toBe(expected)
    }
    expect(calls.take()).toMatchObject({ 'guard.admit': 11 })
    for (let second = 0; second < 3; second++) {
      for (let i = 0; i < 100; i++) {
        at(second * 1_000 + i * 10)
        const response = await createSession(value)
        expect(outcome(response)).toBe('429 rate_limited')
        expect(response.headers.get('retry-after')).toBe(String(FREE_AGAIN_S - second))
      }
      expect(calls.take()).toStrictEqual({ 'guard.admit': ASKS_PER_SECOND })
    }
    expect(upstream).toHaveBeenCalledTimes(10)
    at(FREE_AGAIN_S * 1_000)
    expect(outcome(await createSession(value))).toBe('200')
  })
})

it('a preflight touches nothing', async () => {
  const headers = { origin: 'https://app.example.com', 'access-control-request-method': 'POST' }
  const response = await isolate.call('/api/v1/sessions', { method: 'OPTIONS', headers })
  expect(response.status).toBe(204)
  expect(calls.take()).toStrictEqual({})
  expect(upstream).not.toHaveBeenCalled()
})
