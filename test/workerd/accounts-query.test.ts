// Looking events and usage up on a real D1.

import { env } from 'cloudflare:workers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { AuditEvent } from '../../src/audit/event.ts'
import type { LinkedEvent } from '../../src/control/logs/link.ts'
import type { PageOptions } from '../../src/control/logs/page.ts'
import { csvOf, searchEvents, type EventFilter } from '../../src/control/logs/query.ts'
import { refusalsBy } from '../../src/control/logs/refusals.ts'
import { GROUPS, usageBy, usageOfMonth } from '../../src/control/logs/usage.ts'
import { NOON_MS, someEvent } from '../audit/events.ts'
import { emptyAccounts, rows, takeIn } from './accounts-tables.ts'
import { applySchema } from './rows.ts'

const HOUR_MS = 3_600_000

const events: readonly AuditEvent[] = Array.from({ length: 600 }, (_, i) => {
  const organization = (['org_a', 'org_b', null] as const)[i % 3] ?? null
  const token = i % 4 === 0 && organization !== null
  const refused = i % 5 === 0
  const person = i % 50 === 49 && organization !== null
  return someEvent({
    // Several in the same millisecond.
    at: NOON_MS + Math.floor(i / 6) * HOUR_MS,
    organization,
    key: person ? null : organization && `key_${organization}_${i % 2}`,
    actor: person ? `person:p${i % 3}@example.com` : null,
    kind: token ? 'access_token' : 'secret',
    serviceUser: token ? `su_${i % 8}` : null,
    sourceSystem: token ? (['vkyc', 'branch_scan'][(i / 4) % 2] ?? null) : null,
    product: i % 7 === 0 ? null : 'verifa',
    method: i % 6 === 1 ? 'POST' : 'GET',
    path: i === 3 ? '=HYPERLINK("http://evil.example","x")' : `/api/v1/sessions/${i}`,
    decision: refused ? 'refused' : 'forwarded',
    reason: refused ? (i % 2 ? 'rate_limited' : 'scope_missing') : null,
    status: refused ? 403 : i % 8 === 1 ? 502 : 200,
    upstreamMs: refused ? null : i,
    clientIp: i % 9 === 0 ? '2001:db8::7' : '198.51.100.7',
    environment: i % 10 === 1 ? 'sandbox' : 'live',
    credits: refused ? null : 2,
  })
})

beforeAll(async () => {
  await applySchema()
  await takeIn(events)
})
afterAll(emptyAccounts)

async function page(filter: EventFilter, options?: PageOptions) {
  const result = await searchEvents(env.DB, filter, options)
  if (!result.ok) throw new Error(result.error)
  return result.value
}

async function all(filter: EventFilter, limit: number): Promise<LinkedEvent[]> {
  const found: LinkedEvent[] = []
  for (let cursor: string | undefined; ;) {
    const { items, cursor: next } = await page(filter, { limit, cursor })
    found.push(...items)
    if (next === null) return found
    expect(items).toHaveLength(limit)
    cursor = next
  }
}

const newestFirst = (a: AuditEvent, b: AuditEvent) => b.at - a.at || (a.id < b.id ? 1 : -1)
const ids = (some: readonly AuditEvent[]) => some.map(({ id }) => id)

