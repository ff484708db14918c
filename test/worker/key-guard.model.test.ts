// A real guard against the simplest thing that says the same: a list of every admission ever made,
// and the highest generation ever heard of.

import { evictDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import type { KeyGuard } from '../../src/guard/key-guard.ts'
import type { Limit } from '../../src/guard/limit.ts'
import { freshId } from './rows.ts'

const LIMITS: readonly Limit[] = [
  { name: 'plan', quota: 6, windowSeconds: 5 },
  { name: 'sessions', quota: 2, windowSeconds: 2 },
  { name: 'publishable', quota: 3, windowSeconds: 10, partition: '198.51.100.7' },
  { name: 'publishable', quota: 3, windowSeconds: 10, partition: '2001:db8::/64' },
]
const START = Math.ceil(Date.now() / 1000) * 1000

interface Model {
  now: number
  fence: number
  /** When each request was admitted, by limit. */
  readonly log: Map<Limit, number[]>
}
type Guard = DurableObjectStub<KeyGuard>

class Admit implements fc.AsyncCommand<Model, Guard> {
  private readonly generation: number
  private readonly limits: readonly Limit[]
  private readonly want: number

  constructor(generation: number, limits: readonly Limit[], want: number) {
    this.generation = generation
    this.limits = limits
    this.want = want
  }

  check = (): boolean => true

  async run(model: Model, guard: Guard): Promise<void> {
    const { generation, limits, want } = this
    const answer = await guard.admit({ generation, limits, want })
    if (generation < model.fence) {
      expect(answer).toStrictEqual({ verdict: 'stale' })
      return
    }
    model.fence = generation
    // A guard's clock does not run backwards behind what it has admitted.
    const time = Math.max(model.now, ...limits.flatMap((limit) => log(model, limit)))
    if (answer.verdict === 'granted') {
      for (const limit of limits) {
        for (let i = 0; i < want; i++) log(model, limit).push(time)
        expect(within(model, limit, time)).toBeLessThanOrEqual(limit.quota)
      }
      limits.forEach((limit, i) => {
        const remaining = answer.limits[i]?.remaining
        expect(remaining).toBeLessThanOrEqual(limit.quota - within(model, limit, time))
        expect(remaining).toBeGreaterThanOrEqual(limit.quota - within(model, limit, time, 999))
      })
      return
    }
    expect(answer.verdict).toBe('limited')
    const retryAfterMs = answer.verdict === 'limited' ? answer.retryAfterMs : 0
    const fitsAt = (at: number, slackMs: number): boolean =>
      limits.every((limit) => within(model, limit, at, slackMs) + want <= limit.quota)
    // Refused for a reason, and for no longer than a second beyond it.
    expect(fitsAt(time, 999)).toBe(false)
    if (limits.every(({ quota }) => want <= quota)) {
      expect(fitsAt(time + retryAfterMs, 0)).toBe(true)
      expect(fitsAt(time + retryAfterMs - 1, 999)).toBe(false)
    }
  }

  toString = (): string =>
    `admit(g${this.generation}, ${this.limits.map((l) => LIMITS.indexOf(l)).join('+')}, ${this.want})`
}

class Step implements fc.AsyncCommand<Model, Guard> {
  private readonly ms: number
  constructor(ms: number) {
    this.ms = ms
  }
  check = (): boolean => true
  run = async (model: Model): Promise<void> => {
    model.now += this.ms
    vi.setSystemTime(model.now)
  }
  toString = (): string => `clock(${this.ms})`
}

class Fence implements fc.AsyncCommand<Model, Guard> {
  private readonly generation: number
  constructor(generation: number) {
    this.generation = generation
  }
  check = (): boolean => true
  run = async (model: Model, guard: Guard): Promise<void> => {
    model.fence = Math.max(model.fence, this.generation)
    expect(await guard.fence(this.generation)).toBe(model.fence)
  }
  toString = (): string => `fence(${this.generation})`
}

class Confirm implements fc.AsyncCommand<Model, Guard> {
  private readonly generation: number
  constructor(generation: number) {
    this.generation = generation
  }
  check = (): boolean => true
  run = async (model: Model, guard: Guard): Promise<void> => {
    const expected = this.generation < model.fence ? 'stale' : 'current'
    model.fence = Math.max(model.fence, this.generation)
    expect(await guard.confirm(this.generation)).toBe(expected)
  }
  toString = (): string => `confirm(${this.generation})`
}

class Evict implements fc.AsyncCommand<Model, Guard> {
  check = (): boolean => true
  run = async (_: Model, guard: Guard): Promise<void> => {
    await guard.peek([])
    await evictDurableObject(guard)
  }
  toString = (): string => 'evict'
}

function log(model: Model, limit: Limit): number[] {
  const entries = model.log.get(limit) ?? []
  model.log.set(limit, entries)
  return entries
}

/** Admissions in the window that ends at a time; `slackMs` makes it that much longer. */
function within(model: Model, limit: Limit, time: number, slackMs = 0): number {
  const from = time - limit.windowSeconds * 1000 - slackMs
  return log(model, limit).filter((at) => at > from && at <= time).length
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const setup = () => {
  vi.setSystemTime(START)
  const model: Model = { now: START, fence: 0, log: new Map() }
  return { model, real: env.KEY_GUARD.getByName(freshId('guard')) }
}

it('no sequence of calls, clock steps, evictions and fences admits too much, too old or too little', async () => {
  const generation = fc.integer({ min: 1, max: 4 })
  const limits = fc.subarray([...LIMITS], { minLength: 1 })
  const admits = fc
    .tuple(generation, limits, fc.integer({ min: 1, max: 3 }))
    .map((args) => new Admit(...args))
  const mostlyCurrent = limits.map((some) => new Admit(4, some, 1))
  const steps = fc
    .oneof(
      fc.constantFrom(0, 1, 999, 1000, 1001, 4999, 5000, 10_000, -1, -1500, -20_000),
      fc.integer({ min: -500, max: 3000 }),
    )
    .map((ms) => new Step(ms))
  const commands = fc.commands(
    [
      mostlyCurrent,
      mostlyCurrent,
      admits,
      steps,
      generation.map((g) => new Fence(g)),
      generation.map((g) => new Confirm(g)),
      fc.constant(new Evict()),
    ],
    { maxCommands: 60, size: 'max' },
  )
  await fc.assert(
    fc.asyncProperty(commands, async (sequence) => {
      await fc.asyncModelRun(setup, sequence)
    }),
    { numRuns: 150 },
  )
}, 30_000)
