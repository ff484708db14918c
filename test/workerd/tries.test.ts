// Tries at the admin token on the management API: ten wrong ones a minute of a client hold the next,
// right or wrong, in every isolate; right ones hold nobody.

import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'

import type { Bindings } from './bindings.ts'
import { heldUntil, PERIOD_MS, withWrong, WRONG_MAX } from '../../src/control/tries/wrong-tries.ts'
import { counting } from './counting.ts'
import { outcome, startIsolate, type Isolate } from './isolate.ts'
import { applySchema, makeOrganization, mint } from './rows.ts'

const PATH = '/edge/v1/organizations'
/** As in vitest.config.ts. */
const RIGHT = 'admin-token-of-the-tests-0123456789abcdef'
const HELD = '429 authentication_failures'
const START = Math.ceil(Date.now() / 1000) * 1000

let clients = 0
/** A client of which nothing is known yet. */
const stranger = (): string => `203.0.113.${++clients}`

const attempt = async (
  isolate: Isolate,
  address: string,
  token: string,
  headers: Record<string, string> = {},
): Promise<string> =>
  outcome(
    await isolate.call(PATH, {
      address,
      headers: { authorization: `Bearer ${token}`, ...headers },
    }),
  )

const times = (n: number, one: (i: number) => Promise<string>): Promise<string[]> =>
  Promise.all(Array.from({ length: n }, (_, i) => one(i)))

let isolate: Isolate

beforeAll(async () => {
  await applySchema()
  // The first object of a class may take its time to start.
  await env.TRIES.getByName('v1:first').heldUntil()
})
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: START })
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  isolate = await startIsolate()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('ten wrong ones', () => {
  it('hold the eleventh and the right one, in an isolate that saw none of them as well', async () => {
    const address = stranger()
    for (let i = 0; i < WRONG_MAX; i++) {
      expect(await attempt(isolate, address, `wrong-${i}`)).toBe('401 credential_invalid')
    }
    expect(await attempt(isolate, address, 'wrong')).toBe(HELD)
    expect(await attempt(isolate, address, RIGHT)).toBe(HELD)
    expect(await attempt(await startIsolate(), address, RIGHT)).toBe(HELD)
    expect(await attempt(isolate, stranger(), RIGHT)).toBe('200')
  })

  it('are ten when a hundred come at once, in four isolates', async () => {
    const address = stranger()
    const isolates = [isolate, ...(await Promise.all([1, 2, 3].map(() => startIsolate())))]
    const answers = await times(100, (i) =>
      attempt(isolates[i % isolates.length] ?? isolate, address, `wrong-${i}`),
    )
    expect(answers.filter((one) => one === '401 credential_invalid')).toHaveLength(WRONG_MAX)
    expect(answers.filter((one) => one === HELD)).toHaveLength(100 - WRONG_MAX)
  })

  it('tell when to come back, and then the right one gets in', async () => {
    const address = stranger()
    await times(WRONG_MAX, () => attempt(isolate, address, 'wrong'))
    vi.setSystemTime(START + 20_000)
    const headers = { authorization: `Bearer ${RIGHT}` }
    const held = await isolate.call(PATH, { address, headers })
    expect([outcome(held), held.headers.get('retry-after')]).toEqual([HELD, '40'])
    vi.setSystemTime(START + PERIOD_MS - 1)
    expect(await attempt(isolate, address, RIGHT)).toBe(HELD)
    vi.setSystemTime(START + PERIOD_MS)
    expect(await attempt(isolate, address, RIGHT)).toBe('200')
  })

  it('are counted by the address that the platform gives, IPv6 by /64, whatever headers claim', async () => {
    const claimed = { 'x-forwarded-for': '', 'x-real-ip': '', 'true-client-ip': '' }
    for (let i = 0; i < WRONG_MAX; i++) {
      const forged = Object.fromEntries(Object.keys(claimed).map((name) => [name, `192.0.2.${i}`]))
      const address = `2001:db8:9:9:${i}::1`
      expect(await attempt(isolate, address, 'wrong', forged)).toBe('401 credential_invalid')
    }
    expect(await attempt(isolate, '2001:db8:9:9:ffff::1', RIGHT)).toBe(HELD)
    expect(await attempt(isolate, '2001:db8:9:a::1', RIGHT)).toBe('200')
  })

  it('once they hold, cost no object, no storage, and no comparison', async () => {
    const address = stranger()
    await times(WRONG_MAX, () => attempt(isolate, address, 'wrong'))
    const { bindings, calls } = counting()
    const other = await startIsolate(bindings)
    expect(await attempt(other, address, 'wrong')).toBe(HELD)
    expect(calls.take()).toEqual({ 'tries.attempt': 1 })
    const digest = vi.spyOn(crypto.subtle, 'digest')
    for (const token of ['wrong', RIGHT]) expect(await attempt(other, address, token)).toBe(HELD)
    expect(calls.take()).toEqual({})
    expect(digest).not.toHaveBeenCalled()
    digest.mockRestore()
  })
})