describe('searchEvents', () => {
  const one = events[42] ?? someEvent()
  it.each<[string, EventFilter, (event: AuditEvent) => boolean]>([
    ['organization', { organization: 'org_a' }, (e) => e.organization === 'org_a'],
    ['no organization', { organization: null }, (e) => e.organization === null],
    [
      'key',
      { organization: 'org_b', key: 'key_org_b_1' },
      (e) => e.organization === 'org_b' && e.key === 'key_org_b_1',
    ],
    [
      'service user',
      { organization: 'org_b', service_user: 'su_4' },
      (e) => e.organization === 'org_b' && e.serviceUser === 'su_4',
    ],
    [
      'source system',
      { organization: 'org_b', source_system: 'vkyc' },
      (e) => e.organization === 'org_b' && e.sourceSystem === 'vkyc',
    ],
    [
      'decision',
      { organization: 'org_b', decision: 'refused' },
      (e) => e.organization === 'org_b' && e.decision === 'refused',
    ],
    [
      'reason',
      { organization: 'org_b', reason: 'rate_limited' },
      (e) => e.organization === 'org_b' && e.reason === 'rate_limited',
    ],
    [
      'product',
      { organization: 'org_b', product: 'verifa' },
      (e) => e.organization === 'org_b' && e.product === 'verifa',
    ],
    ['request id', { organization: one.organization, request_id: one.id }, (e) => e.id === one.id],
    [
      'from, included',
      { organization: 'org_b', from: one.at },
      (e) => e.organization === 'org_b' && e.at >= one.at,
    ],
    [
      'to, not included',
      { organization: 'org_b', to: one.at },
      (e) => e.organization === 'org_b' && e.at < one.at,
    ],
    ...Object.entries<[Partial<EventFilter>, (event: AuditEvent) => boolean]>({
      kind: [{ kind: 'access_token' }, (e) => e.kind === 'access_token'],
      environment: [{ environment: 'sandbox' }, (e) => e.environment === 'sandbox'],
      'own environment': [{ confined: 'sandbox' }, (e) => e.environment === 'sandbox'],
      'two environments': [{ environment: 'live', confined: 'sandbox' }, () => false],
      person: [{ caller: 'person' }, (e) => e.actor !== null],
      credential: [{ caller: 'credential' }, (e) => e.actor === null],
      actor: [{ actor: 'person:p1@example.com' }, (e) => e.actor === 'person:p1@example.com'],
      route: [{ route: '/api/v1/sessions/**' }, () => true],
      'another route': [{ route: '/' }, () => false],
      method: [{ method: 'POST' }, (e) => e.method === 'POST'],
      'beginning of the path': [
        { path: '/api/v1/sessions/1' },
        (e) => e.path.startsWith('/api/v1/sessions/1'),
      ],
      'a path with wildcards': [{ path: '/api/v1/%' }, () => false],
      status: [{ status: [403, 403] }, (e) => e.status === 403],
      'class of status': [{ status: [400, 599] }, (e) => e.status >= 400],
      address: [{ client_ip: '2001:db8::7' }, (e) => e.clientIp === '2001:db8::7'],
      credits: [{ credits: 1 }, (e) => (e.credits ?? 0) >= 1],
      'upstream time': [{ upstream_ms: 300 }, (e) => (e.upstreamMs ?? 0) >= 300],
    }).map(([name, [filter, matches]]): [string, EventFilter, (e: AuditEvent) => boolean] => [
      name,
      { organization: 'org_b', ...filter },
      (e) => e.organization === 'org_b' && matches(e),
    ]),
    [
      'all at once',
      {
        organization: 'org_a',
        key: 'key_org_a_0',
        service_user: 'su_0',
        decision: 'forwarded',
        product: 'verifa',
        from: NOON_MS + HOUR_MS,
        to: NOON_MS + 90 * HOUR_MS,
      },
      (e) =>
        e.organization === 'org_a' &&
        e.key === 'key_org_a_0' &&
        e.serviceUser === 'su_0' &&
        e.decision === 'forwarded' &&
        e.product === 'verifa' &&
        e.at >= NOON_MS + HOUR_MS &&
        e.at < NOON_MS + 90 * HOUR_MS,
    ],
    ["another tenant's request id", { organization: 'org_zzz', request_id: one.id }, () => false],
    ["another tenant's key", { organization: 'org_a', key: 'key_org_b_1' }, () => false],
    ['a value with SQL in it', { organization: 'org_a', key: `' OR 1=1 --` }, () => false],
  ])('by %s, newest first, page by page', async (_by, filter, matches) => {
    const expected = ids(events.filter(matches).toSorted(newestFirst))
    expect(ids(await all(filter, 200))).toEqual(expected)
    if (expected.length < 250) expect(ids(await all(filter, 7))).toEqual(expected)
  })

  it('gives what was put in, and its place in the chain', async () => {
    const { items } = await page({ organization: one.organization, request_id: one.id })
    expect(items[0]).toMatchObject({ ...one, sequence: expect.any(Number) as number })
  })

  it('what comes meanwhile neither repeats nor hides an event', async () => {
    const filter = { organization: 'org_a' }
    const before = ids(await all(filter, 200))
    const first = await page(filter, { limit: 50 })
    await takeIn([
      someEvent({ at: NOON_MS + 1_000 * HOUR_MS }),
      ...first.items.slice(-3).map(({ at }) => someEvent({ at })),
    ])
    const seen = ids(first.items)
    for (let { cursor } = first; cursor !== null;) {
      const next = await page(filter, { limit: 50, cursor })
      seen.push(...ids(next.items))
      cursor = next.cursor
    }
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.filter((id) => before.includes(id))).toEqual(before)
  })

  it.each([
    [0, 1],
    [-5, 1],
    [1_000, 200],
    [Number.NaN, 50],
    [2.5, 50],
    [undefined, 50],
  ])('limit %s gives %s', async (limit, length) => {
    expect((await page({ organization: 'org_a' }, { limit })).items).toHaveLength(length)
  })

  it.each(['', 'x', 'bm9uc2Vuc2U', 'W10', 'WzEsMl0', 'WyJhIiwiYiJd', '%00', 'ü'])(
    'cursor %j is not one of ours',
    async (cursor) => {
      const result = await searchEvents(env.DB, { organization: 'org_a' }, { cursor })
      expect(result).toEqual({ ok: false, error: 'cursor_invalid' })
      const usage = await usageBy(env.DB, GROUPS, { organization: 'org_a' }, { cursor })
      expect(usage).toEqual({ ok: false, error: 'cursor_invalid' })
    },
  )

  it.each<[string, EventFilter, RegExp]>([
    [
      'organization',
      { organization: 'org_a', decision: 'refused' },
      /audit_events_by_organization/,
    ],
    ['key', { organization: 'org_a', key: 'k' }, /audit_events_by_key/],
    ['service user', { organization: 'org_a', service_user: 's' }, /audit_events_by_service_user/],
    ['request id', { organization: 'org_a', request_id: 'r' }, /autoindex/],
    ['nothing', { organization: null, reason: 'r' }, /audit_events_by_organization/],
  ])('by %s it reads an index, in its order', async (_by, filter, index) => {
    let plan = ''
    const db = {
      batch: env.DB.batch.bind(env.DB),
      prepare(sql: string) {
        const bind = async (...values: unknown[]) => {
          const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
            .bind(...values)
            .all()
          plan = results.map((row) => String(row['detail'])).join('\n')
        }
        const prepared = env.DB.prepare(sql)
        return {
          bind: (...values: unknown[]) => ({
            all: async () => {
              await bind(...values)
              return await prepared.bind(...values).all()
            },
          }),
        } as unknown as D1PreparedStatement
      },
    }
    await searchEvents(db, filter)
    expect(plan).toMatch(index)
    if (filter.request_id === undefined) expect(plan).not.toContain('TEMP B-TREE')
  })
})

