// Several isolates and one guard against the plainest thing that says the same: a list of what was
// admitted, when, and on which generation. The edge's own code runs (meters, the asking, the ledger);
// simulated are time, the isolates' clocks, and a network that loses and delays what it carries.

import { AsyncLocalStorage } from 'node:async_hooks'

import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { askGuardFor, spendLeased, TELL_ALONE_MS, type Ask } from '../../src/guard/lease.ts'
import { FENCE_WAIT_MS } from './fence-wait.ts'
import { Ledger } from '../../src/guard/ledger.ts'
import type { AdmitAnswer, AdmitAsk } from '../../src/guard/protocol.ts'
import type { Limit } from '../../src/lib/limit.ts'
import { Meter } from '../../src/guard/meter.ts'
import { err, ok } from '../../src/lib/result.ts'
import { memoryStore } from './memory-store.ts'

const START = 1_800_000_000_000
/** So long after its last request an isolate has told what is left of its leases. */
const TOLD_MS = TELL_ALONE_MS + 100

/** A request of an isolate on its way. */
interface Call {
  readonly isolate: Isolate
  /** Whether its guard has debited it by itself. */
  debited: boolean
}

interface Admission {
  readonly at: number
  readonly generation: number
}

type Fault = 'none' | 'ask lost' | 'answer lost' | 'answer late'

const running = new AsyncLocalStorage<Call>()

class Isolate {
  offsetMs = 0
  /** What the isolate holds of the key; a new one with each record that it loads. */
  generation = 0
  meter: Meter

  constructor(world: World) {
    this.generation = world.generation
    this.meter = world.newMeter()
  }
}

class World {
  readonly quota: number
  readonly windowMs: number
  /** How long the plan's leases last. */
  readonly plannedMs: number | undefined
  readonly isolates: Isolate[]
  readonly admissions: Admission[] = []
  guardCalls = 0
  refused = 0
  /** Of the credential, in the database. */
  generation = 1
  /** Real time from which no older generation may be admitted, by generation. */
  readonly enforcedAt = new Map<number, number>()
  readonly violations: string[] = []
  faults: Fault[] = []
  latencyMs = 2
  private readonly store = memoryStore()
  private ledger = new Ledger(this.store, () => {})

  constructor(quota: number, windowSeconds: number, isolates: number, plannedMs?: number) {
    this.quota = quota
    this.plannedMs = plannedMs
    this.windowMs = windowSeconds * 1000
    this.isolates = Array.from({ length: isolates }, () => new Isolate(this))
  }

  private get limits(): Limit[] {
    return [{ name: 'plan', quota: this.quota, windowSeconds: this.windowMs / 1000 }]
  }

  /** The guard's clock. */
  get now(): number {
    return vi.getMockedSystemTime()?.getTime() ?? 0
  }

  restartGuard(): void {
    this.ledger = new Ledger(this.store, () => {})
  }

  newMeter(): Meter {
    return new Meter({ limits: this.limits, plannedMs: this.plannedMs })
  }

  private async carry(ask: AdmitAsk): Promise<AdmitAnswer> {
    const call = running.getStore()
    const sent = structuredClone(ask)
    const fault = this.faults.shift() ?? 'none'
    await pause(this.latencyMs)
    if (fault === 'ask lost') throw new Error('lost')
    this.guardCalls += 1
    const answer = this.ledger.admit(sent, this.now)
    if (call && answer.verdict === 'granted' && sent.want === 1) call.debited = true
    const debitedAt = this.now
    if (fault === 'answer lost') throw new Error('lost')
    await pause(fault === 'answer late' ? 700 : this.latencyMs)
    if (call?.debited) debits.set(call, debitedAt)
    return answer
  }

  /** What the gate does with a request that its record would let pass. */
  async request(isolate: Isolate): Promise<void> {
    const call: Call = { isolate, debited: false }
    const began = this.now
    await running.run(call, async () => {
      for (let reloads = 0; reloads < 4; reloads++) {
        const { generation, meter } = isolate
        const verdict = await this.spend(generation, meter)
        if (verdict === 'granted')
          this.note({ at: debits.get(call) ?? this.now, generation }, began)
        else if (verdict !== 'stale') this.refused += 1
        if (verdict !== 'stale') return
        isolate.generation = this.generation
        isolate.meter = this.newMeter()
      }
    })
  }

