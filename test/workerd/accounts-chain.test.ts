// What was done to a chain shows, and is named; what retention does holds.

import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'

import { verifyChain } from '../../src/control/logs/chain.ts'
import type { AuditEvent } from '../../src/audit/event.ts'
import {
  canonicalJson,
  GENESIS_HASH,
  link,
  linkHash,
  type Anchor,
} from '../../src/control/logs/link.ts'
import { prune } from '../../src/control/logs/retention.ts'
import { COLUMNS, eventOfRow, SELECT_LIST, STORED } from '../../src/control/logs/row.ts'
import type { Verdict } from '../../src/control/logs/verdict.ts'
import { NOON_MS, someEvent } from '../audit/events.ts'
import { deliver, emptyAccounts, letter, rows, takeIn, tamper, value } from './accounts-tables.ts'
import { applySchema } from './rows.ts'

const MINUTE_MS = 60_000
const A = `organization = 'org_a'`

beforeAll(applySchema)
afterEach(emptyAccounts)
const errors = vi.spyOn(console, 'error').mockImplementation(() => {})

/** One event a minute from noon on, sequence 1 at noon. */
function minutes(count: number, over: Partial<AuditEvent> = {}): AuditEvent[] {
  return Array.from({ length: count }, (_, i) => someEvent({ at: at(i), ...over }))
}

/** So many minutes past noon. */
const at = (minute: number) => NOON_MS + minute * MINUTE_MS
const verify = () => verifyChain(env.DB, 'org_a')
/** The verdicts on parts of so many events, up to the last. */
async function inParts(most: number, begin: Anchor | null = null): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  for (let from = begin; ;) {
    const verdict = await verifyChain(env.DB, 'org_a', { most, ...(from && { from }) })
    verdicts.push(verdict)
    if (!verdict.intact || verdict.next === null) return verdicts
    from = verdict.next
  }
}
const idAt = (sequence: number) =>
  value(`SELECT id FROM audit_events WHERE ${A} AND sequence = ${sequence}`)

describe('the link', () => {
  it('is what schema.sql says, so that anyone can compute it', async () => {
    const event = someEvent({ id: '3f2b8c1e-9d47-4c55-8a10-1b2c3d4e5f60', path: '/ü"\\' })
    const [linked] = link({ sequence: 0, hash: GENESIS_HASH }, [event])
    const json =
      '{"id":"3f2b8c1e-9d47-4c55-8a10-1b2c3d4e5f60","at":1772366400000,"organization":"org_a","key":"key_a","kind":"secret","serviceUser":null,"sourceSystem":null,"environment":"live","product":"verifa","route":"/api/v1/sessions/**","method":"GET","path":"/ü\\"\\\\","decision":"forwarded","reason":null,"status":200,"upstreamMs":12,"clientIp":"198.51.100.7","credits":null}'
    const bytes = new TextEncoder().encode(`${'0'.repeat(64)}\n${json}`)
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
    const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
    expect(linked?.hash).toBe(hex)
  })

  it('covers the actor of an event that has one', () => {
    const event = someEvent({ actor: 'person:ann@example.com' })
    expect(canonicalJson(event)).toContain(
      '"environment":"live","actor":"person:ann@example.com","product"',
    )
  })
})

