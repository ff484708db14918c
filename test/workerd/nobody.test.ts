// Requests of nobody on a real D1: counted once whatever the queue does, and bounded whatever comes.

import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'

import { verifyChain } from '../../src/control/logs/chain.ts'
import { MINUTE_MS, Nobody, SAMPLE_PER_MINUTE, type Tally } from '../../src/audit/nobody.ts'
import { refusalsBy } from '../../src/control/logs/refusals.ts'
import { pruneNobody } from '../../src/control/logs/tallies.ts'
import { usageBy } from '../../src/control/logs/usage.ts'
import { ofNobody, someEvent } from '../audit/events.ts'
import {
  deliver,
  emptyAccounts,
  letter,
  rows,
  tallyLetter,
  value,
  type Letter,
} from './accounts-tables.ts'
import { applySchema } from './rows.ts'

beforeAll(applySchema)
afterEach(emptyAccounts)
vi.spyOn(console, 'error').mockImplementation(() => {})

/** The beginning of this minute. */
const now = () => Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS

/** What an isolate sends of so many refusals, from as many addresses as may be. */
function isolate(refusals: number, addressOf: (i: number) => string): Tally[] {
  const nobody = new Nobody()
  const at = now()
  const reasons = ['credential_missing', 'credential_invalid', 'path_ambiguous']
  for (let i = 0; i < refusals; i++) {
    nobody.add(ofNobody({ at, clientIp: addressOf(i), reason: reasons[i % 3] ?? null }))
  }
  const tallies: Tally[] = []
  for (let tally = nobody.take(at); tally; tally = nobody.take(at)) tallies.push(tally)
  return tallies
}

const letters = (tallies: readonly Tally[]): Letter[] =>
  tallies.map((tally) => tallyLetter(tally.id, tally))
const manyAddresses = (i: number) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`
const events = () => value('SELECT count(*) FROM audit_events')
const counted = () => value('SELECT sum(refused) FROM nobody_refusals')

describe('requests of nobody', () => {
  it('100,000 of them, from as many addresses and ten isolates, are few rows, and all are counted', async () => {
    const tallies = Array.from({ length: 10 }, () => isolate(10_000, manyAddresses)).flat()
    for (const some of Map.groupBy(letters(tallies), (_letter, i) => i % 5 || 0).values()) {
      expect((await deliver(some)).retried).toEqual([])
    }
    expect(await events()).toBeLessThanOrEqual(SAMPLE_PER_MINUTE)
    expect(await value('SELECT count(*) FROM nobody_refusals')).toBe(3)
    expect(await value('SELECT count(*) FROM nobody_tallies')).toBe(tallies.length)
    expect(tallies.length).toBeLessThan(60)
    expect(Number(await events()) + Number(await counted())).toBe(100_000)
    const [{ refused } = {}] = await rows(`SELECT sum(refused) AS refused FROM usage_daily`)
    expect(refused).toBe(100_000)
    expect(await verifyChain(env.DB, null)).toMatchObject({ intact: true })
  })

  it('of one network 60 a minute become events, however many isolates saw them', async () => {
    for (let i = 0; i < 5; i++) await deliver(letters(isolate(1_000, () => '198.51.100.7')))
    expect(await events()).toBe(60)
    expect(await counted()).toBe(4_940)
  })

  it('are counted once by messages that come again, at once, and beside others', async () => {
    const sent = letters(isolate(500, () => '198.51.100.7'))
    const mine = someEvent({ at: now() })
    await Promise.all([
      deliver([...sent, letter('m1', [mine])]),
      deliver(sent),
      deliver([...sent, ...sent]),
    ])
    await deliver([...sent, letter('m1', [mine])])
    expect(await events()).toBe(61)
    expect(await counted()).toBe(440)
  })

  it('are in usage and refusals as before, by reason and product', async () => {
    await deliver(letters(isolate(300, () => '198.51.100.7')))
    const filter = { organization: null }
    const usage = await usageBy(env.DB, ['product'], filter)
    expect(usage.ok && usage.value.items).toEqual([
      { product: null, requests: 300, refused: 300, credits: 0 },
    ])
    const { items } = await refusalsBy(env.DB, [], filter, 10)
    expect(items.map(({ reason, refused }) => [reason, refused])).toEqual([
      ['credential_invalid', 100],
      ['credential_missing', 100],
      ['path_ambiguous', 100],
    ])
  })

  it('a tally that comes after a day is not taken: it may have been counted', async () => {
    const old = isolate(100, () => '198.51.100.7').map((tally) => ({
      ...tally,
      at: Date.now() - 24 * 60 * MINUTE_MS - 1,
    }))
    const { consumed, acked } = await deliver(letters(old))
    expect(acked).toHaveLength(old.length)
    expect(consumed).toMatchObject({ inserted: 0, counted: 0, expired: old.length })
  })

  it('are forgotten by minute after thirty days, and kept by day', async () => {
    await deliver(letters(isolate(100, () => '198.51.100.7')))
    await pruneNobody(env.DB, Date.now() + 2 * 60 * MINUTE_MS)
    expect(await counted()).toBe(40)
    await pruneNobody(env.DB, Date.now() + 31 * 24 * 60 * MINUTE_MS)
    expect(await counted()).toBeNull()
    expect(await value('SELECT count(*) FROM nobody_tallies')).toBe(0)
    expect(await value('SELECT sum(refused) FROM usage_daily')).toBe(100)
  })
})
