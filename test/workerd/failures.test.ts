// Promise 5: nothing is ever admitted because something failed. One real binding at a time is
// replaced by one that throws, hangs or has had enough.

import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'

import { shipped } from '../../src/catalog.ts'
import type { Bindings } from './bindings.ts'
import { placeOf } from '../../src/credentials/record.ts'
import { UNREPORTED_FAILURES } from '../../src/gate/failures.ts'
import { askGuard, GUARD_DEADLINE_MS } from '../../src/guard/ask.ts'
import { createGate } from '../../src/gate/worker.ts'
import { counting } from './counting.ts'
import { outcome, requestOf, startIsolate } from './isolate.ts'
import { applySchema, makeOrganization, mint, run } from './rows.ts'

const READ = '/api/v1/sessions/s_1'
const START = Math.ceil(Date.now() / 1000) * 1000
const upstream = vi.spyOn(globalThis, 'fetch')

const hanging = () => new Promise<never>(() => {})
const failing = () => Promise.reject(new Error('down'))

/** Every method of it rejects, as that of a service that is down. */
function down(): never {
  return new Proxy({}, { get: () => failing }) as never
}

/** D1 whose statements reject. */
function databaseDown(): D1Database {
  const statement = { bind: () => statement, first: failing, all: failing, run: failing }
  const session = { prepare: () => statement, withSession: () => session }
  return session as unknown as D1Database
}

/** Guards that are there, and do what `answer` does when they are called. */
function guards(answer: () => Promise<never>): Bindings['KEY_GUARD'] {
  const stub = { admit: answer, confirm: answer, fence: answer }
  return { getByName: () => stub } as unknown as Bindings['KEY_GUARD']
}

let organization = ''

beforeAll(async () => {
  await applySchema()
  organization = await makeOrganization()
})
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: START })
  vi.spyOn(console, 'error').mockImplementation(() => {})
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  upstream.mockClear()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('KV is down', () => {
  it('D1 is read instead, and the write that fails changes nothing', async () => {
    const { value: key } = await mint(organization, 'secret')
    const { bindings, calls } = counting({ RECORDS: down() })
    const isolate = await startIsolate(bindings)
    expect(outcome(await isolate.call(READ, { key }))).toBe('200')
    expect(calls.take()).toMatchObject({ 'kv.get': 1, 'd1.first': 1, 'kv.put': 1 })
  })

  it('what KV holds is not JSON: D1 is read instead', async () => {
    const { value: key, digest } = await mint(organization, 'secret')
    await env.RECORDS.put(placeOf({ by: 'digest', value: digest ?? '' }), '{"readAt":')
    expect(outcome(await (await startIsolate()).call(READ, { key }))).toBe('200')
  })

  it.each([
    ['grants nothing of what it says in another form', { scopes: 'sessions:read' }],
    ['grants nothing of what it says in part', { organizationSuspendedAt: undefined }],
    ['is of another place', { place: 'record:0:id:key_1' }],
  ])('what KV holds %s: D1 is read instead, and KV put right', async (_, change) => {
    const { value: key, digest } = await mint(organization, 'secret')
    await (await startIsolate()).call(READ, { key })
    const place = placeOf({ by: 'digest', value: digest ?? '' })
    const record = await env.RECORDS.get<object>(place, 'json')
    await env.RECORDS.put(place, JSON.stringify({ ...record, ...change }))
    const { bindings, calls } = counting()
    expect(outcome(await (await startIsolate(bindings)).call(READ, { key }))).toBe('200')
    expect(calls.take()).toMatchObject({ 'kv.get': 1, 'd1.first': 1, 'kv.put': 1 })
    expect(await env.RECORDS.get<object>(place, 'json')).toStrictEqual({
      ...record,
      readAt: expect.any(Number) as unknown,
    })
  })

  it('what KV holds of another credential is not used in this one’s place', async () => {
    const [narrow, wide] = [await mint(organization, 'secret'), await mint(organization, 'secret')]
    await run(`UPDATE credentials SET scopes = '[]' WHERE id = '${narrow.id}'`)
    for (const { value: key } of [narrow, wide]) await (await startIsolate()).call(READ, { key })
    const [from, to] = [wide, narrow].map(({ digest }) =>
      placeOf({ by: 'digest', value: digest ?? '' }),
    )
    await env.RECORDS.put(to ?? '', (await env.RECORDS.get(from ?? '')) ?? '')
    const isolate = await startIsolate()
    expect(outcome(await isolate.call(READ, { key: narrow.value }))).toBe('403 scope_missing')
  })
})

