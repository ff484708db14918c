// One isolate's side of a lease, by a clock that the test holds.

import { beforeEach, describe, expect, it } from 'vitest'

import type { Lease } from '../../src/guard/protocol.ts'
import type { Limit, LimitState } from '../../src/lib/limit.ts'
import { Meter, type MeterTerms } from '../../src/guard/meter.ts'

const PLAN: Limit = { name: 'plan', quota: 1_000, windowSeconds: 60 }
const stateOf = (remaining: number): LimitState[] => [{ ...PLAN, remaining, resetAfterMs: 60_000 }]
const leaseOf = (id: number, tokens = 9): Lease => ({ id, tokens, ms: 300 })
/** When a second begins, in which the rate is counted. */
const T = 1_000_000

let meter: Meter
beforeEach(() => {
  meter = new Meter({ limits: [PLAN] })
})

const see = (times: number, at: number) => {
  for (let i = 0; i < times; i++) meter.see(at)
}
/** Asks at a time, and has the answer at once. */
const take = (lease: Lease | null, at: number, remaining = 900) => {
  meter.begin(at)
  meter.end(at, at, lease, stateOf(remaining))
}
const spends = (times: number, at: number): number => {
  let spent = 0
  for (let i = 0; i < times; i++) if (meter.spend(at)) spent++
  return spent
}

describe('how many tokens it wants', () => {
  it('none before there are two within as long as a lease lasts', () => {
    see(1, T)
    expect(meter.wants(T)).toBe(0)
    see(1, T + 1_001)
    expect(meter.wants(T + 1_001)).toBe(0)
    see(1, T + 2_001)
    expect(meter.wants(T + 2_001)).toBe(4)
  })

  it('as many as came in this term or the one before, whichever had more, and the root of it', () => {
    see(9, T)
    see(1, T + 1_000)
    expect(meter.wants(T + 1_000)).toBe(9 + 3)
    see(15, T + 1_999)
    expect(meter.wants(T + 1_999)).toBe(16 + 4)
    see(5, T + 2_000)
    expect(meter.wants(T + 2_000)).toBe(16 + 4)
  })

  it('few again after a term without a request', () => {
    see(10, T + 999)
    see(2, T + 2_000)
    expect(meter.wants(T + 2_000)).toBe(4)
  })

  it.each<[string, MeterTerms, number]>([
    ['as long as the plan says', { limits: [PLAN], plannedMs: 5_000 }, 5_000],
    ['a sixtieth of a short window', { limits: [{ ...PLAN, windowSeconds: 12 }] }, 200],
  ])('a term is %s', (_case, terms, ms) => {
    const other = new Meter(terms)
    other.see(T)
    other.see(T + ms + 1)
    expect(other.wants(T + ms + 1)).toBe(0)
    other.see(T + 2 * ms + 1)
    expect(other.wants(T + 2 * ms + 1)).toBe(4)
  })

  it('none in the last moments of a day', () => {
    const day: Limit = { name: 'day', quota: 100, windowSeconds: 86_400, period: 'day' }
    const other = new Meter({ limits: [PLAN, day] })
    const midnight = Date.UTC(2026, 11, 1)
    for (const ms of [199, 500]) {
      for (let i = 0; i < 2; i++) other.see(midnight - ms)
      expect(other.leaseMs(midnight - ms)).toBe(ms === 199 ? 0 : 400)
      expect(other.wants(midnight - ms) > 0).toBe(ms !== 199)
    }
  })
})

/** Of eight in a term. */
const WANTED = 11

