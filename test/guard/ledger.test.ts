// What a guard remembers between two calls, and above all what becomes of a lease.

import { beforeEach, describe, expect, it } from 'vitest'

import { LEASE_MARGIN_MS, LEASE_MS } from '../../src/guard/lease-terms.ts'
import { FENCE_WAIT_MS } from './fence-wait.ts'
import { Ledger } from '../../src/guard/ledger.ts'
import { FORGET_AFTER_MS } from '../../src/guard/turn.ts'
import type { AdmitAnswer, AdmitAsk, Lease } from '../../src/guard/protocol.ts'
import type { Limit } from '../../src/lib/limit.ts'
import { memoryStore, type MemoryStore } from './memory-store.ts'

const PLAN: Limit = { name: 'plan', quota: 1_000, windowSeconds: 60 }
const SESSIONS: Limit = { name: 'sessions', quota: 500, windowSeconds: 60 }
const WINDOW_MS = 60_000
/** How long the guard counts on a lease. */
const UNTIL_MS = LEASE_MS + LEASE_MARGIN_MS
const START = 1_800_000_000_000

let store: MemoryStore
let ledger: Ledger
let begun: number[]
/** As after an eviction: only the store is left. */
const restart = () => {
  ledger = new Ledger(store, (now) => begun.push(now))
}
beforeEach(() => {
  store = memoryStore()
  begun = []
  restart()
})

/** Asks for nothing on the plan, so many ms after the start, unless said otherwise. */
const ask = (ms: number, over: Partial<AdmitAsk> = {}): AdmitAnswer =>
  ledger.admit({ generation: 1, limits: [PLAN], want: 0, leaseMs: LEASE_MS, ...over }, START + ms)
const verdict = (ms: number, over: Partial<AdmitAsk>) => ask(ms, over).verdict
const remaining = (ms: number, limit = PLAN) => ledger.peek([limit], START + ms)[0]?.remaining
const waitMs = (ms: number) => ledger.fence(1, START + ms).waitMs

const keys = () =>
  store
    .list()
    .map(([key]) => key)
    .toSorted()

function leaseOf(answer: AdmitAnswer): Lease {
  if (answer.verdict !== 'granted' || !answer.lease) throw new Error('there is no lease')
  return answer.lease
}

/** Ten tokens, of the plan unless said otherwise. */
const lease = (ms: number, over: Partial<AdmitAsk> = {}): Lease =>
  leaseOf(ask(ms, { lease: 10, ...over }))
const settle = (ms: number, id: number, unused: number) => ask(ms, { settled: [{ id, unused }] })

