// What the usage page works out: periods, sums and reasons.

import { describe, expect, test } from 'vitest'

import { groupUsage, totalOf } from '../../src/console/usage/group.ts'
import { daysOf, lastDays, msOf, readPeriod } from '../../src/console/usage/period.ts'
import { byReason } from '../../src/console/usage/refusals.tsx'

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

const row = (day: string, key: string | null, requests: number, refused = 0, credits = 0) => ({
  ...{ day, key_id: key, product: key === null ? null : 'p', requests, refused, credits },
})
const ROWS = [
  row('2026-03-02', 'a', 5, 1, 10),
  row('2026-03-02', 'b', 7, 7),
  row('2026-02-28', 'a', 3, 0, 5),
  row('2026-02-28', null, 1, 1),
]

describe('rows of usage', () => {
  test('by day have every day of the period, in order', () => {
    const bars = groupUsage(ROWS, 'day', ['2026-02-28', '2026-03-01', '2026-03-02'])
    expect(bars).toEqual([
      { id: '2026-02-28', requests: 4, refused: 1, credits: 5 },
      { id: '2026-03-01', requests: 0, refused: 0, credits: 0 },
      { id: '2026-03-02', requests: 12, refused: 8, credits: 10 },
    ])
  })

  test('by key or product have the most requests first', () => {
    expect(groupUsage(ROWS, 'key', []).map(({ id }) => id)).toEqual(['a', 'b', ''])
    expect(groupUsage(ROWS, 'product', []).map(({ id }) => id)).toEqual(['p', ''])
  })

  test('come to the same however they are grouped', () => {
    for (const group of ['day', 'key', 'product'] as const) {
      const bars = groupUsage(ROWS, group, ['2026-02-28', '2026-03-02'])
      for (const name of ['requests', 'refused', 'credits'] as const) {
        expect(bars.reduce((sum, bar) => sum + bar[name], 0)).toBe(totalOf(ROWS)[name])
      }
    }
  })
})

const event = (at: number, reason: string, key: string | null) => ({
  ...{ at, reason, key_id: key, service_user_id: null },
})

test('refusals by reason name a key only where all of them have it', () => {
  const events = [
    event(9, 'scope_missing', 'a'),
    event(8, 'key_revoked', 'b'),
    event(7, 'key_revoked', 'b'),
    event(6, 'scope_missing', 'c'),
    event(5, 'scope_missing', 'a'),
  ]
  expect(byReason(events)).toMatchObject([
    { reason: 'scope_missing', count: 3, lastAt: 9, key: null },
    { reason: 'key_revoked', count: 2, lastAt: 8, key: 'b' },
  ])
})