describe('what holds nobody', () => {
  it('right ones, however many, and the wrong ones among them count alone', async () => {
    const address = stranger()
    const right = () => attempt(isolate, address, RIGHT)
    expect(new Set(await times(60, right))).toEqual(new Set(['200']))
    await times(WRONG_MAX - 1, () => attempt(isolate, address, 'wrong'))
    expect(new Set(await times(60, right))).toEqual(new Set(['200']))
  })

  it('keys of ours and JWTs, which are no tries at it', async () => {
    const address = stranger()
    const { value } = await mint(await makeOrganization(), 'secret')
    const forged = [`${value.slice(0, -1)}_`, 'vk_tok_live_x', 'eyJhbGciOiJub25lIn0.e30.x']
    for (const token of Array.from({ length: 5 }, () => forged).flat()) {
      expect(await attempt(isolate, address, token)).toBe('401 credential_invalid')
    }
    expect(await attempt(isolate, address, RIGHT)).toBe('200')
  })

  it('a key of the same address goes on while the token is held', async () => {
    const address = stranger()
    const { value } = await mint(await makeOrganization(), 'secret')
    await times(WRONG_MAX + 1, () => attempt(isolate, address, 'wrong'))
    expect(outcome(await isolate.call('/edge/v1/whoami', { address, key: value }))).toBe('200')
  })

  it('a counter that is down: the right one gets in, and the isolate counts the wrong ones', async () => {
    const address = stranger()
    const broken = { getByName: () => ({ attempt: () => Promise.reject(new Error('down')) }) }
    const alone = await startIsolate({ TRIES: broken as unknown as Bindings['TRIES'] })
    for (let i = 0; i < WRONG_MAX; i++) {
      expect(await attempt(alone, address, 'wrong')).toBe('401 credential_invalid')
      if (i < WRONG_MAX - 1) expect(await attempt(alone, address, RIGHT)).toBe('200')
    }
    expect(await attempt(alone, address, RIGHT)).toBe(HELD)
  })
})

describe('the count', () => {
  it('never lets more than ten into any minute, however they are spread', () => {
    let wrong: number[] = []
    const taken: number[] = []
    for (let now = 1; now < 10 * PERIOD_MS; now += 1_777) {
      if (heldUntil(wrong, now) > 0) continue
      wrong = withWrong(wrong, now)
      taken.push(now)
    }
    for (const from of taken) {
      const within = taken.filter((time) => time >= from && time < from + PERIOD_MS)
      expect(within.length).toBeLessThanOrEqual(WRONG_MAX)
    }
    expect(taken.length).toBeGreaterThan(9 * WRONG_MAX)
  })

  it('is forgotten by its object when it does not count any more', async () => {
    const counter = env.TRIES.getByName('v1:api:of the test')
    await counter.attempt('a', 'b')
    const { runDurableObjectAlarm, runInDurableObject } = await import('cloudflare:test')
    const kept = () =>
      runInDurableObject(counter, (_, state) => [...state.storage.kv.list()].length)
    expect(await kept()).toBe(1)
    await runDurableObjectAlarm(counter)
    expect(await kept()).toBe(1)
    vi.setSystemTime(START + PERIOD_MS)
    await runDurableObjectAlarm(counter)
    expect(await kept()).toBe(0)
  })
})
