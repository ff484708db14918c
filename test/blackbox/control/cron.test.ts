// What the cron does for the management API, as often as it runs and beside itself.

import { afterAll, beforeAll, expect, test } from 'vitest'

import { startEdge, type TestEdge } from '../../harness/edge.ts'

let edge: TestEdge
beforeAll(async () => {
  edge = await startEdge()
})
afterAll(() => edge.stop())

const DAY_MS = 24 * 60 * 60 * 1000

test('an expiry is told once, without a new generation, and again at a new deadline', async () => {
  const hourAgo = Date.now() - 3_600_000
  const ended = await edge.mint('secret', { expiresAt: hourAgo })
  await edge.mint('secret', { expiresAt: Date.now() + 3_600_000 })
  const generations = await edge.sql('SELECT * FROM generations')
  const told = async (): Promise<unknown[]> =>
    await edge.sql(
      `SELECT json_extract(body, '$.data.key_id') AS id, occurred_at AS at FROM webhook_events
       WHERE json_extract(body, '$.data.cause') = 'expired' ORDER BY occurred_at`,
    )

  await Promise.all([edge.scheduled(), edge.scheduled(), edge.scheduled()])
  expect(await told()).toEqual([{ id: ended.id, at: hourAgo }])
  expect(await edge.sql('SELECT * FROM generations')).toEqual(generations)
  expect(await edge.sql('SELECT * FROM pending_fences')).toEqual([])

  await edge.sql(`UPDATE credentials SET expires_at = ${hourAgo + 1} WHERE id = '${ended.id}'`)
  await edge.scheduled()
  await edge.scheduled()
  expect(await told()).toEqual([
    { id: ended.id, at: hourAgo },
    { id: ended.id, at: hourAgo + 1 },
  ])
})

test('changes are forgotten after seven days, Idempotency-Keys after one', async () => {
  const now = Date.now()
  const change = (id: string, age: number): string => `('${id}', 'org_test', 1, ${now - age})`
  const key = (id: string, age: number): string => `('a', '${id}', 'h', 'r', ${now - age})`
  await edge.sql(
    `INSERT INTO changes (id, organization_id, total, created_at)
     VALUES ${change('chg_old', 8 * DAY_MS)}, ${change('chg_new', 6 * DAY_MS)};
     INSERT INTO idempotency_keys (actor, key, request_hash, result_id, created_at)
     VALUES ${key('old-old-old', 2 * DAY_MS)}, ${key('new-new-new', DAY_MS / 2)}`,
  )
  await edge.scheduled()
  expect(await edge.sql('SELECT id FROM changes')).toEqual([{ id: 'chg_new' }])
  expect(await edge.sql('SELECT key FROM idempotency_keys')).toEqual([{ key: 'new-new-new' }])
})

test('a console session is forgotten when it has expired', async () => {
  const now = Date.now()
  const session = (id: string, expires: number): string =>
    `('${id.repeat(64)}', 'operator', 'admin-token', ${now - 9_000}, ${now - 9_000}, ${expires})`
  await edge.sql(
    `INSERT INTO console_sessions (id, actor_type, name, created_at, seen_at, expires_at)
     VALUES ${session('a', now - 1_000)}, ${session('b', now + DAY_MS)}`,
  )
  await edge.scheduled()
  expect(await edge.sql('SELECT substr(id, 1, 1) AS id FROM console_sessions')).toEqual([
    { id: 'b' },
  ])
})