describe('an untouched chain is intact', () => {
  it('empty', async () => {
    expect(await verify()).toEqual({ intact: true, events: 0, pruned: 0, head: null, next: null })
  })

  it('over several pages, beside others, of no organization too', async () => {
    await takeIn(minutes(1_203), 700)
    await takeIn(minutes(20, { organization: 'org_b' }))
    await takeIn(minutes(30, { organization: null, key: null }))
    const head = (await rows(`SELECT sequence, hash FROM audit_heads WHERE ${A}`))[0]
    expect(await verify()).toEqual({ intact: true, events: 1_203, pruned: 0, head, next: null })
    expect(await verifyChain(env.DB, 'org_b')).toMatchObject({ intact: true, events: 20 })
    expect(await verifyChain(env.DB, null)).toMatchObject({ intact: true, events: 30 })
  })

  it('in parts, each from where the one before ended: the same verdict', async () => {
    await takeIn(minutes(1_203), 700)
    const parts = await inParts(1)
    expect(parts.map((part) => 'events' in part && part.events)).toEqual([500, 500, 203, 0])
    expect(parts.at(-1)).toMatchObject({ intact: true, next: null, head: { sequence: 1_203 } })
  })

  it('in parts, while retention removes what the next would begin with', async () => {
    await takeIn(minutes(1_203), 700)
    const first = await verifyChain(env.DB, 'org_a', { most: 1 })
    await prune(env.DB, NOON_MS + 900 * MINUTE_MS)
    expect(first).toMatchObject({ intact: true, next: { sequence: 500 } })
    const rest = await inParts(1, 'next' in first ? first.next : null)
    expect(rest.at(-1)).toMatchObject({ intact: true, next: null })
  })

  it('while events are taken in and removed', async () => {
    await takeIn(minutes(1_600), 800)
    const verdicts = await Promise.all([
      verify(),
      takeIn(minutes(300, { at: NOON_MS + 5_000 * MINUTE_MS })),
      verify(),
      prune(env.DB, NOON_MS + 900 * MINUTE_MS),
      verify(),
      verify(),
    ])
    for (const verdict of [verdicts[0], verdicts[2], verdicts[4], verdicts[5], await verify()]) {
      expect(verdict).toMatchObject({ intact: true })
    }
  })
})

describe('an edit, whatever it edits, is named with its row', () => {
  const edits: Record<keyof AuditEvent, string> = {
    id: `'00000000-0000-4000-8000-000000000000'`,
    at: 'at + 1',
    organization: `'org_b'`,
    key: `'key_b'`,
    kind: `'jwt'`,
    serviceUser: `'su_b'`,
    sourceSystem: `'vkyc'`,
    environment: `'sandbox'`,
    actor: `'person:eve@example.com'`,
    product: 'NULL',
    route: `'/'`,
    method: `'POST'`,
    path: `'/api/v1/sessions/2'`,
    decision: `'refused', reason = 'rate_limited'`,
    reason: `'upstream_timeout'`,
    status: '201',
    upstreamMs: '13',
    clientIp: `'198.51.100.8'`,
    credits: '5',
  }
  beforeEach(() => takeIn(minutes(12)))

  it.each(Object.entries(edits))('%s', async (member, sql) => {
    const column = COLUMNS[member as keyof AuditEvent]
    await tamper(
      member === 'actor'
        ? `INSERT INTO audit_actors VALUES ('${String(await idAt(7))}', ${sql})`
        : `UPDATE audit_events SET ${column} = ${sql} WHERE ${A} AND sequence = 7`,
    )
    // A row that is another organization's now is missing here.
    const removed = { intact: false, flaw: 'removed', sequence: 7, id: null }
    const edited = { intact: false, flaw: 'edited', sequence: 7, id: await idAt(7) }
    expect(await verify()).toMatchObject(member === 'organization' ? removed : edited)
  })

  describe('of an actor', () => {
    const ann = 'person:ann@example.com'
    beforeEach(() =>
      takeIn([...Array(3).keys()].map((i) => someEvent({ at: at(20 + i), actor: ann }))),
    )

    it.each([
      ['edited', `UPDATE audit_actors SET actor = 'person:eve@example.com'`],
      ['removed', 'DELETE FROM audit_actors'],
      ['moved to another event', `UPDATE audit_actors SET id = '${crypto.randomUUID()}'`],
    ])('that is %s', async (_what, sql) => {
      expect(await verify()).toMatchObject({ intact: true, events: 15 })
      const id = await idAt(14)
      await tamper(`${sql} WHERE id = '${String(id)}'`)
      expect(await verify()).toMatchObject({ intact: false, flaw: 'edited', sequence: 14, id })
    })

    it('with the hash computed again, at the row behind it', async () => {
      await rewrite(14, { actor: 'person:eve@example.com' })
      expect(await verify()).toMatchObject({ flaw: 'unlinked', sequence: 15 })
    })
  })

  it.each([
    ['hash', 'edited'],
    ['previous_hash', 'edited'],
  ])('%s', async (column, flaw) => {
    const edit = `UPDATE audit_events SET ${column} = '${'a'.repeat(64)}' WHERE ${A} AND sequence = 7`
    await tamper(edit)
    expect(await verify()).toMatchObject({ intact: false, flaw, sequence: 7, id: await idAt(7) })
  })

  it('the first row and the last', async () => {
    await tamper(`UPDATE audit_events SET status = 500 WHERE ${A} AND sequence = 12`)
    expect(await verify()).toMatchObject({ flaw: 'edited', sequence: 12 })
    await tamper(`UPDATE audit_events SET status = 500 WHERE ${A} AND sequence = 1`)
    expect(await verify()).toMatchObject({ flaw: 'edited', sequence: 1 })
  })

  it('with its hash computed again, at the row behind it', async () => {
    await rewrite(7, { status: 403 })
    const verdict = await verify()
    expect(verdict).toMatchObject({ flaw: 'unlinked', sequence: 8, id: await idAt(8) })
    expect(!verdict.intact && verdict.detail).toContain('event 7')
  })

  it('of the last row, with its hash computed again, at the head', async () => {
    await rewrite(12, { status: 403 })
    expect(await verify()).toMatchObject({ flaw: 'rewritten', sequence: 12 })
  })

  it('of all from a row on, heads included, against a head that was noted', async () => {
    const noted = (await rows(`SELECT sequence, hash FROM audit_heads WHERE ${A}`))[0] as never
    for (let sequence = 7; sequence <= 12; sequence++) await rewrite(sequence, { status: 403 })
    const last = `(SELECT hash FROM audit_events WHERE ${A} AND sequence = 12)`
    await tamper(`UPDATE audit_heads SET hash = ${last} WHERE ${A}`)
    expect(await verify()).toMatchObject({ intact: true })
    await takeIn([someEvent({ at: NOON_MS + 60 * MINUTE_MS })])
    expect(await verifyChain(env.DB, 'org_a', { noted })).toMatchObject({
      flaw: 'rewritten',
      sequence: 12,
    })
  })
})

