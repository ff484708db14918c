// The consumer on a real D1: whatever the queue and the database do, each event is there once.

import { env } from 'cloudflare:workers'
import * as fc from 'fast-check'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'

import { verifyChain } from '../../src/control/logs/chain.ts'
import type { AuditEvent } from '../../src/audit/event.ts'
import type { Database } from '../../src/control/logs/database.ts'
import { eventOfRow, SELECT_LIST } from '../../src/control/logs/row.ts'
import { anyEvent, NOON_MS, someEvent } from '../audit/events.ts'
import {
  deliver,
  emptyAccounts,
  letter,
  rows,
  takeIn,
  value,
  type Letter,
} from './accounts-tables.ts'
import { applySchema, run } from './rows.ts'

const ORGANIZATIONS = ['org_a', 'org_b', null]

beforeAll(applySchema)
afterEach(emptyAccounts)
const errors = vi.spyOn(console, 'error').mockImplementation(() => {})

/** A mixed day of calls: three chains, some keys, refusals and credits. */
function traffic(count: number): AuditEvent[] {
  return Array.from({ length: count }, (_, i) => {
    const organization = ORGANIZATIONS[i % 3] ?? null
    const refused = i % 5 === 0
    return someEvent({
      at: NOON_MS + i * 40_000,
      organization,
      key: organization && `key_${i % 7}`,
      product: i % 11 === 0 ? null : (['verifa', 'vault'][i % 2] ?? null),
      decision: refused ? 'refused' : 'forwarded',
      reason: refused ? 'rate_limited' : null,
      status: refused ? 429 : 200,
      credits: refused ? null : i % 4,
    })
  })
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, order: Math.random() }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ item }) => item)
}

/** Messages of uneven size, some events in two of them, some messages delivered several times. */
function duplicated(events: readonly AuditEvent[]): Letter[] {
  const letters: Letter[] = []
  for (let i = 0; i < events.length;) {
    const size = 1 + Math.floor(Math.random() * 100)
    letters.push(letter(`m${i}`, events.slice(Math.max(0, i - 3), i + size)))
    i += size
  }
  const twice = letters.filter(() => Math.random() < 0.4)
  return shuffled([...letters, ...twice, ...twice.slice(0, 5)])
}

const byId = (a: AuditEvent, b: AuditEvent) => (a.id < b.id ? -1 : 1)

/** Events equal decisions, one each; usage equals their sum; every chain holds. */
async function expectAccounts(events: readonly AuditEvent[]): Promise<void> {
  const stored = (await rows(`SELECT ${SELECT_LIST} FROM audit_events`)).map(eventOfRow)
  const plain = stored.map(({ sequence: _s, previousHash: _p, hash: _h, ...event }) => event)
  expect(plain.toSorted(byId)).toEqual(events.toSorted(byId))

  const people = events.flatMap(({ id, actor }) => (actor === null ? [] : [{ id, actor }]))
  expect(await rows('SELECT id, actor FROM audit_actors ORDER BY id')).toEqual(
    people.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  )

  const usage = new Map<string, number[]>()
  const used = new Map<string, number>()
  const refusals = new Map<string, number[]>()
  for (const { organization, key, actor, product, at, decision, reason, credits } of events) {
    if (key) used.set(key, Math.max(used.get(key) ?? 0, at))
    if (actor !== null) continue
    const day = new Date(at).toISOString().slice(0, 10)
    const name = [organization ?? '', key ?? '', product ?? '', day].join(' ')
    if (decision === 'refused') {
      const [count = 0, last = 0] = refusals.get(`${name} ${reason}`) ?? []
      refusals.set(`${name} ${reason}`, [count + 1, Math.max(last, at)])
    }
    const [requests = 0, refused = 0, charged = 0] = usage.get(name) ?? []
    usage.set(name, [
      requests + 1,
      refused + Number(decision === 'refused'),
      charged + (credits ?? 0),
    ])
  }
  const sums = await rows('SELECT * FROM usage_daily')
  const named = sums.map(({ organization, key, product, day, requests, refused, credits }) => [
    [organization, key, product, day].join(' '),
    [requests, refused, credits],
  ])
  expect(Object.fromEntries(named)).toEqual(Object.fromEntries(usage))
  const reasons = await rows('SELECT * FROM refusals_daily')
  const counted = reasons.map(({ organization, key, product, day, reason, refused, last_at }) => [
    [organization, key, product, day, reason].join(' '),
    [refused, last_at],
  ])
  expect(Object.fromEntries(counted)).toEqual(Object.fromEntries(refusals))
  const last = await rows('SELECT key, last_used_at FROM credential_usage')
  expect(Object.fromEntries(last.map((row) => [row['key'], row['last_used_at']]))).toEqual(
    Object.fromEntries(used),
  )
  let verified = 0
  for (const organization of new Set(events.map((event) => event.organization))) {
    const verdict = await verifyChain(env.DB, organization)
    expect(verdict).toMatchObject({ intact: true })
    if (verdict.intact) verified += verdict.events
  }
  expect(verified).toBe(events.length)
}

