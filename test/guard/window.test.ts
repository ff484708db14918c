import { describe, expect, it } from 'vitest'

import type { Limit } from '../../src/lib/limit.ts'
import { admissibleAt, debit, stateOf, windowTime, type Buckets } from '../../src/guard/window.ts'

const limit = (quota: number, windowSeconds: number): Limit => ({
  name: 'plan',
  quota,
  windowSeconds,
})

/** Admits one each at these times, unasked. */
const spentAt = (...times: number[]): Buckets =>
  times.reduce<Buckets>((buckets, at) => debit({ limit: limit(99, 60), buckets }, 1, at), [])

/** Two more, of a time before the last. */
const late = (timeMs: number): Buckets =>
  debit({ limit: limit(9, 60), buckets: spentAt(1000, 1600, 2000) }, 2, timeMs)

describe('debit', () => {
  it.each<[string, number[], Buckets]>([
    ['one bucket a slot, with its last admission', [1000, 1001, 1249], [[1000, 3, 1249]]],
    [
      'a new slot, a new bucket',
      [1249, 1250],
      [
        [1000, 1, 1249],
        [1250, 1, 1250],
      ],
    ],
    ['what left the window is let go of', [1000, 61_000], [[61_000, 1, 61_000]]],
    [
      'what leaves the window in a millisecond is kept',
      [1000, 60_999],
      [
        [1000, 1, 1000],
        [60_750, 1, 60_999],
      ],
    ],
    [
      'a bucket that began outside is kept while its last is inside',
      [1000, 1249, 61_100],
      [
        [1000, 2, 1249],
        [61_000, 1, 61_100],
      ],
    ],
  ])('%s', (_guarantee, times, expected) => {
    expect(spentAt(...times)).toStrictEqual(expected)
  })

  it('adds several at once, and leaves the given buckets as they were', () => {
    const before: Buckets = Object.freeze([Object.freeze([1000, 2, 1100] as const)])
    const after = debit({ limit: limit(9, 60), buckets: before }, 3, 1200)
    expect(after).toStrictEqual([[1000, 5, 1200]])
    expect(before).toStrictEqual([[1000, 2, 1100]])
  })

  it.each([
    [1, 5],
    [5, 21],
    [60, 250],
    [239, 996],
    [240, 1000],
    [3600, 1000],
  ])('a window of %i s has slots of %i ms: a 240th of it, at most a second', (seconds, slotMs) => {
    const spent = (...times: number[]) =>
      times.reduce<Buckets>(
        (buckets, at) => debit({ limit: limit(9, seconds), buckets }, 1, at),
        [],
      )
    const from = 7 * slotMs
    expect(spent(from, from + slotMs - 1)).toStrictEqual([[from, 2, from + slotMs - 1]])
    expect(spent(from, from + slotMs)).toHaveLength(2)
  })

  describe('of a time before others', () => {
    it('joins the bucket of its slot, whose last stays the latest', () => {
      expect(late(1550)[1]).toStrictEqual([1500, 3, 1600])
      expect(late(1700)[1]).toStrictEqual([1500, 3, 1700])
    })

    it('or takes its place among them', () => {
      expect(late(1300).map(([from]) => from)).toStrictEqual([1000, 1250, 1500, 2000])
      expect(late(900)[0]).toStrictEqual([750, 2, 900])
    })

    it('lets go of nothing that counts now', () => {
      const buckets = spentAt(1000, 60_999)
      expect(debit({ limit: limit(9, 60), buckets }, 1, 500)).toHaveLength(3)
    })
  })
})

describe('admissibleAt: when as many more fit', () => {
  it.each<[string, number[], number, number, number]>([
    ['nothing spent: now', [], 1, 5_000, 5_000],
    ['quota left: now', [1_000, 2_000], 1, 5_000, 5_000],
    ['full: when the oldest leaves', [1_000, 2_000, 3_500], 1, 5_000, 61_000],
    ['full, two wanted: when the second leaves', [1_000, 2_000, 3_500], 2, 5_000, 62_000],
    ['a bucket leaves with its last', [1_000, 1_200, 3_500], 1, 5_000, 61_200],
    ['full a millisecond before', [1_000, 2_000, 3_500], 1, 60_999, 61_000],
    ['free to the millisecond', [1_000, 2_000, 3_500], 1, 61_000, 61_000],
    ['more than the quota: never, so a window from now', [1_000], 4, 5_000, 65_000],
  ])('%s', (_case, times, want, now, expected) => {
    const spent = { limit: limit(3, 60), buckets: spentAt(...times), leased: [] }
    expect(admissibleAt(spent, want, now)).toBe(expected)
  })

  it('a lowered quota waits for as much as is now too much', () => {
    const spent = { limit: limit(1, 60), buckets: spentAt(1_000, 2_000, 3_500), leased: [] }
    expect(admissibleAt(spent, 1, 5_000)).toBe(63_500)
  })
})

describe('stateOf', () => {
  it.each<[string, number[], number, { remaining: number; resetAfterMs: number }]>([
    ['nothing spent', [], 5_000, { remaining: 3, resetAfterMs: 0 }],
    ['some spent', [1_000, 2_500], 5_000, { remaining: 1, resetAfterMs: 56_000 }],
    ['all spent', [1_000, 2_500, 2_600], 5_000, { remaining: 0, resetAfterMs: 56_000 }],
    ['the oldest has left', [1_000, 2_500], 61_000, { remaining: 2, resetAfterMs: 1_500 }],
    [
      'more spent than a lowered quota allows',
      [1, 2, 3, 4],
      5,
      { remaining: 0, resetAfterMs: 59_999 },
    ],
  ])('%s', (_case, times, now, expected) => {
    const state = stateOf({ limit: limit(3, 60), buckets: spentAt(...times), leased: [] }, now)
    expect(state).toStrictEqual({ name: 'plan', quota: 3, windowSeconds: 60, ...expected })
  })
})

describe('tokens on lease', () => {
  const spent = {
    limit: limit(10, 60),
    buckets: spentAt(1_000, 3_000),
    leased: [
      { tokens: 5, until: 2_000 },
      { tokens: 2, until: 4_000 },
    ],
  }

  it.each([
    ['count in full from the beginning', 3_000, 1, 58_000],
    ['and when they have long ended', 60_999, 1, 1],
    ['until the last that may have used one has left the window', 61_999, 2, 1],
    ['and no longer', 62_000, 7, 1_000],
    ['each of them', 64_000, 10, 0],
  ])('%s', (_guarantee, now, remaining, resetAfterMs) => {
    expect(stateOf(spent, now)).toMatchObject({ remaining, resetAfterMs })
  })

  it.each([
    [1, 5_000],
    [2, 61_000],
    [3, 62_000],
    [7, 62_000],
    [8, 63_000],
    [9, 64_000],
  ])('%i more fit at %i: they leave in the order of time', (want, at) => {
    expect(admissibleAt(spent, want, 5_000)).toBe(at)
  })
})

describe('windowTime: the clock as the guard tells it', () => {
  it.each<[string, number, number[][], number]>([
    ['nothing spent', 7, [], 7],
    ['behind the clock', 5_000, [[1_000], [4_999]], 5_000],
    ['the clock was set back: the latest admission of any limit', 500, [[1_000], [4_999]], 4_999],
  ])('%s', (_case, now, all, expected) => {
    const spent = all.map((times) => ({ limit: limit(3, 60), buckets: spentAt(...times) }))
    expect(windowTime(now, spent)).toBe(expected)
  })
})
