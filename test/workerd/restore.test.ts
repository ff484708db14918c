// D1 set back to an earlier state, with guards, KV and isolates left as they are: what is revoked then
// is refused, nobody gets 503, and `republish` ends what the database does not have.

import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { publishPending } from '../../src/guard/publish.ts'
import { OPERATOR, startWorld, type World } from './control-world.ts'
import { outcome, startIsolate, type Isolate } from './isolate.ts'
import { applySchema, generationsIn, makeOrganization, mint, run, type Minted } from './rows.ts'

const READ = '/api/v1/sessions/s_1'
/** What a point in time is made of here, parents first. */
const TABLES = [
  ...['organizations', 'members', 'credentials', 'revoked_credentials'],
  ...['generations', 'pending_fences', 'former_owners'],
]

let world: World
let organization = ''
let key: Minted
let isolates: Isolate[] = []

beforeAll(async () => {
  await applySchema()
  world = await startWorld()
})
beforeEach(async () => {
  organization = await makeOrganization()
  key = await mint(organization, 'secret')
  isolates = [await startIsolate(), await startIsolate()]
})

type Rows = Record<string, string | number | null>[]

async function snapshot(): Promise<Map<string, Rows>> {
  const all = await env.DB.batch<Rows[number]>(
    TABLES.map((table) => env.DB.prepare(`SELECT * FROM ${table}`)),
  )
  return new Map(TABLES.map((table, i) => [table, all[i]?.results ?? []]))
}

/** As Time Travel does it: rows come and go, and no trigger hears of it. */
async function restore(rows: Map<string, Rows>): Promise<void> {
  const { results } = await env.DB.prepare(
    `SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name IN (${TABLES.map((one) => `'${one}'`).join()})`,
  ).all<{ name: string }>()
  await env.DB.batch([
    env.DB.prepare('PRAGMA defer_foreign_keys = on'),
    ...results.map(({ name }) => env.DB.prepare(`DROP TRIGGER ${name}`)),
    ...TABLES.toReversed().map((table) => env.DB.prepare(`DELETE FROM ${table}`)),
    ...TABLES.flatMap((table) =>
      (rows.get(table) ?? []).map((row) => {
        const columns = Object.keys(row)
        return env.DB.prepare(
          `INSERT INTO ${table} (${columns.join()}) VALUES (${columns.map(() => '?').join()})`,
        ).bind(...Object.values(row))
      }),
    ),
  ])
  await applySchema()
}

async function inForce(...statements: string[]): Promise<void> {
  await run(...statements)
  expect((await publishPending(env)).enforced_at).not.toBeNull()
}

const narrow = () => `UPDATE credentials SET scopes = '[]' WHERE id = '${key.id}'`
const widen = (one = key) =>
  `UPDATE credentials SET scopes = '["sessions:read"]' WHERE id = '${one.id}'`
/** As if the clock of D1 had been ahead when the key was edited. */
const raiseFar = () =>
  `UPDATE generations SET generation = generation + 3600000 WHERE credential_id = '${key.id}'`

async function everywhere(one = key): Promise<string[]> {
  const outcomes: string[] = []
  for (const isolate of [...isolates, await startIsolate()]) {
    outcomes.push(outcome(await isolate.call(READ, { key: one.value })))
  }
  return outcomes
}

const emptyKv = async () => {
  const { keys } = await env.RECORDS.list()
  await Promise.all(keys.map(({ name }) => env.RECORDS.delete(name)))
}

async function republish(): Promise<{ published: number; pending: number }> {
  let [published, pending, after] = [0, 0, ''] as [number, number, string | null]
  for (let slices = 0; after !== null && slices < 50; slices++) {
    const { body } = await world.call(
      OPERATOR,
      `POST /republish?after=${encodeURIComponent(after)}`,
    )
    published += Number(body['published'])
    pending += Number(body['pending'])
    after = body['next'] as string | null
  }
  expect(after).toBeNull()
  return { published, pending }
}