describe('csvOf', () => {
  it('streams all that match, newest first, and no formula', async () => {
    const filter = { organization: null }
    const text = await new Response(csvOf(env.DB, filter)).text()
    const [header = '', ...lines] = text.split('\r\n')
    expect(lines.pop()).toBe('')
    const at = header.split(',').indexOf('id')
    expect(lines.map((line) => line.split(',')[at])).toEqual(ids(await all(filter, 200)))
    const all3 = await new Response(
      csvOf(env.DB, { organization: 'org_a', request_id: events[3]?.id }),
    ).text()
    expect(all3).toContain(`,"'=HYPERLINK(""http://evil.example"",""x"")",forwarded,`)
  })

  it('reads one page at a time, as it is asked for', async () => {
    let queries = 0
    const db = {
      batch: env.DB.batch.bind(env.DB),
      prepare: (sql: string) => {
        queries += 1
        return env.DB.prepare(sql)
      },
    }
    const reader = csvOf(db, { organization: 'org_a' }).getReader()
    await reader.read()
    expect(queries).toBeLessThanOrEqual(1)
    await reader.read()
    expect(queries).toBeLessThanOrEqual(2)
    await reader.cancel()
  })

  it('ends with an error when the database fails on the way', async () => {
    let queries = 0
    const db = {
      batch: env.DB.batch.bind(env.DB),
      prepare: (sql: string) => env.DB.prepare(queries++ < 1 ? sql : 'SELECT * FROM nowhere'),
    }
    await expect(new Response(csvOf(db, { organization: 'org_a' })).text()).rejects.toThrow(
      /no such table/,
    )
  })

  it('of nothing it is a header', async () => {
    const text = await new Response(csvOf(env.DB, { organization: 'org_zzz' })).text()
    expect(text.split('\r\n')).toHaveLength(2)
  })
})