describe('a removal is named with its place', () => {
  beforeEach(() => takeIn(minutes(12)))

  it.each([
    ['in the middle', 'sequence = 7', 7],
    ['several', 'sequence BETWEEN 4 AND 9', 4],
    ['the first', 'sequence = 1', 1],
    ['the last', 'sequence = 12', 12],
    ['all', 'sequence > 0', 1],
  ])('%s', async (_which, where, sequence) => {
    await tamper(`DELETE FROM audit_events WHERE ${A} AND ${where}`)
    expect(await verify()).toMatchObject({ flaw: 'removed', sequence, id: null })
    // What comes after hides nothing.
    await takeIn([someEvent({ at: NOON_MS + 60 * MINUTE_MS })])
    expect(await verify()).toMatchObject({ flaw: 'removed', sequence, id: null })
  })

  it('with the rest renumbered, and the head with them', async () => {
    await tamper(
      `DELETE FROM audit_events WHERE ${A} AND sequence = 7`,
      ...[8, 9, 10, 11, 12].map(
        (n) => `UPDATE audit_events SET sequence = ${n - 1} WHERE ${A} AND sequence = ${n}`,
      ),
      `UPDATE audit_heads SET sequence = 11 WHERE ${A}`,
    )
    expect(await verify()).toMatchObject({ flaw: 'unlinked', sequence: 7, id: await idAt(7) })
  })

  it('of the newest, with the head set back, against a head that was noted', async () => {
    const noted = (await rows(`SELECT sequence, hash FROM audit_heads WHERE ${A}`))[0] as never
    await tamper(
      `DELETE FROM audit_events WHERE ${A} AND sequence > 9`,
      `UPDATE audit_heads SET sequence = 9, hash =
         (SELECT hash FROM audit_events WHERE ${A} AND sequence = 9) WHERE ${A}`,
    )
    expect(await verify()).toMatchObject({ intact: true, events: 9 })
    expect(await verifyChain(env.DB, 'org_a', { noted })).toMatchObject({
      flaw: 'removed',
      sequence: 10,
    })
  })

  it('of the head', async () => {
    await tamper(`DELETE FROM audit_heads WHERE ${A}`)
    expect(await verify()).toMatchObject({ flaw: 'headless', sequence: 12 })
  })
})

