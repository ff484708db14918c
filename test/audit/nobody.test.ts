// What an isolate keeps of requests of nobody, whatever comes.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import {
  BUFFER_MAX_EVENTS,
  EventBuffer,
  FLUSH_AFTER_MS,
  TALLY_PAUSE_MS,
} from '../../src/audit/buffer.ts'
import type { AuditEvent } from '../../src/audit/event.ts'
import { parseEvents, type EventMessage } from '../../src/audit/message.ts'
import {
  MINUTE_MS,
  NETWORK_SAMPLE_PER_MINUTE,
  Nobody,
  SAMPLE_PER_MINUTE,
  type Tally,
} from '../../src/audit/nobody.ts'
import { NOON_MS, ofNobody, someEvent } from './events.ts'

/** All that there is to send. */
function all(nobody: Nobody): Tally[] {
  const tallies: Tally[] = []
  for (let tally = nobody.take(NOON_MS); tally; tally = nobody.take(NOON_MS)) tallies.push(tally)
  return tallies
}
const eventsOf = (tallies: readonly Tally[]) => tallies.flatMap(({ events }) => events)
const refusedOf = (tallies: readonly Tally[]) =>
  tallies.flatMap(({ counts }) => counts).reduce((sum, { refused }) => sum + refused, 0)

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

describe('a sample of the requests of nobody becomes events', () => {
  it.each([
    ['an IPv4 address', () => '198.51.100.7', NETWORK_SAMPLE_PER_MINUTE],
    ['the addresses of an IPv6 /64', (i: number) => `2001:db8::${i.toString(16)}`, 60],
    ['no address', () => null, 60],
    ['any number of addresses', (i: number) => `10.0.${i >> 8}.${i & 255}`, SAMPLE_PER_MINUTE],
    ['any number of IPv6 networks', (i: number) => `2001:db8:0:${i.toString(16)}::1`, 300],
  ])('of %s, in a minute; the others are counted', (_who, addressOf, most) => {
    const nobody = new Nobody()
    for (let i = 0; i < 5_000; i++) nobody.add(ofNobody({ clientIp: addressOf(i) }))
    const tallies = all(nobody)
    expect(eventsOf(tallies)).toHaveLength(most)
    expect(refusedOf(tallies)).toBe(5_000 - most)
  })

  it('and in the next minute another, also where requests of both come mixed', () => {
    const nobody = new Nobody()
    for (let i = 0; i < 2_000; i++) nobody.add(ofNobody({ at: NOON_MS + (i % 2) * MINUTE_MS }))
    const tallies = all(nobody)
    expect(eventsOf(tallies).length).toBeLessThanOrEqual(2 * NETWORK_SAMPLE_PER_MINUTE)
    expect(eventsOf(tallies).length + refusedOf(tallies)).toBe(2_000)
  })

  it('counts are by minute, reason and product, with the time of the newest', () => {
    const nobody = new Nobody()
    for (let i = 0; i < 60; i++) nobody.add(ofNobody())
    for (const over of [
      { at: NOON_MS + 5 },
      { at: NOON_MS + 9 },
      { product: 'vault' },
      { reason: 'path_ambiguous' },
    ]) {
      nobody.add(ofNobody(over))
    }
    const minute = NOON_MS / MINUTE_MS
    const reason = 'credential_missing'
    expect(all(nobody).flatMap(({ counts }) => counts)).toEqual([
      { minute, reason, product: null, refused: 2, lastAt: NOON_MS + 9 },
      { minute, reason, product: 'vault', refused: 1, lastAt: NOON_MS },
      { minute, reason: 'path_ambiguous', product: null, refused: 1, lastAt: NOON_MS },
    ])
  })

  it('each tally fits into a message that the consumer reads', () => {
    const nobody = new Nobody()
    for (let i = 0; i < 3_000; i++) {
      const long = { path: `/${'ü'.repeat(2_047)}`, reason: `reason_${i % 40}` }
      nobody.add(
        ofNobody({ ...long, clientIp: `10.0.${i >> 8}.${i & 255}`, product: `p${i % 20}` }),
      )
    }
    for (const tally of all(nobody)) {
      const text = JSON.stringify({ kind: 'audit', version: 1, events: [], nobody: tally })
      expect(new TextEncoder().encode(text).length).toBeLessThan(128_000)
      expect(parseEvents(JSON.parse(text)).tally).toEqual(tally)
    }
  })

  it('while nothing is taken for hours, what is held is bounded and no request is forgotten', () => {
    const nobody = new Nobody()
    for (let i = 0; i < 60_000; i++) {
      nobody.add(ofNobody({ at: NOON_MS + i * 2_000, reason: `reason_${i % 3}` }))
    }
    const tallies = all(nobody)
    expect(eventsOf(tallies).length).toBeLessThanOrEqual(2 * SAMPLE_PER_MINUTE)
    expect(tallies.flatMap(({ counts }) => counts).length).toBeLessThanOrEqual(1_000)
    expect(eventsOf(tallies).length + refusedOf(tallies)).toBe(60_000)
  })
})