describe('a lease is given', () => {
  it('beside the request at hand, and what remains does not count it', () => {
    expect(ask(0, { want: 1, lease: 50 })).toStrictEqual({
      verdict: 'granted',
      lease: { id: 1, tokens: 50, ms: LEASE_MS },
      limits: [{ ...PLAN, remaining: 949, resetAfterMs: 60_000 }],
    })
  })

  it('each under an id of its own', () => {
    expect([lease(0).id, lease(0).id, lease(1).id]).toStrictEqual([1, 2, 3])
  })

  it.each<[string, Partial<AdmitAsk>, number]>([
    ['as much as was asked for', { lease: 7 }, 7],
    ['half of what remains', { lease: 900 }, 500],
    ['after the request', { lease: 900, want: 880 }, 60],
    ['of the smallest', { lease: 900, limits: [PLAN, SESSIONS] }, 250],
    ['in requests, where one costs more', { lease: 900, weights: [25] }, 20],
    ['by what it costs of each', { lease: 900, limits: [PLAN, SESSIONS], weights: [1, 10] }, 25],
    ['of as many as pay', { lease: 2 }, 2],
  ])('%s', (_size, over, tokens) => {
    expect(leaseOf(ask(0, over)).tokens).toBe(tokens)
  })

  it.each<[string, Partial<AdmitAsk>]>([
    ['not asked for', { want: 1 }],
    ['nothing asked for', { want: 1, lease: 0 }],
    ['fewer than pay', { lease: 1 }],
    ['of a small quota', { lease: 50, limits: [{ ...PLAN, quota: 3 }] }],
    ['with too little left', { lease: 50, want: 997 }],
    ['with a window of each address', { lease: 50, limits: [{ ...PLAN, partition: '192.0.2.1' }] }],
    ['with one beside another', { lease: 50, limits: [PLAN, { ...SESSIONS, partition: 'a' }] }],
    ['of a shorter time than pays', { lease: 50, leaseMs: 99 }],
    [
      'for a window of a moment',
      { lease: 50, leaseMs: 100, limits: [{ ...PLAN, windowSeconds: 0.5 }] },
    ],
  ])('not where it is %s', (_case, over) => {
    expect(ask(0, over)).toMatchObject({ verdict: 'granted', lease: null })
    expect(waitMs(0)).toBe(0)
  })

  it('nor to who is refused, or stale', () => {
    expect(ask(0, { want: 1_001, lease: 10 })).not.toHaveProperty('lease')
    ledger.fence(2, START)
    expect(ask(0, { lease: 10 })).toStrictEqual({ verdict: 'stale' })
    expect([waitMs(0), remaining(0)]).toStrictEqual([0, 1_000])
  })

  it('for a sixth of the shortest window at most', () => {
    const limits = [PLAN, { ...SESSIONS, windowSeconds: 3 }]
    expect(lease(0, { limits }).ms).toBe(500)
  })

  it('for as long as the previous release does, to who does not say how long', () => {
    const { leaseMs: _own, ...former } = { leaseMs: 0, generation: 1, limits: [PLAN], want: 0 }
    const answer = ledger.admit({ ...former, lease: 10 }, START)
    expect(leaseOf(answer).ms).toBe(300)
  })

  it('where others are out, half of what is left is shared among as many', () => {
    const sizes = [0, 1, 2, 3].map((ms) => lease(ms, { lease: 900 }).tokens)
    expect(sizes).toStrictEqual([500, 250, 62, 31])
    expect(lease(UNTIL_MS + 3, { lease: 900 }).tokens).toBe(78)
  })
})

describe('until it is settled it counts in full', () => {
  it('at once', () => {
    lease(0)
    expect(verdict(0, { want: 991 })).toBe('limited')
    expect(verdict(0, { want: 990 })).toBe('granted')
  })

  it('of every limit it is on, and of no other', () => {
    lease(0, { limits: [PLAN, SESSIONS], lease: 5 })
    const other = { ...PLAN, name: 'other' }
    expect([PLAN, SESSIONS, other].map((limit) => remaining(0, limit))).toStrictEqual([
      995, 495, 1_000,
    ])
  })

  it('as if all of it were used at the very last moment: until + window', () => {
    lease(0)
    const leaves = UNTIL_MS + WINDOW_MS
    expect(verdict(leaves - 1, { want: 991 })).toBe('limited')
    expect(ask(leaves - 1, { want: 990 }).verdict).toBe('granted')
    expect(ask(leaves - 1, { want: 1 })).toMatchObject({ verdict: 'limited', retryAfterMs: 1 })
    expect(verdict(leaves, { want: 11 })).toBe('limited')
    expect(verdict(leaves, { want: 10 })).toBe('granted')
  })

  it('nobody settles it: no window holds more, and all of the quota comes back', () => {
    for (let i = 0; i < 10; i++) lease(i)
    expect(remaining(9)).toBe(900)
    expect(remaining(9 + UNTIL_MS + WINDOW_MS - 1)).toBe(990)
    expect(remaining(9 + UNTIL_MS + WINDOW_MS)).toBe(1_000)
  })
})

