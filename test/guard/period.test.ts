// What a guard counts by the calendar, and for ever.

import * as fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'

import { LEASE_MARGIN_MS, LEASE_MS } from '../../src/guard/lease-terms.ts'
import { Ledger } from '../../src/guard/ledger.ts'
import type { AdmitAsk } from '../../src/guard/protocol.ts'
import { FORGET_AFTER_MS } from '../../src/guard/turn.ts'
import type { Limit } from '../../src/lib/limit.ts'
import { labelOf, type Period } from '../../src/lib/period.ts'
import { memoryStore } from './memory-store.ts'

const DAY_MS = 86_400_000
const limit = (period: Period, quota = 100): Limit => ({
  name: period,
  quota,
  windowSeconds: period === 'day' ? 86_400 : 2_678_400,
  period,
})
const MONTH = limit('month')
const DAY = limit('day')
const BALANCE = limit('balance')
/** The first moment of December. */
const END = Date.UTC(2026, 11, 1)

let store: ReturnType<typeof memoryStore>
let ledger: Ledger
beforeEach(() => {
  store = memoryStore()
  ledger = new Ledger(store, () => {})
})
const ask = (at: number, limits: Limit[], over: Partial<AdmitAsk> = {}) =>
  ledger.admit({ generation: 1, limits, want: 1, leaseMs: LEASE_MS, ...over }, at)
const left = (at: number, one: Limit) => ledger.peek([one], at)[0]?.remaining

describe('what a guard counts by the calendar', () => {
  it('is never more than the quota in a month, and all of it again in the next', () => {
    expect(ask(END - 10 * DAY_MS, [MONTH], { want: 60 }).verdict).toBe('granted')
    expect(ask(END - 1, [MONTH], { want: 41 })).toMatchObject({
      verdict: 'limited',
      retryAfterMs: 1,
      limits: [{ remaining: 40, resetAfterMs: 1, period: 'month' }],
    })
    expect(ask(END - 1, [MONTH], { want: 40 }).verdict).toBe('granted')
    expect(ask(END, [MONTH], { want: 100 }).verdict).toBe('granted')
    expect(ask(END, [MONTH]).verdict).toBe('limited')
  })

  it('says when that is, however far', () => {
    ask(END, [MONTH], { want: 100 })
    expect(ask(END + 5, [MONTH])).toMatchObject({ retryAfterMs: 31 * DAY_MS - 5 })
    ask(END, [DAY], { want: 100 })
    expect(ask(END + 5, [DAY])).toMatchObject({ retryAfterMs: DAY_MS - 5 })
  })

  it('each limit by its own: a minute that is full debits no month', () => {
    const minute: Limit = { name: 'plan', quota: 1, windowSeconds: 60 }
    expect(ask(END, [minute, MONTH]).verdict).toBe('granted')
    expect(ask(END, [minute, MONTH]).verdict).toBe('limited')
    expect(left(END, MONTH)).toBe(99)
  })

  it('by what a request costs of each', () => {
    const minute: Limit = { name: 'plan', quota: 60, windowSeconds: 60 }
    expect(ask(END, [minute, MONTH], { weights: [1, 10] }).verdict).toBe('granted')
    expect([left(END, minute), left(END, MONTH)]).toStrictEqual([59, 90])
    expect(ask(END, [minute, MONTH], { weights: [1, 91] }).verdict).toBe('limited')
    expect(ask(END, [minute, MONTH], { weights: [1, 90] }).verdict).toBe('granted')
  })

  it('a request that costs nothing of it passes where it is used up', () => {
    ask(END, [MONTH], { want: 100 })
    expect(ask(END, [MONTH], { weights: [0] }).verdict).toBe('granted')
    expect(ask(END, [MONTH]).verdict).toBe('limited')
  })

  it('a balance comes back by no time, only by a grant', () => {
    ask(END, [BALANCE], { want: 100 })
    for (const days of [0, 1, 40, 400]) {
      const refused = ask(END + days * DAY_MS, [BALANCE])
      expect(refused.verdict).toBe('limited')
      if (refused.verdict === 'limited') expect(refused.retryAfterMs).toBeGreaterThan(0)
    }
    expect(ask(END, [{ ...BALANCE, quota: 101 }]).verdict).toBe('granted')
    expect(left(END, { ...BALANCE, quota: 150 })).toBe(49)
  })

  it('is given back to the period in which it was taken', () => {
    const answer = ask(END - 1, [MONTH], { returnable: true, weights: [7] })
    if (answer.verdict !== 'granted') throw new Error(answer.verdict)
    ask(END, [MONTH])
    ledger.giveBack(answer.debit ?? 0, null, END + 1)
    expect([left(END - 1, MONTH), left(END + 1, MONTH)]).toStrictEqual([100, 99])
  })
})