describe('usage', () => {
  it('by day, key and product, page by page', async () => {
    const found = []
    for (let cursor: string | undefined; ;) {
      const result = await usageBy(env.DB, GROUPS, { organization: 'org_b' }, { limit: 5, cursor })
      if (!result.ok) throw new Error(result.error)
      found.push(...result.value.items)
      if (result.value.cursor === null) break
      cursor = result.value.cursor
    }
    const expected = await rows(
      `SELECT nullif(key, '') AS key_id, nullif(product, '') AS product, day, requests, refused, credits
       FROM usage_daily WHERE organization = 'org_b'
       ORDER BY usage_daily.day DESC, usage_daily.key, usage_daily.product`,
    )
    expect(found).toEqual(expected)
    expect(expected.length).toBeGreaterThan(15)
  })

  it('narrowed to key, product and days', async () => {
    const key = 'key_org_a_1'
    const filter = {
      organization: 'org_a',
      key,
      product: 'verifa',
      from: '2026-03-02',
      to: '2026-03-03',
    }
    const result = await usageBy(env.DB, GROUPS, filter)
    const days = result.ok ? result.value.items : []
    expect(days.map(({ day }) => day)).toEqual(['2026-03-03', '2026-03-02'])
    for (const { day, requests, refused, credits } of days) {
      const of = events.filter(
        (event) =>
          event.key === key &&
          event.product === 'verifa' &&
          event.actor === null &&
          new Date(event.at).toISOString().startsWith(day ?? 'none'),
      )
      const refusals = of.filter(({ decision }) => decision === 'refused').length
      expect({ requests, refused, credits }).toEqual({
        requests: of.length,
        refused: refusals,
        credits: (of.length - refusals) * 2,
      })
    }
  })

  it.each([['key'], ['product'], ['day'], ['key', 'product'], ['product', 'day']] as const)(
    'by %s %s, page by page, comes to what the rows come to',
    async (...by) => {
      const found: Record<string, unknown>[] = []
      for (let cursor: string | undefined; ;) {
        const result = await usageBy(env.DB, by, { organization: 'org_b' }, { limit: 2, cursor })
        if (!result.ok) throw new Error(result.error)
        found.push(...result.value.items.map((item) => ({ ...item })))
        if (result.value.cursor === null) break
        cursor = result.value.cursor
      }
      const columns = by.map(
        (name) => `nullif(usage_daily.${name}, '') AS ${name === 'key' ? 'key_id' : name}`,
      )
      const days = (by as readonly string[]).includes('day')
      const expected = await rows(
        `SELECT ${columns.join(', ')}, sum(requests) AS requests, sum(refused) AS refused,
           sum(credits) AS credits FROM usage_daily WHERE organization = 'org_b'
         GROUP BY ${by.map((name) => `usage_daily.${name}`).join(', ')}
         ORDER BY ${days ? 'usage_daily.day' : 'requests'} DESC,
           ${by.map((name) => `usage_daily.${name}`).join(', ')}`,
      )
      expect(found).toEqual(expected)
      expect(expected.length).toBeGreaterThan(1)
    },
  )

  it('has no calls of people, who have no credential', async () => {
    const people = events.filter(({ actor }) => actor !== null)
    expect(people.length).toBeGreaterThan(3)
    const counted = await rows(`SELECT sum(requests) AS n FROM usage_daily WHERE key = ''
      AND organization <> ''`)
    expect(counted).toEqual([{ n: null }])
  })

  it('of the month that a time lies in, per key', async () => {
    await takeIn([
      someEvent({
        organization: 'org_m',
        key: 'key_m',
        at: Date.UTC(2026, 3, 30, 23, 59, 59, 999),
        credits: 10,
      }),
      someEvent({ organization: 'org_m', key: 'key_m', at: Date.UTC(2026, 4, 1), credits: 5 }),
      someEvent({
        organization: 'org_m',
        key: 'key_m',
        at: Date.UTC(2026, 4, 31, 23, 59),
        credits: 5,
        product: null,
      }),
      someEvent({ organization: 'org_m', key: 'key_n', at: Date.UTC(2026, 4, 15), credits: null }),
      someEvent({ organization: 'org_m', key: 'key_m', at: Date.UTC(2026, 5, 1), credits: 7 }),
    ])
    expect(await usageOfMonth(env.DB, 'org_m', Date.UTC(2026, 4, 20))).toEqual([
      { key_id: 'key_m', requests: 2, refused: 0, credits: 10 },
      { key_id: 'key_n', requests: 1, refused: 0, credits: 0 },
    ])
  })

  it('last used, of those that were', async () => {
    const key = 'key_org_a_0'
    const last = Math.max(...events.filter((event) => event.key === key).map(({ at }) => at))
    expect(
      await rows(
        `SELECT key, last_used_at FROM credential_usage WHERE key IN ('${key}', 'key_never')`,
      ),
    ).toEqual([{ key, last_used_at: last }])
  })
})