describe('D1 is down', () => {
  it('a key in the memo goes on, and so does one in KV', async () => {
    const { value: key } = await mint(organization, 'secret')
    await (await startIsolate()).call(READ, { key })
    const isolate = await startIsolate({ DB: databaseDown() })
    expect(outcome(await isolate.call(READ, { key }))).toBe('200')
    expect(outcome(await isolate.call(READ, { key }))).toBe('200')
  })

  it('a key that is nowhere else: 503, not forwarded, and not taken for unknown', async () => {
    const { value: key } = await mint(organization, 'secret')
    const isolate = await startIsolate({ DB: databaseDown() })
    for (let i = 0; i < 2; i++) {
      const response = await isolate.call(READ, { key })
      expect(outcome(response)).toBe('503 records_unreachable')
      expect(response.headers.get('retry-after')).toBe('1')
    }
    expect(upstream).not.toHaveBeenCalled()
  })

  it('a known key whose guard says stale: 503, because what is known is too old', async () => {
    const { id, value: key } = await mint(organization, 'secret')
    await (await startIsolate()).call(READ, { key })
    const isolate = await startIsolate({ DB: databaseDown() })
    expect(outcome(await isolate.call(READ, { key }))).toBe('200')
    upstream.mockClear()
    await env.KEY_GUARD.getByName(`v1:${id}`).fence(Date.now() + 60_000)
    expect(outcome(await isolate.call(READ, { key }))).toBe('503 records_unreachable')
    expect(upstream).not.toHaveBeenCalled()
  })
})

describe('the guard is down', () => {
  it('it throws: 503 and Retry-After: 1, not forwarded', async () => {
    const { value: key } = await mint(organization, 'secret')
    const isolate = await startIsolate({ KEY_GUARD: guards(failing) })
    const response = await isolate.call(READ, { key })
    expect(outcome(response)).toBe('503 guard_unreachable')
    expect(response.headers.get('retry-after')).toBe('1')
    expect(upstream).not.toHaveBeenCalled()
  })

  it('it does not answer: the same, once the deadline has passed', async () => {
    const { value: key } = await mint(organization, 'secret')
    const asked = Promise.withResolvers<void>()
    const never = () => (asked.resolve(), hanging())
    const isolate = await startIsolate({ KEY_GUARD: guards(never) })
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: START })
    let settled = false
    const answered = isolate.call(READ, { key }).finally(() => (settled = true))
    await asked.promise
    await vi.advanceTimersByTimeAsync(GUARD_DEADLINE_MS - 1)
    expect(settled).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(outcome(await answered)).toBe('503 guard_unreachable')
    expect(upstream).not.toHaveBeenCalled()
  })

  it('a refusal that cannot be confirmed stands', async () => {
    const { value: key } = await mint(organization, 'secret')
    const isolate = await startIsolate({ KEY_GUARD: guards(failing) })
    await isolate.call(READ, { key })
    vi.setSystemTime(START + 5_000)
    const response = await isolate.call('/api/v1/webhooks/w_1', { key, method: 'DELETE' })
    expect(outcome(response)).toBe('403 scope_missing')
  })

  it('asking ends at its deadline, and what comes later is not waited for', async () => {
    const answer = await askGuard({ KEY_GUARD: guards(hanging) }, 'key_1', (g) => g.fence(1), 5)
    expect(answer).toStrictEqual({ ok: false, error: 'unreachable' })
  })

  it('no guard at all is unreachable, not an exception', async () => {
    const none = {
      getByName: () => {
        throw new Error('no such namespace')
      },
    }
    const namespace = none as unknown as Bindings['KEY_GUARD']
    const answer = await askGuard({ KEY_GUARD: namespace }, 'key_1', (guard) => guard.fence(1))
    expect(answer).toStrictEqual({ ok: false, error: 'unreachable' })
  })
})

