// What the management API costs its caller: questions have a limit of their own, refused calls give back
// what they took, and neither is without an end.

import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'

import { guardName } from '../../src/guard/name.ts'
import { ASKING, REFUSED, VERIFYING } from '../../src/catalog/own-limits.ts'
import { someEvent } from '../audit/events.ts'
import { emptyAccounts, takeIn } from './accounts-tables.ts'
import { person, startWorld } from './control-world.ts'
import { outcome, startIsolate, type Isolate } from './isolate.ts'
import { applySchema, makeOrganization, mint, run, type Minted } from './rows.ts'

const START = Math.ceil(Date.now() / 1000) * 1000
const PLAN = { name: 'plan', quota: 1_000, windowSeconds: 60 }
const READ = '/api/v1/sessions/s_1'
const NO_KEY = '/edge/v1/keys/key_0'

let organization: string
let key: Minted
let isolate: Isolate
const at = (ms: number) => vi.setSystemTime(START + ms)
const guard = () => env.KEY_GUARD.getByName(guardName(key.id))
const remaining = async (limit = PLAN) => (await guard().peek([limit]))[0]?.remaining
/** Whatever generation the guard began with. */
const spend = async (want: number): Promise<void> => {
  const answer = await guard().admit({ generation: 1, fresh: true, limits: [PLAN], want })
  expect(answer.verdict).toBe('granted')
}
const call = (path: string, method = 'GET') => isolate.call(path, { key: key.value, method })
const outcomeOf = async (path: string) => outcome(await call(path))

beforeAll(applySchema)
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: START })
  organization = await makeOrganization()
  key = await mint(organization, 'secret')
  const scopes = JSON.stringify(['sessions:read', 'keys:read', 'keys:write', 'audit:read'])
  await run(`UPDATE credentials SET scopes = '${scopes}' WHERE id = '${key.id}'`)
  isolate = await startIsolate()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('whoami and rate-limits', () => {
  it('have sixty calls a minute between them, then 429 with Retry-After; the plan is untouched', async () => {
    for (let i = 0; i < ASKING.quota / 2; i++) {
      expect(await outcomeOf('/edge/v1/whoami')).toBe('200')
      expect(await outcomeOf('/edge/v1/rate-limits')).toBe('200')
    }
    at(1_000)
    for (const path of ['/edge/v1/whoami', '/edge/v1/rate-limits']) {
      const refused = await call(path)
      expect(outcome(refused)).toBe('429 rate_limited')
      expect(refused.headers.get('retry-after')).toBe('59')
    }
    expect(await remaining()).toBe(PLAN.quota)
    expect(await outcomeOf(READ)).toBe('200')
    at(60_000)
    expect(await outcomeOf('/edge/v1/whoami')).toBe('200')
  })

  it('go on when the plan is exhausted', async () => {
    await spend(PLAN.quota)
    expect(await outcomeOf(READ)).toBe('429 rate_limited')
    expect(await outcomeOf('/edge/v1/whoami')).toBe('200')
  })
})

