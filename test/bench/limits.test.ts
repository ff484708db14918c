// Which limit comes first, for numbers that can be followed by hand.

import { describe, expect, test } from 'vitest'

import { ceilings, PLATFORM, simulate, type Measured } from './limits.ts'

const ONE_KEY = { keys: 1, isolateRequestsPerSecond: 200 }
const measured: Measured = {
  guardCallsPerIsolateSecond: Number.POSITIVE_INFINITY,
  eventsPerSecond: 10_000,
  rowsPerEvent: 9,
  databaseBytesPerEvent: 1_000,
  messageBytesPerEvent: 500,
}

describe('simulate', () => {
  test('one key without leases asks its guard with each request', () => {
    const load = simulate(1_001, measured, ONE_KEY)
    expect(load.guardCallsPerSecond).toBeCloseTo(1_001)
    expect(load.first).toBe('guard of the busiest key')
    expect(load.reachedAfter['guard of the busiest key']).toBe(0)
  })

  test('with leases each isolate asks once a second, however much it forwards', () => {
    const leased = { ...measured, guardCallsPerIsolateSecond: 1 }
    expect(simulate(100_000, leased, ONE_KEY).guardCallsPerSecond).toBe(500)
  })

  test('a load that D1 takes fills it, after its size over what an event needs', () => {
    const load = simulate(1_000, { ...measured, guardCallsPerIsolateSecond: 1 }, ONE_KEY)
    expect(load.first).toBe('D1 size')
    expect(load.backlogAfterHour).toBe(0)
    expect(load.reachedAfter['D1 size']).toBeCloseTo(PLATFORM.databaseBytes / 1_000 / 1_000, -2)
    expect(load.reachedAfter['D1 writes']).toBe(Number.POSITIVE_INFINITY)
  })

  test('what D1 does not take waits in the queue until that is full', () => {
    const leased = { ...measured, guardCallsPerIsolateSecond: 1, databaseBytesPerEvent: 1 }
    const load = simulate(20_000, leased, ONE_KEY)
    expect(load.backlogAfterHour).toBe(10_000 * 3600)
    expect(load.reachedAfter['D1 writes']).toBeCloseTo(25e9 / 500 / 10_000, -2)
    expect(load.first).toBe('D1 writes')
  })

  test('a load of nothing much reaches nothing', () => {
    const load = simulate(1, { ...measured, databaseBytesPerEvent: 100 }, ONE_KEY)
    expect(load.first).toBe('none')
  })
})

test('ceilings: the greatest load of each limit by itself', () => {
  const { 'D1 size': size, ...others } = ceilings(measured, ONE_KEY)
  // Ten million events in a year.
  expect(size).toBeCloseTo(1e7 / 365 / 86_400)
  expect(others).toEqual({
    'guard of the busiest key': 1_000,
    // Two messages a second of each isolate, of a hundred events.
    queue: 500_000,
    'D1 writes': 10_000,
  })
})
