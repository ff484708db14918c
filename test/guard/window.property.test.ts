// The window against a plain log of what was admitted, for all sequences of asks and clock steps.

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { Limit } from '../../src/lib/limit.ts'
import {
  admissibleAt,
  debit,
  live,
  stateOf,
  windowTime,
  type Buckets,
} from '../../src/guard/window.ts'

/** What is refused too long, at most: a 240th of the window, and a second. */
function slotMs({ windowSeconds }: Limit): number {
  return Math.min(1000, Math.ceil((windowSeconds * 1000) / 240))
}

/** The guard's own procedure on `window.ts`, and beside it the log of what it admitted. */
class Gate {
  readonly limits: readonly Limit[]
  buckets: Buckets[]
  readonly log: number[][]

  constructor(limits: readonly Limit[]) {
    this.limits = limits
    this.buckets = limits.map(() => [])
    this.log = limits.map(() => [])
  }

  spent() {
    return this.limits.map((one, i) => ({ limit: one, buckets: this.buckets[i] ?? [], leased: [] }))
  }

  ask(want: number, now: number): { admitted: boolean; time: number; retryAt: number } {
    const time = windowTime(now, this.spent())
    const retryAt = Math.max(time, ...this.spent().map((one) => admissibleAt(one, want, time)))
    if (retryAt > time) return { admitted: false, time, retryAt }
    this.buckets = this.spent().map((one) => debit(one, want, time))
    for (const log of this.log) log.push(...Array<number>(want).fill(time))
    return { admitted: true, time, retryAt }
  }

  /** Whether as many more fit by the log; `late`: by one that forgets up to a slot too late. */
  fits(want: number, time: number, late = false): boolean {
    return this.limits.every((limit, i) => {
      const from = time - limit.windowSeconds * 1000 - (late ? slotMs(limit) - 1 : 0)
      const within = (this.log[i] ?? []).filter((at) => at > from && at <= time)
      return within.length + want <= limit.quota
    })
  }
}

const limitArbitrary = fc
  .tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 5 }))
  .map(([quota, windowSeconds]): Limit => ({ name: 'plan', quota, windowSeconds }))
const limitsArbitrary = fc.array(limitArbitrary, { minLength: 1, maxLength: 3 })
/** Clock steps, forward, backward and none, many of them at the edges of slots and windows. */
const step = fc.oneof(
  fc.constantFrom(0, 0, 1, 4, 5, 20, 21, 999, 1000, 1001, 2999, 3000, 5000, -1, -21, -1000, -7000),
  fc.integer({ min: -300, max: 1500 }),
)
const asks = fc.array(fc.tuple(step, fc.integer({ min: 1, max: 3 })), {
  maxLength: 120,
  size: 'max',
})
const RUNS = { numRuns: 500 }

/** Plays a sequence, and tells `each` of every ask before the next. */
function play(
  limits: readonly Limit[],
  sequence: readonly (readonly [number, number])[],
  each: (gate: Gate, want: number, answer: ReturnType<Gate['ask']>, before: Buckets[]) => void,
): Gate {
  const gate = new Gate(limits)
  let now = 1_000_000
  for (const [ms, want] of sequence) {
    now += ms
    const before = gate.buckets
    each(gate, want, gate.ask(want, now), before)
  }
  return gate
}

describe('properties, for all sequences of admissions and clock steps', () => {
  it('no window, wherever it begins, holds more than the quota', () => {
    fc.assert(
      fc.property(limitsArbitrary, asks, (limits, sequence) => {
        const gate = play(limits, sequence, () => {})
        limits.forEach(({ quota, windowSeconds }, i) => {
          const log = gate.log[i] ?? []
          // A window that holds the most begins with one of its admissions.
          for (const from of log) {
            const held = log.filter((at) => at >= from && at < from + windowSeconds * 1000)
            expect(held.length).toBeLessThanOrEqual(quota)
          }
        })
      }),
      RUNS,
    )
  })

  it('the guard tells a clock that never runs back, and is the real one where that does not', () => {
    fc.assert(
      fc.property(limitsArbitrary, asks, (limits, sequence) => {
        let latest = 0
        play(limits, sequence, (_gate, _want, { time, admitted }) => {
          expect(time).toBeGreaterThanOrEqual(latest)
          if (admitted) latest = time
        })
      }),
      RUNS,
    )
  })

  it('Retry-After is never too early, and at most a slot later than an exact log would say', () => {
    fc.assert(
      fc.property(limitsArbitrary, asks, (limits, sequence) => {
        play(limits, sequence, (gate, want, { admitted, time, retryAt }) => {
          if (admitted || !limits.every(({ quota }) => want <= quota)) return
          expect(gate.fits(want, retryAt)).toBe(true)
          const again = Math.max(...gate.spent().map((one) => admissibleAt(one, want, retryAt)))
          expect(again).toBe(retryAt)
          // A log that forgot a slot later would still be full just before.
          expect(gate.fits(want, retryAt - 1, true)).toBe(false)
          expect(retryAt).toBeGreaterThan(time)
        })
      }),
      RUNS,
    )
  })

  it('several limits: all are debited, or none', () => {
    fc.assert(
      fc.property(limitsArbitrary, asks, (limits, sequence) => {
        play(limits, sequence, (gate, want, { admitted, time }, before) => {
          if (!admitted) {
            expect(gate.buckets).toBe(before)
            expect(gate.fits(want, time, true)).toBe(false)
            return
          }
          gate.spent().forEach(({ limit: one, buckets }, i) => {
            const count = (some: Buckets) =>
              live(some, one, time).reduce((sum, [, n]) => sum + n, 0)
            expect(count(buckets)).toBe(count(before[i] ?? []) + want)
          })
        })
      }),
      RUNS,
    )
  })

  it('the list of buckets is bounded, ascending, and all of it counts', () => {
    fc.assert(
      fc.property(limitsArbitrary, asks, (limits, sequence) => {
        play(limits, sequence, (gate, _want, { admitted, time }) => {
          gate.spent().forEach(({ limit: one, buckets }) => {
            const slot = slotMs(one)
            const most = Math.ceil((one.windowSeconds * 1000) / slot) + 1
            expect(buckets.length).toBeLessThanOrEqual(most)
            const ascending = buckets.every(([from], j) => from > (buckets[j - 1]?.[0] ?? 0))
            const placed = buckets.every(([from, , last]) => last - (last % slot) === from)
            expect({ ascending, placed }).toStrictEqual({ ascending: true, placed: true })
            if (admitted) expect(live(buckets, one, time)).toStrictEqual(buckets)
          })
        })
      }),
      RUNS,
    )
  })

  it('what stateOf says remains can be had at once, and no more', () => {
    fc.assert(
      fc.property(limitArbitrary, asks, (one, sequence) => {
        play([one], sequence, (gate, _want, { time }) => {
          const [spent] = gate.spent()
          if (!spent) return
          const { remaining, resetAfterMs } = stateOf(spent, time)
          if (remaining > 0) expect(admissibleAt(spent, remaining, time)).toBe(time)
          expect(admissibleAt(spent, remaining + 1, time)).toBeGreaterThan(time)
          expect(resetAfterMs === 0).toBe(remaining === one.quota)
          const later = stateOf(spent, time + resetAfterMs)
          if (resetAfterMs > 0) expect(later.remaining).toBeGreaterThan(remaining)
        })
      }),
      RUNS,
    )
  })
})
