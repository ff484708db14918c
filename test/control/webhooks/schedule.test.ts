import { describe, expect, it } from 'vitest'

import {
  ATTEMPTS,
  DELAYS_MS,
  FAILING_GAP_MS,
  JITTER,
  judge,
  nextDelay,
  parseRetryAfter,
  RETRY_AFTER_MAX_MS,
} from '../../../src/control/webhooks/schedule.ts'

const NOW = Date.UTC(2026, 10, 2, 3, 4, 5)
const HOUR = 3_600_000

describe('the schedule of Standard Webhooks', () => {
  it('is ten attempts over 75:35:05', () => {
    expect(ATTEMPTS).toBe(10)
    expect(DELAYS_MS.reduce((sum, delay) => sum + delay, 0)).toBe((75 * 3600 + 35 * 60 + 5) * 1000)
  })

  it.each([
    [1, 5_000],
    [2, 5 * 60_000],
    [3, 30 * 60_000],
    [4, 2 * HOUR],
    [5, 5 * HOUR],
    [6, 10 * HOUR],
    [7, 14 * HOUR],
    [8, 20 * HOUR],
    [9, 24 * HOUR],
    [10, undefined],
    [11, undefined],
  ])('after attempt %i waits %s ms', (made, delay) => {
    expect(nextDelay(made, 0)).toBe(delay)
  })

  it('jitter makes a delay longer, by a tenth at most', () => {
    for (const random of [0, 0.25, 0.5, 0.999_999]) {
      for (let made = 1; made < ATTEMPTS; made++) {
        const least = DELAYS_MS[made] ?? 0
        const delay = nextDelay(made, random) ?? 0
        expect(delay).toBeGreaterThanOrEqual(least)
        expect(delay).toBeLessThanOrEqual(least * (1 + JITTER) + 1)
        expect(Number.isInteger(delay)).toBe(true)
      }
    }
  })

  it('Retry-After makes a delay longer, never shorter, and adds no attempt', () => {
    expect(nextDelay(1, 0, 60_000)).toBe(60_000)
    expect(nextDelay(2, 0, 60_000)).toBe(300_000)
    expect(nextDelay(10, 0, 60_000)).toBeUndefined()
  })

  it('no wait is so long that a failing endpoint would seem to have rested', () => {
    expect(FAILING_GAP_MS).toBeGreaterThan(Math.max(...DELAYS_MS) * (1 + JITTER))
    expect(FAILING_GAP_MS).toBeGreaterThan(RETRY_AFTER_MAX_MS)
  })
})

describe('judge', () => {
  it.each([
    [200, 'delivered'],
    [202, 'delivered'],
    [204, 'delivered'],
    [299, 'delivered'],
    [300, 'failed'],
    [301, 'failed'],
    [304, 'failed'],
    [308, 'failed'],
    [400, 'failed'],
    [404, 'failed'],
    [410, 'gone'],
    [429, 'throttled'],
    [500, 'failed'],
    [502, 'throttled'],
    [503, 'failed'],
    [504, 'throttled'],
    [199, 'failed'],
    [0, 'failed'],
  ])('%i: %s', (status, outcome) => {
    expect(judge(status)).toBe(outcome)
  })
})

describe('parseRetryAfter', () => {
  it.each([
    ['120', 120_000],
    [' 5 ', 5_000],
    ['0', 0],
    ['86400', RETRY_AFTER_MAX_MS],
    ['999999999999', RETRY_AFTER_MAX_MS],
    ['Mon, 02 Nov 2026 03:05:05 GMT', 60_000],
    ['Monday, 02-Nov-26 03:05:05 GMT', 60_000],
    ['Mon Nov  2 03:05:05 2026 GMT', 60_000],
    ['Mon, 02 Nov 2020 03:05:05 GMT', 0],
    ['Sat, 01 Jan 2028 00:00:00 GMT', RETRY_AFTER_MAX_MS],
    [null, undefined],
    ['', undefined],
    ['soon', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['1e3', undefined],
    ['5, 10', undefined],
    ['9999999999999999', undefined],
    ['2026-11-02T03:05:05Z', undefined],
    ['Mon, 99 Nov 2026 03:05:05 GMT', undefined],
  ])('%s: %s', (header, expected) => {
    expect(parseRetryAfter(header, NOW)).toBe(expected)
  })
})
