import { describe, expect, it } from 'vitest'

import {
  LEASE_MARGIN_MS,
  LEASE_MS,
  leaseMs,
  leaseTokens,
  longestLeaseMs,
  waitFor,
} from '../../src/guard/lease-terms.ts'
import { LEASE_MAX_MS, type Limit } from '../../src/lib/limit.ts'
import type { Period } from '../../src/lib/period.ts'

const limits = (...windows: number[]): Limit[] =>
  windows.map((windowSeconds, i) => ({ name: `limit-${i}`, quota: 1_000, windowSeconds }))
const of = (period: Period): Limit => ({ name: period, quota: 9, windowSeconds: 86_400, period })
/** Noon of a day in the middle of a month. */
const NOON = Date.UTC(2026, 10, 15, 12)
const MIDNIGHT = Date.UTC(2026, 11, 1)

describe('leaseMs', () => {
  it.each<[string, Limit[], number | undefined, number]>([
    ['a minute: as shipped', limits(60), undefined, LEASE_MS],
    ['an hour: no longer', limits(3600), undefined, LEASE_MS],
    ['a shorter window: a sixtieth', limits(30), undefined, 500],
    ['the shortest window that has leases', limits(6), undefined, 100],
    ['a shorter one has none', limits(5), undefined, 0],
    ['several: the shortest decides', limits(3600, 30, 60), undefined, 500],
    ['one of them too short: none', limits(3600, 5), undefined, 0],
    ['no limit at all: as shipped', [], undefined, LEASE_MS],
    ['as long as the plan says', limits(60), 2_000, 2_000],
    ['shorter, where it says so', limits(3600), 250, 250],
    ['a sixth of the window at most', limits(30), 8_000, 5_000],
    ['never longer than any', limits(3600), 60_000, LEASE_MAX_MS],
    ['too short to pay: none', limits(60), 99, 0],
    [
      'a day, a month, a balance: as shipped',
      [of('day'), of('month'), of('balance')],
      undefined,
      LEASE_MS,
    ],
  ])('%s', (_case, some, planned, ms) => {
    expect(leaseMs(some, NOON, planned)).toBe(ms)
  })

  it.each<[string, Period, number, number]>([
    ['a day', 'day', 700, 600],
    ['a day in which too little is left', 'day', 199, 0],
    ['a month', 'month', 300, 200],
    ['a balance has no end', 'balance', 1, LEASE_MS],
  ])('%s: before its end by two margins', (_case, period, left, ms) => {
    expect(leaseMs([of(period)], MIDNIGHT - left)).toBe(ms)
    expect(leaseMs([of(period)], MIDNIGHT)).toBe(LEASE_MS)
  })

  it('none where a limit is for each address: an isolate does not know who comes next', () => {
    const [one, other] = limits(60, 60)
    if (!one || !other) throw new Error('there are two')
    expect(leaseMs([{ ...one, partition: '192.0.2.1' }], NOON)).toBe(0)
    expect(leaseMs([one, { ...other, partition: 'unknown' }], NOON)).toBe(0)
  })

  it('as shipped, lease, margin and slot make no window more than a fortieth longer', () => {
    for (let seconds = 12; seconds <= 3600; seconds++) {
      const slotMs = Math.min(1000, Math.ceil((seconds * 1000) / 240))
      const extra = leaseMs(limits(seconds), NOON) + LEASE_MARGIN_MS + slotMs
      expect(extra).toBeLessThanOrEqual(seconds * 25)
    }
  })

  it('a fence waits as long as the guard counts on a lease; without one for nothing', () => {
    expect(waitFor(LEASE_MS)).toBe(LEASE_MS + LEASE_MARGIN_MS)
    expect(waitFor(0)).toBe(0)
  })
})

it.each([
  ['as shipped', { free: {} }, LEASE_MS],
  ['the longest of all plans', { free: {}, large: { lease: { seconds: 5 } } }, 5_000],
  ['never shorter than where none is said', { free: { lease: { seconds: 0.2 } } }, LEASE_MS],
])('the longest lease: %s', (_case, plans, ms) => {
  expect(longestLeaseMs({ plans })).toBe(ms)
})

describe('leaseTokens', () => {
  it.each<[string, number, number[], number, number]>([
    ['as many as asked for', 7, [1_000], 0, 7],
    ['half of what is left at most', 600, [1_000], 0, 500],
    ['rounded down', 600, [999], 0, 499],
    ['of every limit', 600, [9_000, 40, 9_000], 0, 20],
    ['beside one other, too', 600, [1_000], 1, 500],
    ['shared among those that are out', 600, [1_000], 10, 50],
    ['no limit: as many as asked for', 50, [], 3, 50],
    ['the fewest there are', 2, [1_000], 0, 2],
    ['fewer asked for: none', 1, [1_000], 0, 0],
    ['just enough is left', 50, [4], 0, 2],
    ['too little is left: none', 50, [3], 0, 0],
    ['nothing is left', 50, [0], 0, 0],
    ['nothing asked for', 0, [1_000], 0, 0],
  ])('%s', (_case, asked, left, out, tokens) => {
    expect(leaseTokens(asked, left, out)).toBe(tokens)
  })
})