describe('a change of order is named with its place', () => {
  beforeEach(() => takeIn(minutes(12)))

  it('two rows change their numbers', async () => {
    await swap(5, 6)
    expect(await verify()).toMatchObject({ flaw: 'reordered', sequence: 5, id: await idAt(5) })
  })

  it('two rows far apart change their numbers', async () => {
    await swap(2, 11)
    expect(await verify()).toMatchObject({ flaw: 'reordered', sequence: 2, id: await idAt(2) })
  })

  it('two rows change what they hold', async () => {
    const [five, six] = [await idAt(5), await idAt(6)]
    await tamper(setId(5, '0'.repeat(36)), setId(6, five), setId(5, six))
    expect(await verify()).toMatchObject({ flaw: 'edited', sequence: 5 })
  })

  it('a row moves to the end', async () => {
    await tamper(`UPDATE audit_events SET sequence = 13 WHERE ${A} AND sequence = 5`)
    expect(await verify()).toMatchObject({ flaw: 'removed', sequence: 5 })
  })

  it('a row too many stands at the end', async () => {
    await takeIn([someEvent({ at: NOON_MS + 60 * MINUTE_MS })])
    const twelfth = `(SELECT hash FROM audit_events WHERE ${A} AND sequence = 12)`
    await tamper(`UPDATE audit_heads SET sequence = 12, hash = ${twelfth} WHERE ${A}`)
    expect(await verify()).toMatchObject({ flaw: 'inserted', sequence: 13 })
  })
})

describe('retention', () => {
  it('removes what is older, from the beginning only, and the rest verifies', async () => {
    const ann = { key: null, actor: 'person:ann@example.com' }
    const events = minutes(30).map((event, i) => (i % 3 === 0 ? { ...event, ...ann } : event))
    // Came late: older than its neighbours.
    const late = someEvent({ at: at(3) })
    await takeIn(events.slice(0, 20))
    await takeIn([late, ...events.slice(20)])
    await takeIn(minutes(5, { organization: null, key: null }))
    const usage = await rows('SELECT * FROM usage_daily')
    expect(await prune(env.DB, at(10))).toEqual({ removed: 15, more: false })
    expect(await verify()).toMatchObject({ intact: true, events: 21, pruned: 10 })
    expect(await verifyChain(env.DB, null)).toMatchObject({ intact: true, events: 0, pruned: 5 })
    expect(await value(`SELECT count(*) FROM audit_events WHERE id = '${late.id}'`)).toBe(1)
    expect(await rows('SELECT * FROM usage_daily')).toEqual(usage)
    // No actor outlives its event.
    expect(await rows('SELECT id FROM audit_actors ORDER BY id')).toEqual(
      await rows(`SELECT id FROM audit_events WHERE ${A} AND key IS NULL ORDER BY id`),
    )
    expect(await value('SELECT count(*) FROM audit_actors')).toBe(6)
    const checkpoint = await rows(
      `SELECT sequence, removed, cutoff FROM audit_checkpoints WHERE ${A}`,
    )
    expect(checkpoint).toEqual([{ sequence: 10, removed: 10, cutoff: at(10) }])
  })

  it('twice, side by side, and with different ages', async () => {
    await takeIn(minutes(5_000), 1_000)
    await takeIn(minutes(100, { organization: 'org_b' }))
    const cutoffs = [at(2_000), at(4_500), at(2_000), at(100), at(4_500)]
    const pruned = await Promise.all(cutoffs.map((cutoff) => prune(env.DB, cutoff)))
    expect(pruned.reduce((sum, { removed }) => sum + removed, 0)).toBe(4_600)
    expect(await prune(env.DB, at(4_500))).toEqual({ removed: 0, more: false })
    expect(await verify()).toMatchObject({ intact: true, events: 500, pruned: 4_500 })
    expect(await verifyChain(env.DB, 'org_b')).toMatchObject({
      intact: true,
      events: 0,
      pruned: 100,
    })
  })

  it('the chain goes on behind it, also from nothing', async () => {
    await takeIn(minutes(10))
    await prune(env.DB, at(100))
    expect(await verify()).toMatchObject({ intact: true, events: 0, pruned: 10 })
    await takeIn([someEvent({ at: at(200) })])
    expect(await verify()).toMatchObject({ intact: true, events: 1, head: { sequence: 11 } })
  })

  it('what it removed is not counted when it comes again', async () => {
    const events = minutes(10)
    await takeIn(events)
    const usage = await rows('SELECT * FROM usage_daily')
    await prune(env.DB, at(5))
    const { consumed, acked } = await deliver([letter('m1', events)])
    expect(consumed).toMatchObject({ inserted: 0, duplicates: 5, expired: 5 })
    expect(acked).toEqual(['m1'])
    expect(await rows('SELECT * FROM usage_daily')).toEqual(usage)
    expect(JSON.stringify(errors.mock.calls)).toContain('5 events came after their retention')
  })

  it('while consumers take in the same events again', async () => {
    const events = minutes(1_000)
    await takeIn(events, 500)
    const usage = await rows('SELECT * FROM usage_daily')
    await Promise.all([
      ...[0, 1, 2].map(() => takeIn(events, 250)),
      prune(env.DB, at(400)),
      prune(env.DB, at(700)),
    ])
    expect(await verify()).toMatchObject({ intact: true, events: 300, pruned: 700 })
    expect(await rows('SELECT * FROM usage_daily')).toEqual(usage)
  })

  it('does not cover what was removed before it', async () => {
    await takeIn(minutes(20))
    await tamper(`DELETE FROM audit_events WHERE ${A} AND sequence IN (3, 4)`)
    await prune(env.DB, at(10))
    const verdict = await verify()
    expect(verdict).toMatchObject({ flaw: 'removed', sequence: 10 })
    expect(!verdict.intact && verdict.detail).toContain('2 events')
  })

  it('what is removed, edited or put back at its edge shows', async () => {
    await takeIn(minutes(20))
    const fifth = (await rows(`SELECT * FROM audit_events WHERE ${A} AND sequence = 5`))[0] ?? {}
    await prune(env.DB, at(10))
    const columns = Object.keys(fifth).join(', ')
    const values = Object.values(fifth).map((member) => JSON.stringify(member).replaceAll('"', `'`))
    await tamper(`INSERT INTO audit_events (${columns}) VALUES (${values.join(', ')})`)
    expect(await verify()).toMatchObject({ flaw: 'inserted', sequence: 5 })
    await tamper(`DELETE FROM audit_events WHERE ${A} AND sequence = 5`)
    expect(await verify()).toMatchObject({ intact: true, events: 10 })
    await tamper(`DELETE FROM audit_events WHERE ${A} AND sequence = 11`)
    expect(await verify()).toMatchObject({ flaw: 'removed', sequence: 11 })
  })

  it('a forged checkpoint does not link', async () => {
    await takeIn(minutes(20))
    await prune(env.DB, at(10))
    await tamper(
      `DELETE FROM audit_events WHERE ${A} AND sequence = 11`,
      `UPDATE audit_checkpoints SET sequence = 11, removed = 11 WHERE ${A}`,
    )
    expect(await verify()).toMatchObject({ flaw: 'unlinked', sequence: 12 })
  })
})