describe('one asks at a time', () => {
  beforeEach(() => see(8, T))

  it('the others want nothing until that has ended', () => {
    meter.begin(T)
    expect(meter.wants(T)).toBe(0)
    meter.end(T, T, null, stateOf(900))
    expect(meter.wants(T)).toBe(WANTED)
  })

  it('an ask that does not come back keeps them for two and a half seconds', () => {
    meter.begin(T)
    see(8, T + 2_250)
    expect(meter.wants(T + 2_499)).toBe(0)
    expect(meter.wants(T + 2_500)).toBe(WANTED)
  })

  it('and if it comes back after all, another that is on its way goes on', () => {
    meter.begin(T)
    see(8, T + 2_500)
    meter.begin(T + 2_500)
    meter.end(T, T + 2_500, null, [])
    expect(meter.wants(T + 2_500)).toBe(0)
    meter.end(T + 2_500, T + 2_500, null, [])
    expect(meter.wants(T + 2_500)).toBe(WANTED)
  })
})

describe('a lease', () => {
  it('is spent token by token, and no further', () => {
    expect(meter.spend(T)).toBeUndefined()
    take(leaseOf(1), T)
    expect(spends(12, T)).toBe(9)
  })

  it('is none where the guard gave none', () => {
    take(null, T)
    expect(meter.spend(T)).toBeUndefined()
    expect(meter.takeSettled(T)).toStrictEqual([])
  })

  it('lasts from when it was asked for', () => {
    meter.begin(T)
    meter.end(T, T, leaseOf(1), stateOf(900))
    expect(meter.spend(T + 299)).toBeDefined()
    expect(meter.spend(T + 300)).toBeUndefined()
    expect(meter.takeSettled(T + 300)).toStrictEqual([{ id: 1, unused: 8 }])
  })

  it('is not used at all when it comes after its end', () => {
    meter.begin(T)
    meter.end(T, T, leaseOf(1), stateOf(900))
    expect(meter.spend(T + 400)).toBeUndefined()
    expect(meter.takeSettled(T + 400)).toStrictEqual([{ id: 1, unused: 9 }])
  })

  it('the older is spent before the newer', () => {
    take(leaseOf(1), T)
    take(leaseOf(2), T + 10)
    spends(10, T + 20)
    expect(meter.takeSettled(T + 305)).toStrictEqual([{ id: 1, unused: 0 }])
    expect(meter.takeSettled(T + 310)).toStrictEqual([{ id: 2, unused: 8 }])
  })
})

const lasting = (id: number, tokens = 9): Lease => ({ id, tokens, ms: 1_000 })

/** With a lease that was asked for at T and came so much later. */
const after = (tripMs: number, seen: number) => {
  see(seen, T)
  meter.begin(T)
  meter.end(T, T + tripMs, lasting(1), stateOf(900))
}

describe('it is time for the next', () => {
  it.each([
    ['a request each 100 ms, the guard is near', 10, 0, 900],
    ['a request each 500 ms', 2, 0, 500],
    ['one a second: at once', 1, 0, 0],
    ['a request each 100 ms, the guard is far', 10, 150, 600],
  ])('%s: when the next request would come too late', (_case, seen, tripMs, at) => {
    after(tripMs, seen)
    if (at > 0) expect(meter.isRunningLow(T + at - 1)).toBe(false)
    expect(meter.isRunningLow(T + at)).toBe(true)
  })

  it('with as many tokens left as are spent until the answer is here', () => {
    after(150, 10)
    spends(5, T)
    expect(meter.isRunningLow(T)).toBe(false)
    spends(1, T)
    expect(meter.isRunningLow(T)).toBe(true)
  })

  it('with none left, of a guard that is near', () => {
    after(0, 10)
    spends(8, T)
    expect(meter.isRunningLow(T)).toBe(false)
    spends(1, T)
    expect(meter.isRunningLow(T)).toBe(true)
  })

  it('by the newest: what it still has is enough', () => {
    after(0, 10)
    spends(9, T)
    take(lasting(2), T + 850)
    expect(meter.isRunningLow(T + 990)).toBe(false)
  })

  it('not without any', () => {
    expect(meter.isRunningLow(T)).toBe(false)
  })
})

