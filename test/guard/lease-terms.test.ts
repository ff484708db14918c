import { describe, expect, it } from 'vitest'

import {
  FENCE_WAIT_MS,
  LEASE_MARGIN_MS,
  LEASE_MAX_MS,
  LEASE_MIN_TOKENS,
  leaseMs,
  leaseTokens,
} from '../../src/guard/lease-terms.ts'

const limits = (...windows: number[]) =>
  windows.map((windowSeconds, i) => ({ name: `limit-${i}`, quota: 1_000, windowSeconds }))

describe('leaseMs', () => {
  it.each<[string, number[], number]>([
    ['a minute', [60], 298],
    ['more than a minute: the most there is', [61], LEASE_MAX_MS],
    ['an hour', [3600], LEASE_MAX_MS],
    ['the shortest window that has leases', [26], 100],
    ['a shorter one has none', [25], 0],
    ['nor has the shortest', [1], 0],
    ['several: the shortest decides', [3600, 30, 60], 124],
    ['one of them too short: none', [3600, 25], 0],
  ])('%s', (_case, windows, ms) => {
    expect(leaseMs(limits(...windows))).toBe(ms)
  })

  it('none where a limit is for each address: an isolate does not know who comes next', () => {
    const [one, other] = limits(60, 60)
    if (!one || !other) throw new Error('there are two')
    expect(leaseMs([{ ...one, partition: '192.0.2.1' }])).toBe(0)
    expect(leaseMs([one, { ...other, partition: 'unknown' }])).toBe(0)
  })

  it('lease, margin and slot make no window more than a hundredth longer', () => {
    for (let seconds = 26; seconds <= 3600; seconds++) {
      const slotMs = Math.min(1000, Math.ceil((seconds * 1000) / 240))
      const extra = leaseMs(limits(seconds)) + LEASE_MARGIN_MS + slotMs
      expect(extra).toBeLessThanOrEqual(seconds * 10)
    }
  })

  it('a fence waits longer than the guard counts on any lease', () => {
    for (const seconds of [26, 60, 3600]) {
      const counted = leaseMs(limits(seconds)) + LEASE_MARGIN_MS
      expect(counted).toBeLessThanOrEqual(FENCE_WAIT_MS)
    }
  })
})

describe('leaseTokens', () => {
  it.each<[string, number, [quota: number, remaining: number][], number]>([
    ['as many as asked for', 7, [[1_000, 1_000]], 7],
    ['a hundredth of the quota at most', 50, [[1_000, 1_000]], 10],
    ['rounded down', 50, [[1_099, 1_099]], 10],
    ['a twentieth of what remains at most', 50, [[10_000, 199]], 9],
    [
      'of every limit',
      50,
      [
        [10_000, 10_000],
        [500, 500],
        [10_000, 10_000],
      ],
      5,
    ],
    ['the fewest there are', LEASE_MIN_TOKENS, [[1_000, 1_000]], LEASE_MIN_TOKENS],
    ['fewer asked for: none', LEASE_MIN_TOKENS - 1, [[1_000, 1_000]], 0],
    ['a quota of which a hundredth is enough', 50, [[400, 400]], 4],
    ['a quota of which it is not: none', 50, [[399, 399]], 0],
    ['just enough remains', 50, [[1_000, 80]], 4],
    ['too little remains: none', 50, [[1_000, 79]], 0],
    ['nothing remains', 50, [[1_000, 0]], 0],
    ['nothing asked for', 0, [[1_000, 1_000]], 0],
  ])('%s', (_case, asked, states, tokens) => {
    const named = states.map(([quota, remaining]) => ({ quota, remaining }))
    expect(leaseTokens(asked, named)).toBe(tokens)
  })
})