describe('a management call that is refused', () => {
  it.each<[string, string, string, string]>([
    ['for what is not there', 'GET', NO_KEY, '404 not_found'],
    ['for a field', 'GET', '/edge/v1/keys?limit=x', '400 request_invalid'],
    ['for a body that is none', 'POST', '/edge/v1/keys', '400 request_invalid'],
  ])('%s gives back what it took, and says so', async (_why, method, path, expected) => {
    expect(outcome(await call('/edge/v1/keys'))).toBe('200')
    for (let i = 0; i < 3; i++) {
      const refused = await call(path, method)
      expect(outcome(refused)).toBe(expected)
      expect(refused.headers.get('x-ratelimit-remaining')).toBe(String(PLAN.quota - 1))
    }
    expect(await remaining()).toBe(PLAN.quota - 1)
  })

  it('as the first of an isolate, too', async () => {
    await call(READ)
    const cold = await startIsolate()
    expect(outcome(await cold.call(NO_KEY, { key: key.value }))).toBe('404 not_found')
    expect(await remaining()).toBe(PLAN.quota - 1)
  })

  it('of a key that is busy elsewhere, too: the guard is asked, and no lease is used', async () => {
    for (let i = 0; i < 20; i++) await call(READ)
    const before = Number((await call(NO_KEY)).headers.get('x-ratelimit-remaining'))
    for (let i = 0; i < 5; i++) {
      const refused = await call(NO_KEY)
      expect(Number(refused.headers.get('x-ratelimit-remaining'))).toBe(before)
    }
  })

  it('costs what others do beyond sixty a minute: a flood of them ends', async () => {
    const outcomes = new Map<string, number>()
    await spend(PLAN.quota - 30)
    for (let i = 0; i < REFUSED.quota + 40; i++) {
      const one = await outcomeOf(NO_KEY)
      outcomes.set(one, (outcomes.get(one) ?? 0) + 1)
    }
    expect(Object.fromEntries(outcomes)).toStrictEqual({
      '404 not_found': REFUSED.quota + 30,
      '429 rate_limited': 10,
    })
  })

  it.each<[string, number, number]>([
    ['is lost on its way counts once, until it has left the window', 0, PLAN.quota - 2],
    ['arrives twice, and its answer is lost, gives back no more than was taken', 2, PLAN.quota - 1],
  ])('whose giving back %s', async (_fault, deliveries, left) => {
    await call('/edge/v1/keys')
    const lossy = new Proxy(env.KEY_GUARD, {
      get: () => (name: string) => {
        const real = env.KEY_GUARD.getByName(name)
        return {
          admitAhead: (names: readonly string[]) => real.admitAhead(names),
          async giveBack(debit: number) {
            for (let i = 0; i < deliveries; i++) await real.giveBack(debit)
            throw new Error('lost')
          },
        }
      },
    })
    vi.spyOn(console, 'error').mockImplementationOnce(() => {})
    const cut = await startIsolate({ KEY_GUARD: lossy })
    const answer = await cut.call(NO_KEY, { key: key.value })
    expect(outcome(answer)).toBe('404 not_found')
    expect(await remaining()).toBe(left)
    expect(answer.headers.get('x-ratelimit-remaining')).toBe(String(PLAN.quota - 2))
    at(60_000)
    expect(await remaining()).toBe(PLAN.quota)
  })
})

describe('verify', () => {
  const VERIFY = '/edge/v1/audit/verify'
  interface Verdict {
    readonly intact: boolean
    readonly complete: boolean
    readonly events: number
    readonly next_cursor: string | null
  }

  it('works in parts: at most so many events a call, and where to go on', async () => {
    const events = Array.from({ length: 2_100 }, () => someEvent({ organization }))
    await takeIn(events, 700)
    const found: Verdict[] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const answer = await call(`${VERIFY}${cursor && `?cursor=${cursor}`}`)
      expect(outcome(answer)).toBe('200')
      const verdict: Verdict = await answer.json()
      found.push(verdict)
      cursor = verdict.next_cursor
    }
    expect(found).toMatchObject([
      { intact: true, complete: false, events: 2_000 },
      { intact: true, complete: true, events: 100, next_cursor: null },
    ])
    expect(await outcomeOf(`${VERIFY}?cursor=W10`)).toBe('400 request_invalid')
    await emptyAccounts()
  })

  it('has a limit of the organization, of all its keys together; people have theirs', async () => {
    const other = await mint(organization, 'secret')
    await run(`UPDATE credentials SET scopes = '["audit:read"]' WHERE id = '${other.id}'`)
    for (let i = 0; i < VERIFYING.quota; i++) {
      const { value } = i % 2 === 0 ? key : other
      expect(outcome(await isolate.call(VERIFY, { key: value }))).toBe('200')
    }
    const refused = await isolate.call(VERIFY, { key: other.value })
    expect(outcome(refused)).toBe('429 rate_limited')
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    const world = await startWorld()
    const asked = await world.call(person(organization, 'viewer'), 'GET /audit/verify')
    expect(asked.outcome).toBe('200')
    at(60_000)
    expect(outcome(await isolate.call(VERIFY, { key: other.value }))).toBe('200')
  })
})

it('the OpenAPI document is made once, and whoever has it is told so', async () => {
  const first = await isolate.call('/edge/openapi.json')
  const etag = first.headers.get('etag') ?? ''
  expect(first.headers.get('cache-control')).toBe('public, max-age=300')
  expect(etag).toMatch(/^"[0-9a-f]{32}"$/)
  const stringify = vi.spyOn(JSON, 'stringify')
  const again = await isolate.call('/edge/openapi.json')
  expect(await again.text()).toBe(await first.text())
  expect(stringify).not.toHaveBeenCalled()
  stringify.mockRestore()
  for (const tag of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
    const none = await isolate.call('/edge/openapi.json', { headers: { 'if-none-match': tag } })
    expect([none.status, await none.text(), none.headers.get('etag')]).toStrictEqual([
      304,
      '',
      etag,
    ])
  }
  const other = await isolate.call('/edge/openapi.json', { headers: { 'if-none-match': '"x"' } })
  expect(other.status).toBe(200)
})