describe('one consumer', () => {
  it('takes events in, says so, and knows them when they come again', async () => {
    const events = traffic(90)
    const letters = [letter('m1', events.slice(0, 50)), letter('m2', events.slice(40))]
    const first = await deliver(letters)
    expect(first).toMatchObject({ acked: ['m1', 'm2'], retried: [] })
    expect(first.consumed).toMatchObject({ inserted: 90, duplicates: 10, unreadable: 0 })
    expect([...first.consumed.heads.keys()].toSorted()).toEqual(['', 'org_a', 'org_b'])
    expect(first.consumed.heads.get('org_a')).toEqual({
      sequence: 30,
      hash: await value(`SELECT hash FROM audit_heads WHERE organization = 'org_a'`),
    })
    const again = await deliver(letters)
    expect(again).toMatchObject({ acked: ['m1', 'm2'], retried: [] })
    expect(again.consumed).toMatchObject({ inserted: 0, duplicates: 100 })
    await expectAccounts(events)
  })

  it('takes what it can read, and acknowledges nothing that it cannot', async () => {
    const good = someEvent()
    const letters = [
      { id: 'm1', body: 'nonsense' },
      { id: 'm2', body: { version: 1, events: [good, { ...someEvent(), status: 'vk_live_x' }] } },
      { id: 'm3', body: { version: 1, events: [] } },
      letter('m4', [someEvent({ organization: '../x' })]),
    ]
    const { consumed, acked, retried } = await deliver(letters)
    expect({ acked, retried }).toEqual({ acked: ['m3'], retried: ['m1', 'm2', 'm4'] })
    expect(consumed).toMatchObject({ inserted: 1, unreadable: 3 })
    expect(JSON.stringify(errors.mock.calls)).toContain('events[1].status has not its form')
    expect(JSON.stringify(errors.mock.calls)).not.toContain('vk_live_x')
    await expectAccounts([good])
  })

  it('any event that can be read fits the tables, and its chain holds', async () => {
    const events = fc.sample(anyEvent, 300)
    await takeIn(events)
    await expectAccounts(events)
  })

  it('a batch larger than one transaction', async () => {
    const events = traffic(4_500).map((event) => ({ ...event, path: `/${'p'.repeat(400)}` }))
    const letters = Array.from({ length: 45 }, (_, i) =>
      letter(`m${i}`, events.slice(i * 100, i * 100 + 100)),
    )
    const { consumed, acked } = await deliver(letters)
    expect(consumed).toMatchObject({ inserted: 4_500, retriedMessages: 0 })
    expect(acked).toHaveLength(45)
    await expectAccounts(events)
  })

  it('an event that the database will not take holds up its own message only', async () => {
    const poison = someEvent({ path: '/poison' })
    const events = traffic(20)
    await env.DB.prepare(
      `CREATE TRIGGER poison BEFORE INSERT ON audit_events WHEN NEW.path = '/poison'
       BEGIN SELECT RAISE(ABORT, 'no'); END`,
    ).run()
    const result = await deliver([
      letter('m1', events.slice(0, 10)),
      letter('m2', [poison]),
      letter('m3', events.slice(10)),
    ])
    await env.DB.prepare('DROP TRIGGER poison').run()
    expect(result).toMatchObject({ acked: ['m1', 'm3'], retried: ['m2'] })
    await expectAccounts(events)
  })
})

describe('the database', () => {
  it('takes an actor from the event, whatever was put in for it before', async () => {
    const event = someEvent({ key: null, actor: 'person:ann@example.com' })
    await run(`INSERT INTO audit_actors VALUES ('${event.id}', 'person:eve@example.com')`)
    await takeIn([event])
    await expectAccounts([event])
  })

  it.each([
    ['an event that follows nothing', `7, '${'0'.repeat(64)}'`],
    ['a second first event', `1, '${'0'.repeat(64)}'`],
    ['an event that follows another', `3, '${'a'.repeat(64)}'`],
  ])('refuses %s', async (_form, place) => {
    await takeIn([someEvent(), someEvent()])
    const insert = `INSERT INTO audit_events
      (organization, sequence, previous_hash, hash, id, at, method, path, decision, status)
      VALUES ('org_a', ${place}, '${'b'.repeat(64)}', '${crypto.randomUUID()}', 1, 'GET', '/', 'forwarded', 200)`
    await expect(env.DB.prepare(insert).run()).rejects.toThrow(/follows the newest/)
  })

  it('leaves heads and checkpoints alone', async () => {
    await takeIn([someEvent()])
    await expect(env.DB.prepare('DELETE FROM audit_heads').run()).rejects.toThrow(/leave this/)
    const move = env.DB.prepare('UPDATE audit_heads SET sequence = 9')
    await expect(move.run()).rejects.toThrow(/leave this/)
  })
})