  private async spend(generation: number, meter: Meter): Promise<string> {
    const ask: Ask = async (asked) => {
      const sent = { generation, limits: this.limits, ...asked }
      return await this.carry(sent).then(ok, () => err('unreachable' as const))
    }
    const now = Date.now()
    meter.see(now)
    if (spendLeased(meter, now, ask, waitUntil)) return 'granted'
    const answer = await askGuardFor(meter, 1, now, ask, waitUntil)
    return answer.ok ? answer.value.verdict : answer.error
  }

  private note(admission: Admission, began: number): void {
    this.admissions.push(admission)
    for (const [generation, at] of this.enforcedAt) {
      if (admission.generation < generation && began >= at) {
        this.violations.push(`generation ${admission.generation} after ${generation} was in force`)
      }
    }
  }

  /** A change: the row, the fence, and the wait that the publisher does. */
  async change(): Promise<void> {
    const generation = ++this.generation
    await pause(this.latencyMs)
    const { waitMs } = this.ledger.fence(generation, this.now)
    await pause(this.latencyMs + waitMs)
    this.enforcedAt.set(generation, this.now)
  }

  /** What the guard says is left. */
  remaining(): number | undefined {
    return this.ledger.peek(this.limits, this.now)[0]?.remaining
  }

  /** The most that any window holds. */
  fullest(): number {
    const times = this.admissions.map(({ at }) => at).toSorted((a, b) => a - b)
    let most = 0
    for (let first = 0, last = 0; last < times.length; last++) {
      while ((times[last] ?? 0) - (times[first] ?? 0) >= this.windowMs) first++
      most = Math.max(most, last - first + 1)
    }
    return most
  }
}

const waitUntil = (work: Promise<unknown>): void => void work

/** When the guard debited a request by itself: that is when it was admitted. */
const debits = new WeakMap<Call, number>()

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

beforeEach(() => {
  vi.useFakeTimers({ now: START })
  vi.spyOn(console, 'error').mockImplementation(() => {})
  const { now } = Date
  // Each isolate has a clock of its own, the guard has the real one.
  vi.spyOn(Date, 'now').mockImplementation(
    () => now() + (running.getStore()?.isolate.offsetMs ?? 0),
  )
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

/** Requests of an isolate, one each so many ms. */
async function steady(world: World, isolate: Isolate, everyMs: number, forMs: number) {
  for (let at = 0; at < forMs; at += everyMs) {
    void world.request(isolate)
    await vi.advanceTimersByTimeAsync(everyMs)
  }
}

type Step =
  | { readonly do: 'burst'; readonly isolate: number; readonly count: number }
  | { readonly do: 'steady'; readonly isolate: number; readonly everyMs: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'clock'; readonly isolate: number; readonly ms: number }
  | { readonly do: 'fault'; readonly faults: Fault[] }
  | { readonly do: 'latency'; readonly ms: number }
  | { readonly do: 'change' }
  | { readonly do: 'restart' }
  | { readonly do: 'die'; readonly isolate: number }

const nth = fc.nat(3)
const steps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('burst' as const),
        isolate: nth,
        count: fc.integer({ min: 1, max: 60 }),
      }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('steady' as const),
        isolate: nth,
        everyMs: fc.constantFrom(3, 10, 30, 70, 300),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('wait' as const),
        ms: fc.constantFrom(1, 40, 250, 999, 1_000, 1_050, 12_000, 21_000),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('clock' as const),
        isolate: nth,
        ms: fc.constantFrom(-60_000, -400, -100, -20, 90, 500, 5000),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('fault' as const),
        faults: fc.array(fc.constantFrom<Fault>('none', 'ask lost', 'answer lost', 'answer late'), {
          minLength: 1,
          maxLength: 6,
        }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('latency' as const),
        ms: fc.constantFrom(0, 2, 40, 160),
      }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('change' as const) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('die' as const), isolate: nth }) },
  ),
  { maxLength: 40, size: 'max' },
)