describe('settled', () => {
  it('what is unused is free again, what was used is an admission of now', () => {
    const { id } = lease(0)
    settle(100, id, 4)
    expect(remaining(100)).toBe(994)
    expect(remaining(100 + WINDOW_MS - 1)).toBe(994)
    expect(remaining(100 + WINDOW_MS)).toBe(1_000)
  })

  it('late: of the last moment at which it may have been used', () => {
    const { id } = lease(0)
    settle(30_000, id, 4)
    expect(remaining(UNTIL_MS + WINDOW_MS - 1)).toBe(994)
    expect(remaining(UNTIL_MS + WINDOW_MS)).toBe(1_000)
  })

  it('so late that it counts no more: nothing', () => {
    const { id } = lease(0)
    settle(UNTIL_MS + WINDOW_MS, id, 0)
    expect(remaining(UNTIL_MS + WINDOW_MS)).toBe(1_000)
  })

  it.each([
    ['all of it unused', 10, 1_000],
    ['none', 0, 990],
    ['more than there was', 11, 1_000],
    ['less than nothing', -1, 990],
  ])('%s', (_case, unused, left) => {
    const { id } = lease(0)
    settle(1, id, unused)
    expect(remaining(1)).toBe(left)
  })

  it('once only: what is told again changes nothing', () => {
    const { id } = lease(0)
    const other = lease(0)
    settle(1, id, 4)
    const before = store.list()
    for (const unused of [0, 4, 10]) settle(2, id, unused)
    ask(3, { settled: [id, id, id].map((again) => ({ id: again, unused: 0 })) })
    expect(store.list()).toStrictEqual(before)
    settle(4, other.id, 10)
    expect(remaining(4)).toBe(994)
  })

  it('nor does an id that never was', () => {
    lease(0)
    settle(1, 99, 0)
    expect([remaining(1), waitMs(1)]).toStrictEqual([990, FENCE_WAIT_MS])
  })

  it('several at once, each for itself', () => {
    const ids = [lease(0), lease(0), lease(0)].map(({ id }) => id)
    ask(1, { settled: ids.map((id, i) => ({ id, unused: i })) })
    expect(remaining(1)).toBe(1_000 - 10 - 9 - 8)
  })

  it('on every limit it was on, whatever the ask is about', () => {
    const { id } = lease(0, { limits: [PLAN, SESSIONS], lease: 5 })
    ask(1, { limits: [{ ...PLAN, name: 'other' }], settled: [{ id, unused: 2 }] })
    expect([remaining(1), remaining(1, SESSIONS)]).toStrictEqual([997, 497])
  })

  it('before the ask is decided: what comes back may be had at once', () => {
    const { id } = lease(0)
    expect(verdict(0, { want: 990 })).toBe('granted')
    expect(verdict(1, { want: 10 })).toBe('limited')
    expect(verdict(1, { want: 10, settled: [{ id, unused: 10 }] })).toBe('granted')
    expect(verdict(1, { want: 1 })).toBe('limited')
  })

  it('by who is refused, too', () => {
    const { id } = lease(0)
    expect(verdict(1, { want: 2_000, settled: [{ id, unused: 3 }] })).toBe('limited')
    expect(remaining(1)).toBe(993)
  })

  it('by who is stale, too', () => {
    const { id } = lease(0)
    ledger.fence(2, START)
    expect(verdict(1, { want: 1, settled: [{ id, unused: 3 }] })).toBe('stale')
    expect([remaining(1), waitMs(1)]).toStrictEqual([993, 0])
  })

  it('beside later admissions: it takes its place among them', () => {
    const { id } = lease(0)
    ask(5_000, { want: 1 })
    settle(6_000, id, 0)
    expect(ask(6_000, { want: 990 })).toMatchObject({
      verdict: 'limited',
      retryAfterMs: UNTIL_MS + WINDOW_MS - 6_000,
    })
  })

  it('the clock was set back behind what was admitted: dated no earlier than it was given', () => {
    ask(5_000, { want: 1 })
    const { id } = lease(0)
    settle(1, id, 0)
    expect(remaining(5_000 + WINDOW_MS - 1)).toBe(989)
    expect(remaining(5_000 + WINDOW_MS)).toBe(1_000)
  })

  it('the clock is set back after it came back: what then counts again was not let go of', () => {
    ask(0, { want: 100 })
    const { id } = lease(30_000)
    settle(WINDOW_MS + 100, id, 0)
    expect(remaining(WINDOW_MS + 100)).toBe(990)
    expect(remaining(WINDOW_MS - 1)).toBe(890)
  })
})