describe('a clock that is set back', () => {
  it('ends every lease, before a request can use it', () => {
    see(1, T)
    take(leaseOf(1), T)
    take(leaseOf(2), T)
    meter.see(T - 1)
    expect(meter.spend(T - 1)).toBeUndefined()
    meter.see(T)
    expect(meter.spend(T)).toBeUndefined()
    expect(meter.takeSettled(T)).toStrictEqual([
      { id: 1, unused: 9 },
      { id: 2, unused: 9 },
    ])
  })

  it('even to after it was asked for', () => {
    take(leaseOf(1), T)
    see(1, T + 200)
    meter.see(T + 100)
    expect(meter.spend(T + 100)).toBeUndefined()
  })

  it('while a lease is on its way: it is of no use when it comes', () => {
    see(1, T)
    meter.begin(T)
    meter.see(T - 100)
    meter.end(T, T, leaseOf(1), stateOf(900))
    expect(meter.spend(T - 99)).toBeUndefined()
    expect(meter.takeSettled(T - 99)).toStrictEqual([{ id: 1, unused: 9 }])
  })
})

describe('what it owes its guard', () => {
  it('is told once', () => {
    take(leaseOf(1), T)
    spends(2, T)
    expect(meter.takeSettled(T)).toStrictEqual([])
    expect(meter.takeSettled(T + 300)).toStrictEqual([{ id: 1, unused: 7 }])
    expect(meter.takeSettled(T + 300)).toStrictEqual([])
  })

  it('a lease that is used up is owed before its time has run out', () => {
    take(leaseOf(1), T)
    spends(9, T)
    expect(meter.takeSettled(T)).toStrictEqual([{ id: 1, unused: 0 }])
  })

  it('a newer generation: all of them at once, and none is used any more', () => {
    take(leaseOf(1), T)
    take(leaseOf(2), T)
    spends(1, T)
    meter.drop()
    expect(meter.spend(T)).toBeUndefined()
    expect(meter.takeSettled(T)).toStrictEqual([
      { id: 1, unused: 8 },
      { id: 2, unused: 9 },
    ])
  })

  it('a timer ends a lease whatever the clock says, and no other', () => {
    take(leaseOf(1), T)
    take(leaseOf(2), T)
    meter.close(1)
    meter.close(1)
    meter.close(99)
    expect(spends(20, T)).toBe(9)
    expect(meter.takeSettled(T)).toStrictEqual([
      { id: 1, unused: 9 },
      { id: 2, unused: 0 },
    ])
  })

  it('is for who asked for the newest lease, as long as nobody has told it', () => {
    take(leaseOf(1), T)
    expect(meter.owes(1)).toBe(false)
    meter.close(1)
    expect([meter.owes(1), meter.owes(2)]).toStrictEqual([true, false])
    take(leaseOf(2), T + 1)
    expect([meter.owes(1), meter.owes(2)]).toStrictEqual([false, true])
    meter.takeSettled(T + 1)
    expect(meter.owes(2)).toBe(false)
  })
})

describe('where the limits stand, for the headers', () => {
  it('as the newest lease said, and what is left of all of them', () => {
    take(leaseOf(1), T, 990)
    expect(meter.spend(T + 1)).toStrictEqual({ limits: stateOf(990), spare: 8, at: T })
    take(leaseOf(2), T + 50, 981)
    expect(meter.spend(T + 60)).toStrictEqual({ limits: stateOf(981), spare: 16, at: T + 50 })
  })

  it('one less with each request', () => {
    take(leaseOf(1), T)
    const spare = Array.from({ length: 9 }, () => meter.spend(T)?.spare)
    expect(spare).toStrictEqual([8, 7, 6, 5, 4, 3, 2, 1, 0])
  })

  it('without what has run out of time', () => {
    take(leaseOf(1), T)
    take(leaseOf(2), T + 50)
    expect(meter.spend(T + 300)?.spare).toBe(8)
  })
})
