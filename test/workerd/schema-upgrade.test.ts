// schema.sql over databases that older ones made, with rows as their code wrote them: all accounts hold,
// and go on.

import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'

import { verifyChain } from '../../src/control/logs/chain.ts'
import { searchEvents, type EventFilter } from '../../src/control/logs/query.ts'
import { prune } from '../../src/control/logs/retention.ts'
import { NOON_MS, someEvent } from '../audit/events.ts'
import { rows, takeIn, tamper, value } from './accounts-tables.ts'
import { applySchema, run } from './rows.ts'

const OLD = { organization: 'org_old', key: 'key_old' }
const ANN = { organization: 'org_old', key: null, actor: 'person:ann@example.com' }
const HOUR_MS = 3_600_000
const verify = () => verifyChain(env.DB, 'org_old')
const columnsOf = async (table: string) =>
  (await rows(`SELECT name FROM pragma_table_info('${table}')`)).map(({ name }) => name)

async function find(filter: Partial<EventFilter>): Promise<(string | number | null)[][]> {
  const page = await searchEvents(env.DB, { organization: 'org_old', ...filter })
  return page.ok ? page.value.items.map(({ sequence, actor }) => [sequence, actor]) : []
}

/** Requests, refusals and credits of the key, as they were summed up. */
const usage = async () =>
  Object.values(
    (
      await rows(`SELECT sum(requests), sum(refused), sum(credits) FROM usage_daily
        WHERE key = 'key_old'`)
    )[0] ?? {},
  )

beforeAll(async () => {
  await run(...env.OLDER.schema, ...env.OLDER.rows)
  expect(await columnsOf('audit_events')).not.toContain('actor')
  await applySchema()
  await applySchema()
})

describe('over a schema from before there were actors', () => {
  it('keys keep their generations', async () => {
    // Two: one as it was inserted, one as it got its list.
    expect(await rows('SELECT credential_id, generation FROM generations')).toEqual([
      { credential_id: 'key_old', generation: 2 },
    ])
  })

  it('what was counted stays as it was', async () => {
    expect(await usage()).toEqual([3, 1, 4])
    expect(await value(`SELECT count(*) FROM credential_usage`)).toBe(1)
  })

  it('its chains verify, and an edit of theirs shows', async () => {
    expect(await verify()).toMatchObject({ intact: true, events: 3, head: { sequence: 3 } })
    expect(await verifyChain(env.DB, null)).toMatchObject({ intact: true, events: 1 })
    const second = `FROM audit_events WHERE organization = 'org_old' AND sequence = 2`
    await tamper(`INSERT INTO audit_actors SELECT id, 'person:eve@example.com' ${second}`)
    expect(await verify()).toMatchObject({ intact: false, flaw: 'edited', sequence: 2 })
    await tamper('DELETE FROM audit_actors')
    expect(await verify()).toMatchObject({ intact: true })
  })
})

describe('over a schema with the actor as a column', () => {
  beforeAll(async () => {
    await run(...env.OLDER.actorColumn)
    await applySchema()
    await applySchema()
  })

  it('the actors are where they are now, and the chain verifies', async () => {
    expect(await find({})).toEqual([
      [5, 'person:ann@example.com'],
      ...[4, 3, 2, 1].map((sequence) => [sequence, null]),
    ])
    expect(await find({ caller: 'person' })).toEqual([[5, 'person:ann@example.com']])
    expect(await find({ actor: 'person:ann@example.com' })).toHaveLength(1)
    expect(await verify()).toMatchObject({ intact: true, events: 5 })
    await tamper(`UPDATE audit_actors SET actor = 'person:eve@example.com'`)
    expect(await verify()).toMatchObject({ intact: false, flaw: 'edited', sequence: 5 })
    await tamper(`UPDATE audit_actors SET actor = 'person:ann@example.com'`)
  })
})

it('the chain goes on, each event counts once, and retention reaches the old ones', async () => {
  const at = NOON_MS + HOUR_MS
  await takeIn([
    someEvent({ ...OLD, at, credits: 2 }),
    someEvent({ ...OLD, at: at + 1, decision: 'refused', reason: 'scope_missing', credits: null }),
    someEvent({ ...ANN, at: at + 2 }),
  ])
  await applySchema()
  expect(await usage()).toEqual([5, 2, 6])
  expect(await find({ caller: 'person' })).toEqual([
    [8, 'person:ann@example.com'],
    [5, 'person:ann@example.com'],
  ])
  expect(await verify()).toMatchObject({ intact: true, events: 8, head: { sequence: 8 } })
  expect(await prune(env.DB, at)).toEqual({ removed: 6, more: false })
  expect(await verify()).toMatchObject({ intact: true, events: 3, pruned: 5 })
  expect(await value('SELECT count(*) FROM audit_actors')).toBe(1)
})