/** The rows that a batch of events writes, all in all. */
async function written(events: readonly AuditEvent[]): Promise<number> {
  let sum = 0
  const db: Database = {
    prepare: (sql) => env.DB.prepare(sql),
    async batch<T>(statements: D1PreparedStatement[]): Promise<D1Result<T>[]> {
      const results = await env.DB.batch<T>(statements)
      sum += results.reduce((all, { meta }) => all + meta.rows_written, 0)
      return results
    },
  }
  await deliver([letter('m1', events)], db)
  return sum
}

describe('rows written, by which D1 is paid', () => {
  it.each([
    ['a secret key', {}, 4],
    ['a service user', { serviceUser: 'su_a' }, 5],
    ['nobody', { organization: null, key: null }, 3],
    ['a person', { key: null, actor: 'person:ann@example.com' }, 4],
  ])('an event of %s is %i, its sums one row in a hundred', async (_who, over, each) => {
    const calls = () => Array.from({ length: 100 }, () => someEvent(over))
    await written(calls())
    // Its chain's head, its usage, and its key's last use.
    const sums = (await written(calls())) - 100 * each
    expect(sums).toBeGreaterThan(0)
    expect(sums).toBeLessThanOrEqual(3)
  })
})

describe('five consumers at once, over shuffled and duplicated messages of 2,000 events', () => {
  it('count each once and fork no chain', async () => {
    const events = traffic(2_000)
    const { db, races } = interleaved()
    await race(duplicated(events), db)
    expect(races()).toBeGreaterThan(0)
    await expectAccounts(events)
  })

  it('also on a database that fails before, within and after its transactions', async () => {
    const events = traffic(2_000)
    const { db, failures } = failing()
    const redelivered = await race(duplicated(events), db)
    expect(failures()).toBeGreaterThanOrEqual(3)
    expect(redelivered).toBeGreaterThan(0)
    await expectAccounts(events)
  })
})

/** Delivers batches to five consumers until every message is acknowledged; how many came again. */
async function race(letters: readonly Letter[], db: Database): Promise<number> {
  const waiting = [...letters]
  let redelivered = 0
  const consumer = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, 1 + Math.floor(Math.random() * 8))
      const { acked, retried } = await deliver(batch, db)
      // A message that is in a batch twice has one id in the result.
      expect(new Set([...acked, ...retried])).toEqual(new Set(batch.map(({ id }) => id)))
      const again = batch.filter(({ id }) => retried.includes(id))
      redelivered += again.length
      waiting.push(...again)
    }
  }
  await Promise.all(Array.from({ length: 5 }, consumer))
  return redelivered
}

/** The database, slow enough for consumers to come in between each other; how often they did. */
function interleaved(): { db: Database; races: () => number } {
  let races = 0
  const db: Database = {
    prepare: (sql) => env.DB.prepare(sql),
    async batch<T>(statements: D1PreparedStatement[]): Promise<D1Result<T>[]> {
      await scheduler.wait(Math.random() * 10)
      try {
        return await env.DB.batch<T>(statements)
      } catch (error) {
        if (String(error).includes('follows the newest')) races += 1
        throw error
      }
    },
  }
  return { db, races: () => races }
}

/** The database, whose every other batch fails: unsent, in its middle, or unanswered, in turn. */
function failing(): { db: Database; failures: () => number } {
  let batches = 0
  let failures = 0
  const db: Database = {
    prepare: (sql) => env.DB.prepare(sql),
    async batch<T>(statements: D1PreparedStatement[]): Promise<D1Result<T>[]> {
      if (batches++ % 2 === 0) return await env.DB.batch<T>(statements)
      const kind = failures++ % 3
      if (kind === 0) throw new Error('D1_ERROR: Network connection lost.')
      if (kind === 1) {
        const middle = Math.floor(Math.random() * (statements.length + 1))
        const broken = env.DB.prepare(`SELECT json('{')`)
        return await env.DB.batch<T>(statements.toSpliced(middle, 0, broken))
      }
      await env.DB.batch(statements)
      throw new Error('D1_ERROR: Network connection lost.')
    },
  }
  return { db, failures: () => failures }
}
