// The isolate's clock is set back while a lease is on its way to it. Nothing tells how far, so the
// lease must end by a timer that was there before it was asked for.

import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { askGuardFor, spendLeased, type Ask } from '../../src/guard/lease.ts'
import { Ledger } from '../../src/guard/ledger.ts'
import { Meter } from '../../src/guard/meter.ts'
import { ok } from '../../src/lib/result.ts'
import { memoryStore } from './memory-store.ts'

const START = 1_800_000_000_000
const LATENCY_MS = 20

let offsetMs = 0
const realNow = () => vi.getMockedSystemTime()?.getTime() ?? 0

beforeEach(() => {
  offsetMs = 0
  vi.useFakeTimers({ now: START })
  vi.spyOn(Date, 'now').mockImplementation(() => realNow() + offsetMs)
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const waitUntil = (work: Promise<unknown>) => void work
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

it.each([-30, -200, -60_000])('by %i ms: no change is outlived', async (stepMs) => {
  const ledger = new Ledger(memoryStore(), () => {})
  const limits = [{ name: 'plan', quota: 6_000, windowSeconds: 60 }]
  const ask: Ask = async (asked) => {
    await pause(LATENCY_MS)
    const answer = ledger.admit({ generation: 1, limits, ...asked }, realNow())
    await pause(LATENCY_MS)
    return ok(answer)
  }
  const meter = new Meter({ limits })
  const request = async () => {
    const now = Date.now()
    meter.see(now)
    if (spendLeased(meter, now, ask, waitUntil)) return 'admitted'
    const answer = await askGuardFor(meter, 1, now, ask, waitUntil)
    return answer.ok ? answer.value.verdict : answer.error
  }

  for (let i = 0; i < 30; i++) void request()
  await vi.advanceTimersByTimeAsync(LATENCY_MS)
  offsetMs = stepMs
  await vi.advanceTimersByTimeAsync(LATENCY_MS)
  const { waitMs } = ledger.fence(2, realNow())
  await vi.advanceTimersByTimeAsync(waitMs)
  const told: unknown[] = []
  // Until the clock has reached the time of the lease once more.
  const until = START + 2 * LATENCY_MS - stepMs + 1_100
  while (realNow() < until) {
    // Whether by this isolate's requests the step is seen does not matter: there are none until then.
    await vi.advanceTimersByTimeAsync(Math.max(1, START - Date.now()))
    const answer = request()
    await vi.advanceTimersByTimeAsync(2 * LATENCY_MS)
    told.push(await answer)
  }
  expect(new Set(told)).toStrictEqual(new Set(['stale']))
})