async function play(world: World, sequence: readonly Step[]): Promise<void> {
  for (const step of sequence) {
    const at = 'isolate' in step ? world.isolates[step.isolate] : undefined
    if (step.do === 'burst' && at) {
      for (let i = 0; i < step.count; i++) void world.request(at)
    } else if (step.do === 'steady' && at)
      await steady(world, at, step.everyMs, Math.max(600, 8 * step.everyMs))
    else if (step.do === 'wait') await vi.advanceTimersByTimeAsync(step.ms)
    else if (step.do === 'clock' && at) at.offsetMs += step.ms
    else if (step.do === 'fault') world.faults = [...step.faults]
    else if (step.do === 'latency') world.latencyMs = step.ms
    else if (step.do === 'change') void world.change()
    else if (step.do === 'restart') world.restartGuard()
    else if (step.do === 'die') world.isolates[step.isolate] = new Isolate(world)
  }
  await vi.advanceTimersByTimeAsync(5_000)
}

describe('for all sequences of traffic, clock steps, faults, restarts and changes', () => {
  it('no window holds more than the quota, and nothing is admitted on what a change has ended', async () => {
    let leased = 0
    const property = fc.asyncProperty(
      steps,
      fc.constantFrom(40, 600, 2_000),
      fc.constantFrom(5, 20, 60),
      fc.constantFrom(undefined, 250, 5_000),
      async (sequence, quota, windowSeconds, plannedMs) => {
        const world = new World(quota, windowSeconds, 4, plannedMs)
        await play(world, sequence)
        expect(world.fullest()).toBeLessThanOrEqual(quota)
        expect(world.violations).toStrictEqual([])
        leased += world.admissions.length - Math.min(world.admissions.length, world.guardCalls)
      },
    )
    await fc.assert(property, { numRuns: 150 })
    // Else none of this would be about leases.
    expect(leased).toBeGreaterThan(1_000)
  })
})

describe('what can be used of a quota', () => {
  it.each([
    [1_000, 60, 1, 'at the quota', 60],
    [1_000, 60, 1, 'at twice the quota', 30],
    [1_000, 60, 4, 'at twice the quota, by four isolates', 30],
    [6_000, 60, 2, 'at one and a half times the quota, by two isolates', 20 / 3],
  ])(
    '%i in %i s, %i isolates, %s: at least 99 %%',
    async (quota, seconds, count, _rate, everyMs) => {
      const world = new World(quota, seconds, count)
      const minutes = 2
      for (let at = 0, i = 0; at < minutes * 60_000; at += everyMs, i++) {
        // Traffic moves from one isolate to the next each second.
        const isolate = world.isolates[Math.floor(at / 1000) % count]
        if (isolate) void world.request(isolate)
        await vi.advanceTimersByTimeAsync(Math.floor(at + everyMs) - Math.floor(at))
      }
      expect(world.fullest()).toBeLessThanOrEqual(quota)
      expect(world.admissions.length).toBeGreaterThanOrEqual(0.99 * quota * minutes)
    },
  )

  it('a slow client has all of it', async () => {
    const world = new World(10, 60, 3)
    for (let i = 0; i < 60; i++) {
      const isolate = world.isolates[i % 3]
      if (isolate) await Promise.all([world.request(isolate), vi.advanceTimersByTimeAsync(6_000)])
    }
    expect(world.admissions).toHaveLength(60)
    expect(world.refused).toBe(0)
  })
})

it('a busy key asks its guard a few times a second only, and has told it everything soon after', async () => {
  const world = new World(60_000, 60, 1)
  const [only] = world.isolates
  if (!only) throw new Error('no isolate')
  await steady(world, only, 2, 20_000)
  expect(world.admissions).toHaveLength(10_000)
  expect(world.guardCalls).toBeLessThan(20 * 3)
  await vi.advanceTimersByTimeAsync(TOLD_MS)
  expect(world.remaining()).toBe(50_000)
})

it('a change waits for leases only where one may be out', async () => {
  const world = new World(6_000, 60, 1)
  const [first] = world.isolates
  if (!first) throw new Error('no isolate')
  const took = async (): Promise<number> => {
    const from = world.now
    const done = world.change().then(() => world.now - from)
    await vi.advanceTimersByTimeAsync(2_000)
    return await done
  }
  await steady(world, first, 2_000, 8_000)
  expect(await took()).toBeLessThan(FENCE_WAIT_MS)
  await steady(world, first, 5, 1_000)
  expect(await took()).toBeGreaterThanOrEqual(FENCE_WAIT_MS)
  await vi.advanceTimersByTimeAsync(TOLD_MS)
  expect(await took()).toBeLessThan(FENCE_WAIT_MS)
})
