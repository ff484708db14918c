// Rate limits over the wire: exact under concurrency, all or none, told in headers that parse, and
// never moved by what was refused.

import { parseList } from 'structured-headers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { insertOrganization } from '../../src/dev/statements.ts'
import { NAMES, startEdge, type Minted, type TestEdge } from '../harness/edge.ts'
import { outcome, present, refusalOf } from './call.ts'

let edge: TestEdge
beforeAll(async () => {
  edge = await startEdge()
})
afterAll(() => edge.stop())

const SESSIONS = '/api/v1/sessions'

async function keyOf(plan: string, kind: 'secret' | 'publishable' = 'secret', quotas = '{}') {
  const organization = `org_${crypto.randomUUID().replaceAll('-', '')}`
  await edge.sql(
    insertOrganization({ id: organization, name: 'L', plan, products: ['verifa', 'vault'] }),
  )
  const key = await edge.mint(kind, { organization })
  if (quotas !== '{}') {
    await edge.sql(`UPDATE credentials SET quotas = '${quotas}' WHERE id = '${key.id}'`)
    await edge.sync()
  }
  return key
}

/** Each limit's state as RateLimit and RateLimit-Policy tell it. */
function limitsIn({ headers }: Response): Record<string, Record<string, unknown>> {
  const policies = parseList(headers.get('ratelimit-policy') ?? '')
  const states = parseList(headers.get('ratelimit') ?? '')
  expect(policies.map(([name]) => name)).toEqual(states.map(([name]) => name))
  return Object.fromEntries(
    policies.map(([name, policy], i) => [
      name as string,
      { ...Object.fromEntries(policy), ...Object.fromEntries(states[i]?.[1] ?? []) },
    ]),
  )
}

async function create(key: Minted): Promise<Response> {
  const answer = await edge.fetch(SESSIONS, { method: 'POST', headers: present('secret', key) })
  if (answer.ok) await answer.body?.cancel()
  return answer
}

/** What is left of each limit, by spending one. */
async function remaining(key: Minted): Promise<Record<string, unknown>> {
  const limits = limitsIn(await create(key))
  return Object.fromEntries(Object.entries(limits).map(([name, { r }]) => [name, r]))
}

describe('the limits of each plan', () => {
  test.each([
    ['free', 300, 50],
    ['starter', 600, 100],
    ['professional', 1000, 150],
    ['enterprise', 1000, 300],
  ])('%s: %i a minute, and %i new sessions', async (plan, calls, sessions) => {
    const answer = await create(await keyOf(plan))
    expect(limitsIn(answer)).toEqual({
      plan: { q: calls, w: 60, r: calls - 1, t: 60 },
      sessions: { q: sessions, w: 60, r: sessions - 1, t: 60 },
    })
  })

  test('a route without a limit of its own has the plan’s', async () => {
    const key = await keyOf('starter')
    const answer = await edge.fetch(SESSIONS, { headers: present('secret', key) })
    await answer.body?.cancel()
    expect(limitsIn(answer)).toEqual({ plan: { q: 600, w: 60, r: 599, t: 60 } })
  })

  test('publishable keys have ten a minute on top of them', async () => {
    const answer = await create(await keyOf('free', 'publishable'))
    expect(limitsIn(answer)).toEqual({
      plan: { q: 300, w: 60, r: 299, t: 60 },
      sessions: { q: 50, w: 60, r: 49, t: 60 },
      publishable: { q: 10, w: 60, r: 9, t: 60 },
    })
    expect(answer.headers.get('x-ratelimit-limit')).toBe('10')
    expect(answer.headers.get('x-ratelimit-remaining')).toBe('9')
  })
})