const refused = (organization: string | null) =>
  events.filter(
    (event) =>
      event.organization === organization && event.decision === 'refused' && event.actor === null,
  )

describe('refusals', () => {
  it.each(['org_a', null])('by reason, of %s', async (organization) => {
    const { items, more } = await refusalsBy(env.DB, [], { organization }, 10)
    const expected = Map.groupBy(refused(organization), ({ reason }) => reason ?? '')
    expect(more).toBe(false)
    expect(items).toHaveLength(expected.size)
    for (const item of items) {
      const { reason, refused: count, last_at, only_key_id, only_product } = item
      const some = expected.get(reason) ?? []
      const [key, ...keys] = new Set(some.map((event) => event.key))
      const products = new Set(some.map((event) => event.product))
      expect({ count, last_at, only_key_id, only_product }).toEqual({
        count: some.length,
        last_at: Math.max(...some.map(({ at }) => at)),
        only_key_id: keys.length > 0 ? null : key,
        only_product: products.size > 1 ? null : [...products][0],
      })
    }
    expect(items.map((item) => item.refused)).toEqual(
      items.map((item) => item.refused).toSorted((a, b) => b - a),
    )
  })

  it('by reason, key and product, narrowed, and no more than asked for', async () => {
    const filter = { organization: 'org_b', from: '2026-03-02', to: '2026-03-03' }
    const { items } = await refusalsBy(env.DB, ['key', 'product'], filter, 200)
    const within = refused('org_b').filter(({ at }) =>
      ['2026-03-02', '2026-03-03'].includes(new Date(at).toISOString().slice(0, 10)),
    )
    const expected = Map.groupBy(within, (e) => [e.reason, e.key, e.product].join(' '))
    const found = items.map(({ reason, key_id, product, refused: count }) => [
      [reason, key_id, product].join(' '),
      count,
    ])
    expect(Object.fromEntries(found)).toEqual(
      Object.fromEntries([...expected].map(([of, some]) => [of, some.length])),
    )
    const first = await refusalsBy(env.DB, ['key', 'product'], filter, 1)
    expect(first).toEqual({ items: items.slice(0, 1), more: true })
    const one = await refusalsBy(env.DB, [], { ...filter, key: items[0]?.key_id ?? '' }, 10)
    expect(one.items.every((item) => item.only_key_id === items[0]?.key_id)).toBe(true)
  })
})
