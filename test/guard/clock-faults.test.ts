// The guard's clock runs ahead for a moment and is put right again. What it dated meanwhile must not
// cost a key more than its windows are long, and never lets more through while the clock is right.

import * as fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'

import { Ledger } from '../../src/guard/ledger.ts'
import type { AdmitAnswer, AdmitAsk } from '../../src/guard/protocol.ts'
import type { Limit } from '../../src/lib/limit.ts'
import { memoryStore } from './memory-store.ts'

const START = 1_800_000_000_000
const HOUR_MS = 3_600_000
/** So far behind what was admitted a clock may be set before it is taken to have been wrong. */
const AHEAD_MAX_MS = 60_000

const limitOf = (name: string, quota: number, windowSeconds: number): Limit => ({
  name,
  quota,
  windowSeconds,
})
const PLAN = limitOf('plan', 10, 60)
const SESSIONS = limitOf('sessions', 10, 60)

let ledger: Ledger
beforeEach(() => {
  ledger = new Ledger(memoryStore(), () => {})
})

const ask = (atMs: number, limits: readonly Limit[] = [PLAN], over: Partial<AdmitAsk> = {}) =>
  ledger.admit({ generation: 1, limits, want: 1, ...over }, START + atMs)
const isGranted = ({ verdict }: AdmitAnswer) => verdict === 'granted'
const remaining = (atMs: number, limit = PLAN) => ledger.peek([limit], START + atMs)[0]?.remaining

function fill(atMs: number, limit: Limit): void {
  for (let i = 0; i < limit.quota; i++) expect(isGranted(ask(atMs, [limit]))).toBe(true)
}

describe('an hour ahead', () => {
  it('as one limit saw it: another’s window is what it was', () => {
    fill(0, SESSIONS)
    ask(HOUR_MS, [PLAN])
    expect(ask(1_000, [PLAN, SESSIONS])).toMatchObject({ verdict: 'limited', retryAfterMs: 59_000 })
    expect(remaining(1_000, SESSIONS)).toBe(0)
  })

  it('for one admission: it counts for one window, and the next hour is as any other', () => {
    ask(HOUR_MS)
    let admitted = 0
    for (let at = 1_000; at < 3_700_000; at += 1_000) if (isGranted(ask(at))) admitted += 1
    // 61 whole minutes of ten each, and what the last 40 seconds hold; one is the fault's.
    expect(admitted).toBeGreaterThanOrEqual(610)
    expect(admitted).toBeLessThanOrEqual(620)
  })

  it.each([
    [1, 10],
    [60, 10],
    [3_600, 10],
  ])('while a window of %i s was filled: Retry-After is true, and ends it', (seconds, quota) => {
    const limit = limitOf('plan', quota, seconds)
    fill(HOUR_MS + 1_000, limit)
    const refused = ask(1_000, [limit])
    if (refused.verdict !== 'limited') throw new Error(refused.verdict)
    expect(refused.retryAfterMs).toBe(seconds * 1000)
    // Nothing but refusals, which must not count the fault anew each time.
    for (let part = 0.1; part < 0.95; part += 0.1) {
      expect(isGranted(ask(1_000 + seconds * 1000 * part, [limit]))).toBe(false)
    }
    expect(isGranted(ask(1_000 + refused.retryAfterMs - 1, [limit]))).toBe(false)
    fill(1_000 + refused.retryAfterMs, limit)
  })

  it('while a lease was given that nobody settles: it leaves with the window', () => {
    const limit = limitOf('plan', 1_000, 60)
    ask(HOUR_MS, [limit], { lease: 10 })
    expect(remaining(1_000, limit)).toBe(989)
    expect(remaining(1_000 + 60_000 + 10_050, limit)).toBe(1_000)
  })
})

describe('behind what was admitted by as much as clocks are set back', () => {
  it('it stands still until it has caught up, and Retry-After counts that', () => {
    fill(50_000, PLAN)
    const refused = ask(0)
    expect(refused).toMatchObject({ verdict: 'limited', retryAfterMs: 110_000 })
    expect(isGranted(ask(109_999))).toBe(false)
    expect(isGranted(ask(110_000))).toBe(true)
  })

  it('and what is told of the reset counts it too', () => {
    ask(50_000)
    expect(ledger.peek([PLAN], START)[0]?.resetAfterMs).toBe(110_000)
  })
})

const step = fc.record({
  ms: fc.constantFrom(0, 1, 30, 250, 900, 2_000, 10_000, 59_000, 61_000),
  /** How far ahead the clock is for this ask. */
  fault: fc.oneof(
    { weight: 5, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.constantFrom(500, 59_999, 60_001, 400_000, HOUR_MS) },
  ),
  want: fc.integer({ min: 1, max: 3 }),
})
const windows = fc.constantFrom(1, 5, 60, 600)

describe('for all sequences of asks and faults', () => {
  const property = fc.property(
    fc.array(step, { maxLength: 150, size: 'max' }),
    fc.integer({ min: 1, max: 8 }),
    windows,
    (sequence, quota, seconds) => {
      const limit = limitOf('plan', quota, seconds)
      ledger = new Ledger(memoryStore(), () => {})
      const admitted: number[] = []
      let now = 0
      let lastFault = -Infinity
      for (const { ms, fault, want } of sequence) {
        now += ms
        if (fault > 0) lastFault = now
        const granted = isGranted(ask(now + fault, [limit], { want }))
        // A window that begins after the last fault: by the clock that was right all the while.
        if (granted && fault === 0 && now > lastFault) {
          for (let i = 0; i < want; i++) admitted.push(now)
        }
        const within = admitted.filter((at) => at > Math.max(lastFault, now - seconds * 1000))
        expect(within.length).toBeLessThanOrEqual(quota)
      }
      // However it stood: once the fault is over, this is the longest that anybody waits.
      const longest = seconds * 1000 + Math.min(AHEAD_MAX_MS, seconds * 1000)
      const refused = ask(now, [limit])
      if (refused.verdict !== 'limited') return
      expect(refused.retryAfterMs).toBeLessThanOrEqual(longest)
      expect(isGranted(ask(now + refused.retryAfterMs - 1, [limit]))).toBe(false)
      expect(isGranted(ask(now + refused.retryAfterMs, [limit]))).toBe(true)
    },
  )

  it('no window of a right clock holds more than the quota, and Retry-After is bounded and true', () => {
    fc.assert(property, { numRuns: 400 })
  })
})