describe('a new ledger on the same store', () => {
  it('counts what was leased, and settles it once', () => {
    const { id } = lease(0)
    restart()
    expect(remaining(1)).toBe(990)
    settle(1, id, 4)
    restart()
    settle(2, id, 0)
    expect(remaining(2)).toBe(994)
  })

  it('gives no id twice, not even with none out', () => {
    settle(1, lease(0).id, 10)
    restart()
    expect(lease(2).id).toBe(2)
  })
})

describe('the fence', () => {
  it('waits for nothing where nothing is leased', () => {
    ask(0, { want: 5 })
    expect(ledger.fence(2, START)).toStrictEqual({ generation: 2, waitMs: 0 })
  })

  it('waits for a lease that is out, a new ledger too, until it is settled', () => {
    const { id, ms } = lease(0)
    expect(ledger.fence(2, START)).toStrictEqual({ generation: 2, waitMs: FENCE_WAIT_MS })
    expect(FENCE_WAIT_MS).toBeGreaterThanOrEqual(ms + LEASE_MARGIN_MS)
    restart()
    expect(waitMs(1)).toBe(FENCE_WAIT_MS)
    ask(2, { generation: 2, settled: [{ id, unused: 0 }] })
    expect(waitMs(2)).toBe(0)
  })

  it('waits while one of several is out', () => {
    const ids = [lease(0), lease(0)].map(({ id }) => id)
    settle(1, ids[0] ?? 0, 0)
    expect(waitMs(1)).toBe(FENCE_WAIT_MS)
    settle(1, ids[1] ?? 0, 0)
    expect(waitMs(1)).toBe(0)
  })

  it.each([0, 61_000, 3_600_000, -3_600_000])(
    'waits for a lease that is out where the clock was set by %i ms meanwhile',
    (stepMs) => {
      lease(0)
      expect(waitMs(stepMs + 1)).toBe(FENCE_WAIT_MS)
    },
  )

  it('nobody settles it: until an ask an hour later lets go of it', () => {
    lease(0)
    ask(UNTIL_MS + 3_599_999)
    expect(waitMs(UNTIL_MS + 3_600_000)).toBe(FENCE_WAIT_MS)
    ask(UNTIL_MS + 3_600_000)
    expect(waitMs(UNTIL_MS + 3_600_000)).toBe(0)
  })

  it('waits when it is told again what it knows: whoever told it first may not have waited', () => {
    lease(0)
    ledger.fence(2, START)
    expect(ledger.fence(2, START)).toStrictEqual({ generation: 2, waitMs: FENCE_WAIT_MS })
    expect(ledger.fence(1, START)).toStrictEqual({ generation: 2, waitMs: FENCE_WAIT_MS })
  })
})

describe('the fence of a guard that began knowing nothing', () => {
  it('waits for the longest lease that any plan allows, for its first minute', () => {
    ledger.begin(1, START)
    expect(ledger.fence(2, START + 59_999, 5_000).waitMs).toBe(5_000 + LEASE_MARGIN_MS)
    expect(ledger.fence(3, START + 59_999).waitMs).toBe(FENCE_WAIT_MS)
    expect(ledger.fence(4, START + 60_000, 5_000).waitMs).toBe(0)
  })

  it('and no shorter for a lease that is out', () => {
    lease(0, { leaseMs: 8_000 })
    expect(ledger.fence(1, START, 1_000).waitMs).toBe(8_000 + LEASE_MARGIN_MS)
  })
})

