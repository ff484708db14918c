import { describe, expect, it } from 'vitest'

import type { Limit } from '../../src/guard/limit.ts'
import { admissibleAt, debit, stateOf, windowTime } from '../../src/guard/window.ts'
import type { Buckets } from '../../src/guard/window.ts'

const limit = (quota: number, windowSeconds: number): Limit => ({
  name: 'plan',
  quota,
  windowSeconds,
})

/** Admits one each at these times, unasked. */
const spentAt = (...times: number[]): Buckets =>
  times.reduce<Buckets>((buckets, at) => debit({ limit: limit(99, 60), buckets }, 1, at), [])

describe('debit', () => {
  it.each<[string, number[], Buckets]>([
    ['one bucket a second, with its last admission', [1000, 1001, 1999], [[1, 3, 1999]]],
    [
      'a new second, a new bucket',
      [1999, 2000],
      [
        [1, 1, 1999],
        [2, 1, 2000],
      ],
    ],
    ['what left the window is let go of', [1000, 61_000], [[61, 1, 61_000]]],
    [
      'what leaves the window in a millisecond is kept',
      [1000, 60_999],
      [
        [1, 1, 1000],
        [60, 1, 60_999],
      ],
    ],
    [
      'a bucket that began outside is kept while its last is inside',
      [1000, 1999, 61_500],
      [
        [1, 2, 1999],
        [61, 1, 61_500],
      ],
    ],
  ])('%s', (_guarantee, times, expected) => {
    expect(spentAt(...times)).toStrictEqual(expected)
  })

  it('adds several at once, and leaves the given buckets as they were', () => {
    const before: Buckets = Object.freeze([Object.freeze([1, 2, 1500] as const)])
    expect(debit({ limit: limit(9, 60), buckets: before }, 3, 1600)).toStrictEqual([[1, 5, 1600]])
    expect(before).toStrictEqual([[1, 2, 1500]])
  })
})

describe('admissibleAt: when as many more fit', () => {
  it.each<[string, number[], number, number, number]>([
    ['nothing spent: now', [], 1, 5_000, 5_000],
    ['quota left: now', [1_000, 2_000], 1, 5_000, 5_000],
    ['full: when the oldest leaves', [1_000, 2_000, 3_500], 1, 5_000, 61_000],
    ['full, two wanted: when the second leaves', [1_000, 2_000, 3_500], 2, 5_000, 62_000],
    ['a bucket leaves with its last', [1_000, 1_800, 3_500], 1, 5_000, 61_800],
    ['full a millisecond before', [1_000, 2_000, 3_500], 1, 60_999, 61_000],
    ['free to the millisecond', [1_000, 2_000, 3_500], 1, 61_000, 61_000],
    ['more than the quota: never, so a window from now', [1_000], 4, 5_000, 65_000],
  ])('%s', (_case, times, want, now, expected) => {
    const spent = { limit: limit(3, 60), buckets: spentAt(...times) }
    expect(admissibleAt(spent, want, now)).toBe(expected)
  })

  it('a lowered quota waits for as much as is now too much', () => {
    const spent = { limit: limit(1, 60), buckets: spentAt(1_000, 2_000, 3_500) }
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
    const state = stateOf({ limit: limit(3, 60), buckets: spentAt(...times) }, now)
    expect(state).toStrictEqual({ name: 'plan', quota: 3, windowSeconds: 60, ...expected })
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
