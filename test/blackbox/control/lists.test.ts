// Lists: filters that say what they do, and cursor pages that show each row once, whatever is added
// while they are read.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { Call, KeyBody, PageBody } from './call.ts'
import { manager, newOrganization, startWorld, until, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.edge.stop())

interface Row {
  readonly id: string
}

/** Reads a list page by page; something may happen after each. */
async function walk(
  call: Call,
  path: string,
  limit: number,
  meanwhile: () => Promise<unknown> = async () => undefined,
): Promise<string[]> {
  const ids: string[] = []
  for (let cursor = ''; ;) {
    const { status, body } = await call<PageBody<Row>>(`GET ${path}limit=${limit}${cursor}`)
    expect(status).toBe(200)
    expect(body.items.length).toBeLessThanOrEqual(limit)
    ids.push(...body.items.map(({ id }) => id))
    if (body.next_cursor === null) return ids
    cursor = `&cursor=${encodeURIComponent(body.next_cursor)}`
    await meanwhile()
  }
}

describe('the list of keys', () => {
  let call: Call
  let made: KeyBody[]
  beforeAll(async () => {
    const organization = await newOrganization(world.edge, 'org_lists')
    call = await manager(world.edge, { organization })
    made = []
    const fields = [
      { kind: 'secret', name: 'Alpha' },
      { kind: 'secret', name: 'alphabet' },
      { kind: 'publishable', name: 'Beta %_ 100' },
      { kind: 'jwt', name: 'Gamma', products: ['aml_screening'] },
    ]
    for (const one of fields) made.push((await call<KeyBody>('POST /keys', one)).body)
    await call(`POST /keys/${made[1]?.id}/revoke`)
    const expires_at = Date.now() + 500
    expect((await call(`PATCH /keys/${made[2]?.id}`, { expires_at })).status).toBe(200)
    await until(async () => Date.now() > expires_at)
  })

  const rows: readonly [string, readonly string[]][] = [
    ['kind=secret&search=alpha', ['alphabet', 'Alpha']],
    ['kind=jwt', ['Gamma']],
    ['kind=access_token', []],
    ['state=revoked', ['alphabet']],
    ['state=expired', ['Beta %_ 100']],
    ['state=active&search=a', ['Gamma', 'Alpha', 'of a test']],
    ['search=ALPHA', ['alphabet', 'Alpha']],
    ['search=%25_', ['Beta %_ 100']],
    ["search='%3B--", []],
    ['environment=live&search=gam', ['Gamma']],
    ['service_user=su_nobody', []],
    ['organization=org_lists&kind=publishable', ['Beta %_ 100']],
  ]
  test.each(rows)('?%s', async (query, names) => {
    const { status, body } = await call<PageBody<KeyBody>>(`GET /keys?${query}`)
    expect(status).toBe(200)
    expect(body.items.map(({ name }) => name)).toEqual(names)
    expect(body.next_cursor).toBeNull()
  })

  test('is the same read in pages of any size, newest first', async () => {
    const all = await walk(call, '/keys?', 200)
    expect(all).toHaveLength(made.length + 1)
    for (const limit of [1, 2, 3]) expect(await walk(call, '/keys?', limit)).toEqual(all)
  })
})

describe('pages show each row once while rows are added', () => {
  test('of keys, also when many are of one moment', async () => {
    const organization = await newOrganization(world.edge, 'org_busy')
    const call = await manager(world.edge, { organization })
    await world.edge.sql(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
       INSERT INTO credentials (id, organization_id, kind, environment, name, digest, created_at)
       SELECT 'key_busy_' || i, 'org_busy', 'secret', 'live', 'filler', hex(randomblob(20)),
         1000 + i / 10 FROM n`,
    )
    const before = await walk(call, '/keys?', 200)
    const during = await walk(call, '/keys?', 7, () =>
      call('POST /keys', { kind: 'secret', name: 'new' }),
    )
    expect(during).toEqual(before)
    expect(await walk(call, '/keys?', 200)).not.toEqual(before)
  })

  test('of service users, tokens and endpoints', async () => {
    const organization = await newOrganization(world.edge, 'org_others')
    const call = await manager(world.edge, { organization })
    const adds = {
      '/service-users': { name: 'U', source_system: 'vkyc' },
      '/webhooks': { url: 'https://hooks.example.org/x', events: ['system.apiKey.exposed'] },
    }
    for (const [path, body] of Object.entries(adds)) {
      for (let i = 0; i < 5; i++) await call(`POST ${path}`, body)
      const before = await walk(call, `${path}?`, 200)
      expect(before).toHaveLength(5)
      expect(await walk(call, `${path}?`, 2, () => call(`POST ${path}`, body))).toEqual(before)
    }
    const [user] = await walk(call, '/service-users?', 200)
    const tokens = `/service-users/${user}/tokens`
    for (let i = 0; i < 5; i++) await call(`POST ${tokens}`, { name: 't' })
    const before = await walk(call, `${tokens}?`, 200)
    expect(await walk(call, `${tokens}?`, 2, () => call(`POST ${tokens}`, { name: 't' }))).toEqual(
      before,
    )
  })

  test('of organizations, for operators', async () => {
    const before = await walk(world.admin, '/organizations?', 200)
    let n = 0
    const add = () => world.admin('POST /organizations', { name: `Added ${n++}` })
    expect(await walk(world.admin, '/organizations?', 1, add)).toEqual(before)
  })
})
