// Days and months in UTC: their names and their ends.

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { endOf, endOfLabel, labelOf, msLeft, type Period } from '../../src/lib/period.ts'

describe('a period', () => {
  it.each<[Period, string, string, string]>([
    ['day', '2026-11-28T23:59:59.999Z', '2026-11-28', '2026-11-29T00:00:00.000Z'],
    ['day', '2026-11-29T00:00:00.000Z', '2026-11-29', '2026-11-30T00:00:00.000Z'],
    ['day', '2028-02-28T12:00:00.000Z', '2028-02-28', '2028-02-29T00:00:00.000Z'],
    ['day', '2026-12-31T12:00:00.000Z', '2026-12-31', '2027-01-01T00:00:00.000Z'],
    ['month', '2026-11-30T23:59:59.999Z', '2026-11', '2026-12-01T00:00:00.000Z'],
    ['month', '2026-12-31T23:59:59.999Z', '2026-12', '2027-01-01T00:00:00.000Z'],
    ['month', '2026-01-31T12:00:00.000Z', '2026-01', '2026-02-01T00:00:00.000Z'],
    ['month', '2028-02-29T23:00:00.000Z', '2028-02', '2028-03-01T00:00:00.000Z'],
    ['month', '2026-02-28T23:00:00.000Z', '2026-02', '2026-03-01T00:00:00.000Z'],
  ])('%s of %s is %s and ends at %s', (period, at, label, end) => {
    const time = Date.parse(at)
    expect(labelOf(period, time)).toBe(label)
    expect(endOf(period, time)).toBe(Date.parse(end))
    expect(endOfLabel(label)).toBe(Date.parse(end))
    expect(msLeft(period, time)).toBe(Date.parse(end) - time)
  })

  it('is the same until its end and another from there, for all times', () => {
    const times = fc.integer({ min: 0, max: 4_102_444_800_000 })
    fc.assert(
      fc.property(times, fc.constantFrom<Period>('day', 'month'), (time, period) => {
        const end = endOf(period, time)
        expect(end).toBeGreaterThan(time)
        expect(labelOf(period, end - 1)).toBe(labelOf(period, time))
        expect(labelOf(period, end) > labelOf(period, time)).toBe(true)
        expect(endOfLabel(labelOf(period, time))).toBe(end)
      }),
    )
  })

  it('a balance has one that never ends', () => {
    expect([labelOf('balance', 0), labelOf('balance', 4e12)]).toStrictEqual(['ever', 'ever'])
    expect([endOf('balance', 0), endOfLabel('ever')]).toStrictEqual([Infinity, Infinity])
  })
})
