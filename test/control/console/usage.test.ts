// What the usage page works out: periods and bars.

import { describe, expect, test } from 'vitest'

import { barsOf } from '../../../src/control/console/usage/group.ts'
import { daysOf, lastDays, msOf, readPeriod } from '../../../src/control/console/usage/period.ts'

const NOW = Date.UTC(2026, 2, 2, 0, 30)

describe('a period', () => {
  test('of so many days ends today, in UTC', () => {
    expect(lastDays(7, NOW)).toEqual({ from: '2026-02-24', to: '2026-03-02' })
    expect(daysOf(lastDays(7, NOW))).toHaveLength(7)
    expect(lastDays(1, NOW)).toEqual({ from: '2026-03-02', to: '2026-03-02' })
  })

  test('covers its last day', () => {
    expect(msOf({ from: '2026-03-01', to: '2026-03-01' })).toEqual({
      from: Date.UTC(2026, 2, 1),
      to: Date.UTC(2026, 2, 2),
    })
  })

  test.each([
    ['', '', '2026-02-01', '2026-03-02'],
    ['2026-02-27', '', '2026-02-27', '2026-03-02'],
    ['', '2026-01-31', '2026-01-02', '2026-01-31'],
    ['2026-01-01', '2026-01-01', '2026-01-01', '2026-01-01'],
    ['2025-12-01', '2026-03-02', '2025-12-01', '2026-03-02'],
  ])('from “%s” to “%s” is %s to %s', (from, to, first, last) => {
    expect(readPeriod(from, to, NOW)).toEqual({ period: { from: first, to: last } })
  })

  test.each([
    ['2026-02-30', '', 'from'],
    ['soon', '', 'from'],
    ['2026-2-3', '', 'from'],
    ['2026-03-01', '2026-13-01', 'to'],
    ['2026-03-02', '2026-03-01', 'to'],
    ['2026-03-03', '', 'to'],
    ['2025-11-30', '2026-03-02', 'from'],
    ['0001-01-01', '9999-12-31', 'from'],
  ])('from “%s” to “%s” is none: %s', (from, to, field) => {
    expect(readPeriod(from, to, NOW).fault?.field).toBe(field)
  })
})

describe('bars', () => {
  const sums = { requests: 5, refused: 1, credits: 10 }

  test('by day have every day of the period, in order', () => {
    const rows = [
      { day: '2026-03-02', ...sums },
      { day: '2026-02-28', ...sums },
    ]
    expect(barsOf(rows, 'day', ['2026-02-28', '2026-03-01', '2026-03-02'])).toEqual([
      { id: '2026-02-28', ...sums },
      { id: '2026-03-01', requests: 0, refused: 0, credits: 0 },
      { id: '2026-03-02', ...sums },
    ])
  })

  test('by key or product stand as they came, also of none', () => {
    const keys = [
      { key_id: 'b', ...sums },
      { key_id: null, ...sums },
      { key_id: 'a', ...sums },
    ]
    expect(barsOf(keys, 'key', []).map(({ id }) => id)).toEqual(['b', '', 'a'])
    expect(barsOf([{ product: 'p', ...sums }], 'product', [])).toEqual([{ id: 'p', ...sums }])
  })
})