/** Edits a row as one who knows the rule: its link and its hash hold afterwards. */
async function rewrite(sequence: number, over: Partial<AuditEvent>): Promise<void> {
  const rowAt = async (n: number) =>
    (await rows(`SELECT ${SELECT_LIST} FROM audit_events WHERE ${A} AND sequence = ${n}`))[0] ?? {}
  const event = eventOfRow(await rowAt(sequence))
  const previousHash = String((await rowAt(sequence - 1))['hash'])
  const hash = linkHash(previousHash, { ...event, ...over })
  const changed = { ...over, previousHash, hash }
  const sets = STORED.filter((member) => Object.hasOwn(changed, member)).map(
    (member) => `${COLUMNS[member]} = '${String(changed[member as keyof typeof changed])}'`,
  )
  await tamper(
    `UPDATE audit_events SET ${sets.join(', ')} WHERE ${A} AND sequence = ${sequence}`,
    ...(over.actor
      ? [`UPDATE audit_actors SET actor = '${over.actor}' WHERE id = '${event.id}'`]
      : []),
  )
}

async function swap(first: number, second: number): Promise<void> {
  await tamper(move(first, 1_000), move(second, first), move(1_000, second))
}

function move(from: number, to: number): string {
  return `UPDATE audit_events SET sequence = ${to} WHERE ${A} AND sequence = ${from}`
}

function setId(sequence: number, id: unknown): string {
  return `UPDATE audit_events SET id = '${String(id)}' WHERE ${A} AND sequence = ${sequence}`
}
