// One isolate's side of a lease, by a clock that the test holds.

import { beforeEach, describe, expect, it } from 'vitest'

import type { Lease } from '../../src/guard/protocol.ts'
import type { Limit, LimitState } from '../../src/lib/limit.ts'
import { Meter } from '../../src/guard/meter.ts'

const PLAN: Limit = { name: 'plan', quota: 1_000, windowSeconds: 60 }
const stateOf = (remaining: number): LimitState[] => [{ ...PLAN, remaining, resetAfterMs: 60_000 }]
const leaseOf = (id: number, tokens = 9): Lease => ({ id, tokens, ms: 300 })
/** When a quarter of a second begins, in which the rate is counted. */
const T = 1_000_000

let meter: Meter
beforeEach(() => {
  meter = new Meter([PLAN])
})

const see = (times: number, at: number) => {
  for (let i = 0; i < times; i++) meter.see(at)
}
/** Asks at a time, and has the answer at once. */
const take = (lease: Lease | null, at: number, remaining = 900) => {
  meter.begin(at)
  meter.end(at, lease, stateOf(remaining))
}
const spends = (times: number, at: number): number => {
  let spent = 0
  for (let i = 0; i < times; i++) if (meter.spend(at)) spent++
  return spent
}

describe('how many tokens it wants', () => {
  it('none before there are four in a quarter of a second', () => {
    see(3, T)
    expect(meter.wants(T)).toBe(0)
    see(1, T + 249)
    expect(meter.wants(T + 249)).toBe(4)
  })

  it('as many as came in this quarter or the one before, whichever had more', () => {
    see(10, T)
    see(1, T + 250)
    expect(meter.wants(T + 250)).toBe(10)
    see(12, T + 499)
    expect(meter.wants(T + 499)).toBe(13)
    see(5, T + 500)
    expect(meter.wants(T + 500)).toBe(13)
  })

  it('none again after a quarter without a request', () => {
    see(10, T)
    see(1, T + 500)
    expect(meter.wants(T + 500)).toBe(0)
  })
})

describe('one asks at a time', () => {
  beforeEach(() => see(8, T))

  it('the others want nothing until that has ended', () => {
    meter.begin(T)
    expect(meter.wants(T)).toBe(0)
    meter.end(T, null, stateOf(900))
    expect(meter.wants(T)).toBe(8)
  })

  it('an ask that does not come back keeps them for two and a half seconds', () => {
    meter.begin(T)
    see(8, T + 2_250)
    expect(meter.wants(T + 2_499)).toBe(0)
    expect(meter.wants(T + 2_500)).toBe(8)
  })

  it('and if it comes back after all, another that is on its way goes on', () => {
    meter.begin(T)
    see(8, T + 2_500)
    meter.begin(T + 2_500)
    meter.end(T, null, [])
    expect(meter.wants(T + 2_500)).toBe(0)
    meter.end(T + 2_500, null, [])
    expect(meter.wants(T + 2_500)).toBe(8)
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
    meter.end(T, leaseOf(1), stateOf(900))
    expect(meter.spend(T + 299)).toBeDefined()
    expect(meter.spend(T + 300)).toBeUndefined()
    expect(meter.takeSettled(T + 300)).toStrictEqual([{ id: 1, unused: 8 }])
  })

  it('is not used at all when it comes after its end', () => {
    meter.begin(T)
    meter.end(T, leaseOf(1), stateOf(900))
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

describe('it is time for the next', () => {
  it('with a third of the tokens left', () => {
    take(leaseOf(1), T)
    spends(5, T)
    expect(meter.isRunningLow(T)).toBe(false)
    spends(1, T)
    expect(meter.isRunningLow(T)).toBe(true)
  })

  it('with a third of the time left', () => {
    take(leaseOf(1), T)
    expect(meter.isRunningLow(T + 200)).toBe(false)
    expect(meter.isRunningLow(T + 201)).toBe(true)
  })

  it('by the newest: what it still has is enough', () => {
    take(leaseOf(1), T)
    spends(9, T)
    take(leaseOf(2), T + 250)
    expect(meter.isRunningLow(T + 299)).toBe(false)
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
    meter.end(T, leaseOf(1), stateOf(900))
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