describe('a lease of the calendar', () => {
  it('counts in full, by what a token costs, until it is settled, in the period it is of', () => {
    const answer = ask(END - 5_000, [MONTH], { lease: 4, weights: [10] })
    if (answer.verdict !== 'granted' || !answer.lease) throw new Error('no lease')
    expect(answer.limits[0]?.remaining).toBe(50)
    expect([left(END - 4_000, MONTH), left(END, MONTH)]).toStrictEqual([50, 100])
    const settled = [{ id: answer.lease.id, unused: 1 }]
    ask(END + 5_000, [MONTH], { settled, want: 0 })
    expect([left(END - 1, MONTH), left(END + 5_000, MONTH)]).toStrictEqual([60, 100])
  })

  it('ends before the period does', () => {
    const answer = ask(END - 400, [MONTH], { lease: 4 })
    if (answer.verdict !== 'granted') throw new Error(answer.verdict)
    expect(answer.lease?.ms).toBe(400 - 2 * LEASE_MARGIN_MS)
    expect(ask(END - 150, [MONTH], { lease: 4 })).toMatchObject({ lease: null })
  })

  it('that nobody settles is used, for ever: after an hour too', () => {
    ask(END, [DAY, BALANCE], { lease: 20 })
    const hours = END + 2 * 3_600_000
    ask(hours, [DAY, BALANCE])
    expect([left(hours, DAY), left(hours, BALANCE)]).toStrictEqual([78, 78])
    expect(ledger.fence(1, hours).waitMs).toBe(0)
  })
})

describe('a clock that was wrong', () => {
  it('ahead into the next month: that one is charged, and this one still knows its own', () => {
    ask(END - DAY_MS, [MONTH], { want: 90 })
    ask(END + 5, [MONTH], { want: 3 })
    expect(left(END - DAY_MS, MONTH)).toBe(10)
    expect(left(END, MONTH)).toBe(97)
  })

  it('ahead by years, again and again: this month is not forgotten', () => {
    ask(END - DAY_MS, [MONTH], { want: 90 })
    for (let year = 1; year < 5; year++) ask(END + year * 365 * DAY_MS, [MONTH])
    expect(left(END - DAY_MS, MONTH)).toBe(10)
  })

  it('ahead while a lease was given: what comes back is of the month that it is', () => {
    const wrong = ask(END + 40 * DAY_MS, [MONTH], { lease: 20 })
    if (wrong.verdict !== 'granted' || !wrong.lease) throw new Error('no lease')
    expect(left(END - DAY_MS, MONTH)).toBe(80)
    ask(END - DAY_MS, [MONTH], { want: 0, settled: [{ id: wrong.lease.id, unused: 5 }] })
    expect(left(END - DAY_MS, MONTH)).toBe(85)
  })
})

describe('forgetting', () => {
  it('a day of a key that nobody uses is kept until it is over, and a day', () => {
    ask(END, [DAY], { want: 100 })
    expect(ledger.forget(END + FORGET_AFTER_MS)).toBe(END + DAY_MS + FORGET_AFTER_MS)
    expect(ask(END + DAY_MS - 1, [DAY]).verdict).toBe('limited')
    expect(ledger.forget(END + 2 * DAY_MS)).toBeNull()
  })

  it('so is a month', () => {
    ask(END, [MONTH], { want: 100 })
    const next = Date.UTC(2027, 0, 1)
    expect(ledger.forget(END + 20 * DAY_MS)).toBe(next + FORGET_AFTER_MS)
    expect(ask(next - 1, [MONTH]).verdict).toBe('limited')
  })

  it('a balance is never forgotten', () => {
    ask(END, [BALANCE], { want: 100 })
    for (const days of [2, 400, 4_000]) {
      const at = END + days * DAY_MS
      expect(ledger.forget(at)).toBe(at + FORGET_AFTER_MS)
      expect(ask(at, [BALANCE]).verdict).toBe('limited')
    }
  })

  it('what is kept stays small: a row of a few periods, however many there were', () => {
    for (let day = 0; day < 400; day++) ask(END + day * DAY_MS, [DAY, MONTH], { want: 3 })
    const size = JSON.stringify(store.list()).length
    expect(size).toBeLessThan(1_500)
    expect(left(END + 399 * DAY_MS, DAY)).toBe(97)
  })
})

it('for all sequences: no period holds more than its quota, by true time', () => {
  const step = fc.record({
    ms: fc.constantFrom(0, 40, 900, 3_000, 60_000, 40_000_000, DAY_MS),
    want: fc.integer({ min: 0, max: 12 }),
    lease: fc.constantFrom(0, 5, 40),
    settles: fc.boolean(),
    restarts: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const shelf = memoryStore()
      let guard = new Ledger(shelf, () => {})
      const used = new Map<string, number>()
      let now = END - DAY_MS
      let out: { id: number; tokens: number; at: number }[] = []
      const count = (period: Period, at: number, tokens: number) => {
        const label = `${period} ${labelOf(period, at)}`
        used.set(label, (used.get(label) ?? 0) + tokens)
      }
      const limits = [DAY, MONTH, BALANCE]
      for (const { ms, want, lease, settles, restarts } of steps) {
        now += ms
        if (restarts) guard = new Ledger(shelf, () => {})
        const settled = settles ? out.map(({ id, tokens }) => ({ id, unused: tokens >> 1 })) : []
        if (settles) {
          for (const { tokens, at } of out) {
            for (const { period } of limits) if (period) count(period, at, tokens - (tokens >> 1))
          }
          out = []
        }
        const asked = { generation: 1, limits, want, lease, leaseMs: LEASE_MS, settled }
        const answer = guard.admit(asked, now)
        if (answer.verdict !== 'granted') continue
        for (const { period } of limits) if (period) count(period, now, want)
        if (answer.lease) out.push({ ...answer.lease, at: now })
      }
      // Whatever is out may all have been used.
      for (const { tokens, at } of out) {
        for (const { period } of limits) if (period) count(period, at, tokens)
      }
      for (const [label, total] of used) expect([label, total <= 100]).toStrictEqual([label, true])
    }),
    { numRuns: 300 },
  )
})