describe('after a restore, a key that is revoked is refused from enforced_at on', () => {
  it.each([
    ['the clock of D1 went on', []],
    ['guards hold fences above what D1 would give', [raiseFar]],
  ])('%s', async (_how, more) => {
    const before = await snapshot()
    await inForce(narrow())
    await inForce(widen(), ...more.map((sql) => sql()))
    expect(await everywhere()).toStrictEqual(['200', '200', '200'])
    await restore(before)
    const revoked = await world.call(
      OPERATOR,
      `POST /keys/${key.id}/revoke?organization=${organization}`,
    )
    expect(revoked.body).toMatchObject({ pending: 0, enforced_at: expect.any(Number) as number })
    expect(await everywhere()).toStrictEqual(Array(3).fill('401 key_revoked'))
    expect(await generationsIn('pending_fences')).toStrictEqual(new Map())
  })

  it('also where D1 is raised by two at the same time', async () => {
    const before = await snapshot()
    await inForce(widen(), raiseFar())
    expect(await everywhere()).toStrictEqual(['200', '200', '200'])
    await restore(before)
    await run(`UPDATE credentials SET revoked_at = 1 WHERE id = '${key.id}'`)
    const both = await Promise.all([publishPending(env), publishPending(env)])
    expect(both.map(({ enforced_at }) => typeof enforced_at)).toStrictEqual(['number', 'number'])
    expect(await everywhere()).toStrictEqual(Array(3).fill('401 key_revoked'))
  })
})

it('until republish nobody gets 503: what is read from the restored database is what counts', async () => {
  const before = await snapshot()
  await inForce(narrow())
  expect(await everywhere()).toStrictEqual(Array(3).fill('403 scope_missing'))
  await restore(before)
  await emptyKv()
  isolates = [await startIsolate()]
  for (let i = 0; i < 2; i++) expect(await everywhere()).toStrictEqual(['200', '200'])
})

describe('republish', () => {
  it('ends what was widened since, and keys that were made since, in memos and KV alike', async () => {
    await inForce(narrow())
    const before = await snapshot()
    await inForce(widen())
    const since = await mint(organization, 'secret')
    expect(await everywhere()).toStrictEqual(['200', '200', '200'])
    expect(await everywhere(since)).toStrictEqual(['200', '200', '200'])
    await restore(before)
    expect(await everywhere()).toContain('200')
    expect((await world.call(OPERATOR, 'GET /records')).body).toMatchObject({
      ahead: expect.any(Number) as number,
      keys: expect.arrayContaining([key.id, since.id]) as string[],
      next: null,
    })
    const { published, pending } = await republish()
    expect(published).toBeGreaterThanOrEqual(2)
    expect(pending).toBe(0)
    expect(await everywhere()).toStrictEqual(Array(3).fill('403 scope_missing'))
    expect(await everywhere(since)).toStrictEqual(Array(3).fill('401 credential_unknown'))
    expect((await world.call(OPERATOR, 'GET /records')).body).toMatchObject({ ahead: 0, keys: [] })
  })

  it('of one organization leaves the others', async () => {
    const other = await mint(await makeOrganization(), 'secret')
    const before = await generationsIn('generations')
    const at = `POST /republish?organization=${organization}`
    const first = await world.call(OPERATOR, at)
    expect(first.body).toMatchObject({ published: 1, pending: 0, next: 'kv:' })
    const after = await generationsIn('generations')
    expect(after.get(key.id)).toBeGreaterThan(before.get(key.id) ?? Infinity)
    expect(after.get(other.id)).toBe(before.get(other.id))
  })
})

it('a database that was not set back is behind in nothing', async () => {
  await inForce(narrow())
  await inForce(widen())
  expect(await everywhere()).toStrictEqual(['200', '200', '200'])
  expect((await world.call(OPERATOR, 'GET /records')).body).toMatchObject({ ahead: 0, next: null })
})