const minute = () => Math.floor(vi.getRealSystemTime() / 60_000)

/** The binding's minutes are those of the real clock: what a turn of it has cut in two is done again. */
async function inOneMinute<T>(work: (attempt: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const began = minute()
    const done = await work(attempt)
    if (minute() === began) return done
  }
}

describe('failed authentications', () => {
  const garbage = { key: 'garbage' }

  it('are refused as such when they cannot be counted', async () => {
    const isolate = await startIsolate({ AUTH_FAILURES: down() })
    expect(outcome(await isolate.call(READ, garbage))).toBe('401 credential_invalid')
  })

  it('of one address, an IPv6 /64 counting as one, end in 429; others go on', async () => {
    const isolate = await startIsolate()
    const from = (address: string) => isolate.call(READ, { ...garbage, address })
    const { net, tripped } = await inOneMinute(async (attempt) => {
      const within = `2001:db8:${attempt}:1`
      for (let i = 0; i <= UNREPORTED_FAILURES; i++) {
        expect(outcome(await from(`${within}::1`))).toBe('401 credential_invalid')
      }
      // What wrangler.toml allows in a minute, less the one that was reported above.
      const key = `${within}::/64`
      await Promise.all(Array.from({ length: 1198 }, () => env.AUTH_FAILURES.limit({ key })))
      expect(outcome(await from(`${within}::2`))).toBe('401 credential_invalid')
      return { net: within, tripped: await from(`${within}:ffff::3`) }
    })
    expect(outcome(tripped)).toBe('429 authentication_failures')
    expect(Number(tripped.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    expect(outcome(await from('2001:db8:0:2::1'))).toBe('401 credential_invalid')
    const { value } = await mint(organization, 'secret')
    const valid = { key: value, address: `${net}::4` }
    expect(outcome(await isolate.call(READ, valid))).toBe('200')
  })

  it('asks the limiter about those that fail again and again, and not while they are exhausted', async () => {
    let asked = 0
    const limit = async () => ({ success: ++asked < 3 })
    const isolate = await startIsolate({ AUTH_FAILURES: { limit } })
    const fail = async () => outcome(await isolate.call(READ, garbage))
    for (let i = 0; i < UNREPORTED_FAILURES + 2; i++) expect(await fail()).toMatch(/^401/)
    expect(asked).toBe(2)
    for (let i = 0; i < 50; i++) expect(await fail()).toBe('429 authentication_failures')
    expect(asked).toBe(3)
  })
})

describe('the configuration is wrong', () => {
  it.each([
    'DB',
    'RECORDS',
    'KEY_GUARD',
    'CONTROL',
    'AUTH_FAILURES',
    'KEY_PEPPER',
    'SIGNING_KEYS',
    'ISSUER',
  ])('without %s every request is refused with 503, and none forwarded', async (name) => {
    const worker = createGate(shipped)
    const { [name]: _, ...rest } = { ...env } as Record<string, unknown>
    const { value: key } = await mint(organization, 'secret')
    const ctx = { waitUntil: () => {} } as unknown as ExecutionContext
    for (const path of [READ, '/edge/health']) {
      const request = requestOf(path, { key })
      const response = await worker.fetch(request, rest as unknown as Bindings, ctx)
      expect(outcome(response)).toBe('503 misconfigured')
      expect(await response.text()).not.toContain(name)
    }
    expect(upstream).not.toHaveBeenCalled()
  })
})

it('a row that cannot be read refuses, and is not forwarded', async () => {
  const { id, value: key } = await mint(organization, 'secret')
  await run(`UPDATE credentials SET scopes = '[1]' WHERE id = '${id}'`)
  expect(outcome(await (await startIsolate()).call(READ, { key }))).toBe('403 record_unreadable')
  expect(upstream).not.toHaveBeenCalled()
})