const former = () => {
  const open = [{ id: 7, tokens: 10, until: START + 350, limits: [PLAN] }]
  store.put('fence', { generation: 5, at: START - 100_000, begunAt: 0 })
  store.put('leases', { lastId: 7, open })
  store.put('debits', { lastId: 2, open: [] })
  store.put('limits:plan', { generation: 5, limits: [PLAN] })
  store.put('window:plan', [[START, 600, START]])
  store.put('window:plan@192.0.2.1', [[START, 2, START]])
}

describe('what release 0.1 has written', () => {
  it('is taken over with the first call, in one row', () => {
    former()
    expect(verdict(0, { generation: 4 })).toBe('stale')
    expect(keys()).toStrictEqual(['fence', 'leases', 'window:plan@192.0.2.1'])
    expect(remaining(0)).toBe(390)
    expect(remaining(0, { ...PLAN, partition: '192.0.2.1' })).toBe(998)
    expect(ledger.fence(5, START).waitMs).toBe(FENCE_WAIT_MS)
  })

  it('its leases are settled, its numbers are not given again', () => {
    former()
    ask(1, { generation: 5, settled: [{ id: 7, unused: 10 }] })
    expect(remaining(1)).toBe(400)
    expect(lease(2, { generation: 5 }).id).toBe(8)
  })

  it('is not what begins the forgetting: its alarm is set', () => {
    former()
    ask(1, { generation: 5, want: 1 })
    expect(begun).toStrictEqual([])
  })
})

describe('nothing wanted', () => {
  it('is never refused, and never costs', () => {
    expect(ask(0, { want: 1_000 })).toMatchObject({ verdict: 'granted' })
    const before = store.list()
    for (const over of [{}, { lease: 10 }, { limits: [{ ...PLAN, quota: 5 }] }]) {
      expect(ask(1, over)).toMatchObject({ verdict: 'granted', lease: null })
    }
    expect(store.list()).toStrictEqual(before)
  })

  it('but is stale where a newer generation is known, and makes a newer one known', () => {
    expect(verdict(0, { generation: 2 })).toBe('granted')
    expect(verdict(0, {})).toBe('stale')
  })
})

describe('forgetting', () => {
  it('begins with the first write, once', () => {
    ask(5, { want: 1 })
    ask(6, { generation: 2, want: 1 })
    restart()
    ledger.fence(3, START + 7)
    expect(begun).toStrictEqual([START + 5])
  })

  it('of what is in use nothing: fence, windows and leases count from their last', () => {
    ask(0, { want: 1, limits: [{ ...PLAN, partition: '198.51.100.7' }] })
    expect(ledger.forget(START + FORGET_AFTER_MS - 1)).toBe(START + FORGET_AFTER_MS)
    ask(1_000, { want: 1 })
    expect(ledger.forget(START + FORGET_AFTER_MS)).toBe(START + 1_000 + FORGET_AFTER_MS)
    expect(keys()).toStrictEqual(['fence', 'leases'])
  })

  it('a lease is in use until it ends, and still counts then', () => {
    ledger.confirm(1, START)
    const late = FORGET_AFTER_MS - 1_000
    lease(late)
    expect(ledger.forget(START + FORGET_AFTER_MS)).toBe(START + late + UNTIL_MS + FORGET_AFTER_MS)
    expect(remaining(FORGET_AFTER_MS)).toBe(990)
    expect(waitMs(FORGET_AFTER_MS)).toBe(FENCE_WAIT_MS)
    expect(ledger.confirm(0, START + FORGET_AFTER_MS)).toBe('stale')
  })

  it('after a day all of it', () => {
    ask(0, { want: 1, lease: 10 })
    expect(ledger.forget(START + UNTIL_MS + FORGET_AFTER_MS)).toBeNull()
  })
})

const ahead = (ms = 1) => ledger.admitAhead(['plan'], START + ms)