describe('in the buffer', () => {
  let messages: EventMessage[]
  let fails: boolean
  let buffer: EventBuffer
  const work: Promise<unknown>[] = []
  const waitUntil = (promise: Promise<unknown>) => void work.push(promise)
  const flood = (count: number, over: Partial<AuditEvent> = {}) => {
    for (let i = 0; i < count; i++) buffer.add(ofNobody({ at: Date.now(), ...over }), waitUntil)
  }
  const sent = () => messages.flatMap(({ nobody }) => nobody ?? [])

  beforeEach(() => {
    vi.useFakeTimers({ now: NOON_MS })
    vi.spyOn(console, 'error').mockImplementation(() => {})
    messages = []
    fails = false
    buffer = new EventBuffer({
      send: async (message) => {
        if (fails) throw new Error('Queue is overloaded')
        messages.push(structuredClone(message))
      },
    })
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
  })

  it('a flood of nobody takes no place of a customer’s event', async () => {
    fails = true
    const mine = someEvent()
    buffer.add(mine, waitUntil)
    flood(3 * BUFFER_MAX_EVENTS)
    await pass(FLUSH_AFTER_MS)
    expect(buffer.lost).toBe(0)
    fails = false
    await pass(60_000)
    expect(messages.flatMap(({ events }) => events)).toEqual([mine])
    expect(sent().flatMap(({ events }) => events)).toHaveLength(NETWORK_SAMPLE_PER_MINUTE)
    expect(refusedOf(sent())).toBe(3 * BUFFER_MAX_EVENTS - NETWORK_SAMPLE_PER_MINUTE)
  })

  it('a flood makes few messages, the first within a second', async () => {
    for (let second = 0; second < 60; second++) {
      flood(1_000)
      await pass(1_000)
      if (second === 0) expect(messages).toHaveLength(1)
    }
    await pass(TALLY_PAUSE_MS)
    expect(messages.length).toBeLessThanOrEqual(60_000 / TALLY_PAUSE_MS + 2)
    expect(eventsOf(sent()).length + refusedOf(sent())).toBe(60_000)
  })

  it('what the queue did not take is sent again as it was, so that it counts once', async () => {
    fails = true
    flood(100)
    await pass(FLUSH_AFTER_MS)
    fails = false
    await pass(10_000)
    flood(1)
    await pass(TALLY_PAUSE_MS + FLUSH_AFTER_MS)
    expect(new Set(sent().map(({ id }) => id)).size).toBe(sent().length)
    expect(eventsOf(sent()).length + refusedOf(sent())).toBe(101)
  })

  it('what people and operators do is no sample', async () => {
    const actor = 'operator:admin-token'
    for (let i = 0; i < 200; i++) buffer.add(ofNobody({ actor }), waitUntil)
    await pass(FLUSH_AFTER_MS)
    expect(messages.flatMap(({ events }) => events)).toHaveLength(200)
    expect(sent()).toEqual([])
  })
})