describe('a burst at once', () => {
  test('sixty calls on a limit of ten: exactly ten pass', async () => {
    const key = await keyOf('free', 'publishable')
    const before = edge.upstream.received.length
    const answers = await Promise.all(Array.from({ length: 60 }, () => create(key)))
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(10)
    expect(statuses.filter((status) => status === 429)).toHaveLength(50)
    expect(edge.upstream.received).toHaveLength(before + 10)
    for (const answer of answers) await answer.text().catch(() => '')
  })

  test('of a key whose own quota is smaller than its plan’s', async () => {
    const key = await keyOf('enterprise', 'secret', '{"plan": 25}')
    const answers = await Promise.all(
      Array.from({ length: 60 }, () => edge.fetch(SESSIONS, { headers: present('secret', key) })),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(25)
    for (const answer of answers) await answer.body?.cancel()
  })

  test('is counted per key: another key of the organization is not touched', async () => {
    const one = await edge.mint('publishable')
    const other = await edge.mint('publishable')
    for (let i = 0; i < 11; i++) await (await create(one)).body?.cancel()
    expect((await create(other)).status).toBe(200)
  })

  test('survives the eviction of its guard', async () => {
    const key = await keyOf('free', 'publishable')
    for (let i = 0; i < 7; i++) expect((await create(key)).status).toBe(200)
    await edge.mf.unsafeEvictDurableObject(NAMES.guard, 'KeyGuard', { name: `v1:${key.id}` })
    expect(await remaining(key)).toMatchObject({ publishable: 2 })
    for (let i = 0; i < 2; i++) expect((await create(key)).status).toBe(200)
    expect((await create(key)).status).toBe(429)
  })
})

describe('the answer over the limit', () => {
  test('says when to come again, in body and headers alike', async () => {
    const key = await keyOf('free', 'publishable')
    for (let i = 0; i < 10; i++) expect((await create(key)).status).toBe(200)
    const asked = Date.now() / 1000
    const answer = await create(key)
    const answered = Date.now() / 1000
    const seconds = Number(answer.headers.get('retry-after'))
    expect(seconds).toBeGreaterThanOrEqual(1)
    expect(seconds).toBeLessThanOrEqual(61)
    expect(limitsIn(answer)['publishable']).toMatchObject({ q: 10, w: 60, r: 0 })
    expect(answer.headers.get('x-ratelimit-remaining')).toBe('0')
    const reset = Number(answer.headers.get('x-ratelimit-reset'))
    expect(reset).toBeGreaterThan(asked + seconds - 2)
    expect(reset).toBeLessThan(answered + seconds + 2)
    expect(await refusalOf(answer)).toEqual({
      status: 429,
      reason: 'rate_limited',
      detail: `Rate limit exceeded. Retry after ${seconds} seconds.`,
    })
  })

  test('all limits are checked and none is debited when one is spent', async () => {
    const key = await keyOf('free', 'secret', '{"sessions": 2}')
    for (let i = 0; i < 2; i++) expect((await create(key)).status).toBe(200)
    for (let i = 0; i < 5; i++) {
      const refused = await create(key)
      expect(refused.status).toBe(429)
      expect(limitsIn(refused)).toMatchObject({ plan: { r: 298 }, sessions: { r: 0 } })
      await refused.body?.cancel()
    }
    const read = await edge.fetch(SESSIONS, { headers: present('secret', key) })
    await read.body?.cancel()
    expect(limitsIn(read)).toMatchObject({ plan: { r: 297 } })
  })
})

const at = (method: string, path: string, key: Pick<Minted, 'value'>): Promise<string> =>
  outcome(edge, path, { method, headers: { 'x-api-key': key.value } })

describe('what is refused moves no counter', () => {
  const storms: readonly (readonly [string, (key: Minted) => Promise<string>, string])[] = [
    ['forged keys', (key) => at('GET', SESSIONS, { value: `${key.value.slice(0, -1)}!` }), '401'],
    ['no credential', () => outcome(edge, SESSIONS), '401'],
    ['two credentials', (key) => at('GET', SESSIONS, { value: `${key.value}, x` }), '400'],
    ['a missing scope', (key) => at('POST', '/api/v1/webhooks', key), '403'],
    ['an unknown path', (key) => at('GET', '/api/v1/nowhere', key), '404'],
    ['an ambiguous path', (key) => at('GET', '/api/v1/sessions/%2f', key), '400'],
    ['an unknown method', (key) => at('PROPFIND', SESSIONS, key), '405'],
    ['another product', (key) => at('GET', '/api/v1/search/customer', key), '403'],
  ]

  test.each(storms)('%s', async (_name, send, status) => {
    const key = await keyOf('free')
    expect(await remaining(key)).toEqual({ plan: 299, sessions: 49 })
    for (let i = 0; i < 30; i++) expect(await send(key)).toMatch(new RegExp(`^${status} `))
    expect(await remaining(key)).toEqual({ plan: 298, sessions: 48 })
  })

  test('over the limit', async () => {
    const key = await keyOf('free', 'secret', '{"sessions": 1}')
    expect(await remaining(key)).toEqual({ plan: 299, sessions: 0 })
    for (let i = 0; i < 30; i++) {
      const refused = await create(key)
      expect(refused.status).toBe(429)
      await refused.body?.cancel()
    }
    const read = await edge.fetch(SESSIONS, { headers: present('secret', key) })
    await read.body?.cancel()
    expect(limitsIn(read)).toEqual({ plan: { q: 300, w: 60, r: 298, t: 60 } })
  })

  test('preflights', async () => {
    const key = await keyOf('free', 'publishable')
    const headers = { origin: 'https://a.example', 'access-control-request-method': 'POST' }
    for (let i = 0; i < 20; i++) {
      expect((await edge.fetch(SESSIONS, { method: 'OPTIONS', headers })).status).toBe(204)
    }
    expect(await remaining(key)).toMatchObject({ publishable: 9 })
  })
})