describe('ahead of the record', () => {
  it('debits one on the limits that were last asked for, and gives it back when asked to', () => {
    ask(0, { want: 1 })
    const { generation, debited } = ahead()
    expect(generation).toBe(1)
    expect(debited?.limits).toStrictEqual([PLAN])
    expect(debited?.states[0]?.remaining).toBe(PLAN.quota - 2)
    expect(remaining(1)).toBe(PLAN.quota - 2)
    if (debited) ledger.giveBack(debited.debit, null, START + 1)
    expect(remaining(1)).toBe(PLAN.quota - 1)
  })

  it('debits nothing for a stranger, a newer generation, other limits, or near the end', () => {
    expect(ahead()).toStrictEqual({ generation: 0, debited: null })
    ask(0, { want: 1 })
    expect(ledger.admitAhead(['plan', 'sessions'], START).debited).toBeNull()
    ledger.fence(2, START)
    expect(ahead()).toStrictEqual({ generation: 2, debited: null })
    ask(0, { generation: 2, want: PLAN.quota - 20 })
    expect(remaining(0)).toBe(19)
    expect(ahead().debited).toBeNull()
    expect(remaining(0)).toBe(19)
  })

  it('what has left the window is not given back', () => {
    ask(0, { want: 1 })
    const { debited } = ahead()
    ask(PLAN.windowSeconds * 1000 + 5, { want: 1 })
    if (debited) ledger.giveBack(debited.debit, null, START + WINDOW_MS + 5)
    expect(remaining(PLAN.windowSeconds * 1000 + 5)).toBe(PLAN.quota - 1)
  })
})

const OTHERS: Limit = { name: 'edge.refused', quota: 2, windowSeconds: 60 }

/** A debit of one, and its number. */
const returnable = (ms: number): number => {
  const answer = ask(ms, { want: 1, returnable: true })
  if (answer.verdict !== 'granted' || answer.debit === undefined) throw new Error('no number')
  return answer.debit
}
const giveBack = (debit: number, ms = 1) => ledger.giveBack(debit, null, START + ms)

describe('what may be given back', () => {
  it('has a number only where it was asked for', () => {
    expect(ask(0, { want: 1 })).not.toHaveProperty('debit')
    expect([returnable(0), returnable(0)]).toStrictEqual([1, 2])
  })

  it('is given back once, however often it is told: never more than was taken', () => {
    for (let i = 0; i < 5; i++) ask(0, { want: 1 })
    const debit = returnable(0)
    expect(remaining(0)).toBe(PLAN.quota - 6)
    expect(giveBack(debit)).toMatchObject([{ name: 'plan', remaining: PLAN.quota - 5 }])
    restart()
    expect([giveBack(debit), giveBack(debit), giveBack(99)]).toStrictEqual([null, null, null])
    expect(remaining(1)).toBe(PLAN.quota - 5)
  })

  it('on every limit it was of', () => {
    const answer = ask(0, { want: 1, returnable: true, limits: [PLAN, SESSIONS] })
    giveBack((answer as { debit: number }).debit)
    expect([remaining(1), remaining(1, SESSIONS)]).toStrictEqual([PLAN.quota, SESSIONS.quota])
  })

  it('not after half a minute: it leaves with its window', () => {
    const debit = returnable(0)
    expect(giveBack(debit, 30_000)).toBeNull()
    expect(remaining(30_000)).toBe(PLAN.quota - 1)
    expect(remaining(WINDOW_MS)).toBe(PLAN.quota)
  })

  it('a hundred at once; the oldest beyond stay debited', () => {
    const first = returnable(0)
    const second = returnable(0)
    for (let i = 0; i < 99; i++) returnable(0)
    expect([giveBack(first), giveBack(second)]).toMatchObject([null, [{ name: 'plan' }]])
  })

  it('in exchange for another limit, while that has room; then it stays', () => {
    const debits = [returnable(0), returnable(0), returnable(0)]
    const told = debits.map((debit) => ledger.giveBack(debit, OTHERS, START + 1))
    expect(told).toMatchObject([[{ remaining: 998 }], [{ remaining: 999 }], null])
    expect([remaining(1), remaining(1, OTHERS)]).toStrictEqual([999, 0])
    expect(remaining(1 + WINDOW_MS, OTHERS)).toBe(2)
  })
})
