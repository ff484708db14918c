// A real guard against the simplest thing that says the same: a list of every admission ever made,
// of every token used of a lease, when it was used, and the highest generation ever heard of.

import { evictDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import * as fc from 'fast-check'
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'

import type { KeyGuard } from '../../src/guard/key-guard.ts'
import { LEASE_MARGIN_MS, LEASE_MS } from '../../src/guard/lease-terms.ts'
import { FENCE_WAIT_MS } from '../guard/fence-wait.ts'
import type { AdmitAnswer, Lease } from '../../src/guard/protocol.ts'
import { LEASE_MAX_MS, type Limit } from '../../src/lib/limit.ts'
import { guardName } from '../../src/guard/name.ts'
import { applySchema, freshId, run } from './rows.ts'

const LIMITS: readonly Limit[] = [
  { name: 'plan', quota: 6, windowSeconds: 5 },
  { name: 'sessions', quota: 2, windowSeconds: 2 },
  { name: 'publishable', quota: 3, windowSeconds: 10, partition: '198.51.100.7' },
  { name: 'publishable', quota: 3, windowSeconds: 10, partition: '2001:db8::/64' },
]
/** Of these there are leases. */
const WIDE: readonly Limit[] = [
  { name: 'plan', quota: 500, windowSeconds: 30 },
  { name: 'sessions', quota: 800, windowSeconds: 60 },
]
/** What a lease may last yet that a wrong clock has given. */
const LEFT_MS = LEASE_MAX_MS + LEASE_MARGIN_MS
const START = Math.ceil(Date.now() / 1000) * 1000

/** Admissions of a time; `late`: of one up to a slot before it, which a bucket counts as of then. */
type Entry = readonly [at: number, count: number, late?: number]

/** A lease that an isolate has been given. */
interface Out extends Lease {
  readonly generation: number
  readonly limits: readonly Limit[]
  readonly from: number
  /** No longer than this, by the guard's clock. */
  until: number
  /** How many tokens were used, and when by each limit's own time. */
  readonly uses: { readonly count: number; readonly at: Map<Limit, number> }[]
  /** Whether an isolate still uses it: none does once the clock has run back. */
  usable: boolean
}

interface Model {
  now: number
  fence: number
  /** The latest time of what each limit's window holds. */
  readonly told: Map<Limit, number>
  /** When each request was admitted. */
  readonly log: Map<Limit, Entry[]>
  /** What the guard must take for it: what was used of a lease is dated when that came back. */
  readonly taken: Map<Limit, Entry[]>
  readonly out: Out[]
  readonly settled: Out[]
}
type Guard = DurableObjectStub<KeyGuard>

interface Asked {
  readonly generation: number
  readonly limits: readonly Limit[]
  readonly want: number
  readonly lease?: number
  /** How many of the leases that are out it settles, the oldest first. */
  readonly settles?: number
  /** Whether it tells one again that has been settled, with another number. */
  readonly again?: boolean
}

class Admit implements fc.AsyncCommand<Model, Guard> {
  private readonly asked: Asked

  constructor(asked: Asked) {
    this.asked = asked
  }

  check = (): boolean => true

  async run(model: Model, guard: Guard): Promise<void> {
    const { generation, limits, want, lease = 0, settles = 0, again = false } = this.asked
    rightLeases(model)
    const ended = model.out.splice(0, settles)
    const settled = ended.map((one) => ({ id: one.id, unused: one.tokens - usedOf(one) }))
    const repeated = again ? model.settled.slice(-2).map(({ id }) => ({ id, unused: 0 })) : []
    const told = [...repeated, ...settled]
    const leaseMs = LEASE_MS
    const answer = await guard.admit({ generation, limits, want, lease, leaseMs, settled: told })
    for (const one of ended) settle(model, one)
    if (generation < model.fence) {
      expect(answer).toStrictEqual({ verdict: 'stale' })
      return
    }
    model.fence = generation
    for (const limit of limits) rightWindow(model, limit)
    if (answer.verdict === 'granted') {
      for (const limit of limits) {
        if (want === 0) break
        const time = timeOf(model, limit)
        entries(model.log, limit).push([time, want])
        entries(model.taken, limit).push([time, want])
        model.told.set(limit, time)
        expect(within(model, limit, time)).toBeLessThanOrEqual(limit.quota)
      }
      this.granted(model, answer)
      return
    }
    expect(answer.verdict).toBe('limited')
    expect(want).toBeGreaterThan(0)
    const retryAfterMs = answer.verdict === 'limited' ? answer.retryAfterMs : 0
    const fitsAt = (clock: number, late = false): boolean =>
      limits.every((limit) => {
        const time = timeOf(model, limit, clock)
        return within(model, limit, time, late) + want <= limit.quota
      })
    // Refused for a reason, and for no longer than a slot beyond it.
    expect(fitsAt(model.now, true)).toBe(false)
    if (limits.every(({ quota }) => want <= quota)) {
      expect(fitsAt(model.now + retryAfterMs)).toBe(true)
      expect(fitsAt(model.now + retryAfterMs - 1, true)).toBe(false)
    }
  }

  private granted(
    model: Model,
    { lease, limits: states }: AdmitAnswer & { verdict: 'granted' },
  ): void {
    const { generation, limits, lease: tokens = 0 } = this.asked
    if (lease) {
      const latest = Math.max(...limits.map((limit) => timeOf(model, limit)))
      const until = latest + lease.ms + LEASE_MARGIN_MS
      for (const limit of limits) {
        expect(lease.tokens).toBeLessThanOrEqual(tokens)
        expect(limit).not.toHaveProperty('partition')
        const left = limit.quota - within(model, limit, timeOf(model, limit))
        expect(lease.tokens).toBeLessThanOrEqual(left / 2)
      }
      expect(lease.ms + LEASE_MARGIN_MS).toBeLessThanOrEqual(FENCE_WAIT_MS)
      const known = [...model.out, ...model.settled].map(({ id }) => id)
      expect(known).not.toContain(lease.id)
      const out = { ...lease, generation, limits, from: model.now, until, uses: [], usable: true }
      model.out.push(out)
      leases++
    }
    limits.forEach((limit, i) => {
      const remaining = states[i]?.remaining
      const time = timeOf(model, limit)
      const left = (late: boolean) => Math.max(0, limit.quota - within(model, limit, time, late))
      expect(remaining).toBeLessThanOrEqual(left(false))
      expect(remaining).toBeGreaterThanOrEqual(left(true))
    })
  }

  toString = (): string => {
    const { limits, ...others } = this.asked
    const names = limits.map(({ name, partition = '' }) => name + partition).join('+')
    return `admit(${names}, ${JSON.stringify(others)})`
  }
}

/** Before any window. */
const GONE = -Infinity

let leases = 0
let used = 0
/** How often a clock's fault was put right. */
let righted = 0

/** An isolate admits requests on a lease that it holds, without the guard. */
class Use implements fc.AsyncCommand<Model, Guard> {
  private readonly index: number
  private readonly count: number

  constructor(index: number, count: number) {
    this.index = index
    this.count = count
  }

  check = ({ out }: Readonly<Model>): boolean => out.length > 0

  // oxlint-disable-next-line typescript/require-await -- nothing is asked
  async run(model: Model): Promise<void> {
    const one = model.out[this.index % model.out.length]
    if (!one?.usable || model.now >= one.from + one.ms) return
    const count = Math.min(this.count, one.tokens - usedOf(one))
    if (count === 0) return
    // By the guard's clock, so that the log is of one clock only.
    const at = new Map(
      one.limits.map((limit) => [limit, Math.min(timeOf(model, limit), one.until)] as const),
    )
    one.uses.push({ count, at })
    used += count
  }

  toString = (): string => `use(${this.index}, ${this.count})`
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
    // An isolate whose clock runs back drops its leases.
    if (this.ms < 0) for (const one of model.out) one.usable = false
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
    rightLeases(model)
    const { generation, waitMs } = await guard.fence(this.generation)
    expect(generation).toBe(model.fence)
    // Long enough for every lease that may be used, and no time at all where none is out.
    for (const { usable, from, ms } of model.out) {
      if (usable) expect(model.now + waitMs).toBeGreaterThanOrEqual(from + ms)
    }
    if (model.out.length === 0) expect(waitMs).toBe(0)
    if (model.out.some(({ until }) => until > model.now - 3_600_000)) {
      expect(waitMs).toBe(FENCE_WAIT_MS)
    }
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

function entries(all: Map<Limit, Entry[]>, limit: Limit): Entry[] {
  const some = all.get(limit) ?? []
  all.set(limit, some)
  return some
}

const usedOf = ({ uses }: Out): number => uses.reduce((sum, { count }) => sum + count, 0)

/** A limit's own time does not run backwards behind what it has admitted. */
function timeOf(model: Model, limit: Limit, clock = model.now): number {
  return Math.max(clock, model.told.get(limit) ?? 0)
}

/**
 * What lies further ahead than clocks are set back was admitted by a clock that was wrong: it is dated
 * now, and counts for one window. What it admitted until then must have held the quota, by that clock.
 */
function rightWindow(model: Model, limit: Limit): void {
  const { now } = model
  const aheadMs = Math.min(60_000, limit.windowSeconds * 1000)
  if ((model.told.get(limit) ?? 0) <= now + aheadMs) return
  righted++
  expect(fullest(model, limit)).toBeLessThanOrEqual(limit.quota)
  const left = (model.told.get(limit) ?? 0) - limit.windowSeconds * 1000
  const dated = entries(model.taken, limit).map(([at, count, late = at]): Entry => {
    // A bucket is let go of whole: beyond a slot before that time it is gone, up to it it may be.
    if (late <= left - slotMs(limit)) return [GONE, count, GONE]
    // So what is in a bucket with what lies ahead goes with it.
    const counted = late > now - slotMs(limit) ? now : late
    return [at <= left ? GONE : Math.min(at, now), count, counted]
  })
  model.taken.set(limit, dated)
  const log = entries(model.log, limit)
  model.log.set(
    limit,
    log.filter(([at]) => at <= now),
  )
  for (const { at } of [...model.out].flatMap(({ uses }) => uses)) {
    const time = at.get(limit)
    if (time !== undefined) at.set(limit, Math.min(time, now))
  }
  model.told.set(limit, now)
}

/** A lease that would end later than any can was given by a clock that was wrong: it is out now. */
function rightLeases({ now, out }: Model): void {
  for (const one of out) {
    if (one.until > now + 60_000 + LEFT_MS) one.until = now + LEFT_MS
  }
}

/** What was used goes into the log: at its time, or where the clock has been set back, no later than now. */
function settle(model: Model, one: Out): void {
  for (const limit of one.limits) {
    if (usedOf(one) === 0) continue
    rightWindow(model, limit)
    const time = timeOf(model, limit)
    for (const { at, count } of one.uses) {
      entries(model.log, limit).push([Math.min(at.get(limit) ?? time, time), count])
    }
    const dated = Math.min(one.until, time)
    entries(model.taken, limit).push([dated, usedOf(one)])
    model.told.set(limit, Math.max(model.told.get(limit) ?? 0, dated))
  }
  model.settled.push(one)
}

/** What is refused too long, at most: a 240th of the window. */
const slotMs = ({ windowSeconds }: Limit): number => Math.ceil((windowSeconds * 1000) / 240)

/**
 * What a guard must take for spent in the window that ends at a time, with all that is on lease;
 * `late`: by one that forgets up to a slot too late.
 */
function within(model: Model, limit: Limit, time: number, late = false): number {
  const from = time - limit.windowSeconds * 1000 - (late ? slotMs(limit) - 1 : 0)
  const leased = model.out.filter(({ limits }) => limits.includes(limit))
  const spent = [
    ...entries(model.taken, limit),
    ...leased.map(({ until, tokens }): Entry => [until, tokens]),
  ]
  return spent.reduce((sum, [at, count, dated = at]) => {
    return sum + ((late ? dated : at) > from ? count : 0)
  }, 0)
}

/** The most that any window held of what was really admitted, wherever it begins. */
function fullest(model: Model, limit: Limit): number {
  const open = model.out.flatMap(({ limits, uses }) =>
    limits.includes(limit)
      ? uses.map(({ at, count }): Entry => [at.get(limit) ?? model.now, count])
      : [],
  )
  const all = [...entries(model.log, limit), ...open]
  const held = all.map(([from]) => {
    const inside = all.filter(([at]) => at >= from && at < from + limit.windowSeconds * 1000)
    return inside.reduce((sum, [, count]) => sum + count, 0)
  })
  return Math.max(0, ...held)
}

beforeAll(applySchema)
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** A guard that is a few minutes old, and a model that the caller keeps. */
async function start(): Promise<{ model: Model; real: Guard }> {
  const id = freshId('key')
  await run(`INSERT INTO generations VALUES ('${id}', 1)`)
  const real = env.KEY_GUARD.getByName(guardName(id))
  vi.setSystemTime(START - 300_000)
  await real.confirm(1)
  vi.setSystemTime(START)
  const model: Model = {
    ...{ now: START, fence: 1, out: [], settled: [] },
    ...{ told: new Map(), log: new Map(), taken: new Map() },
  }
  return { model, real }
}

const generation = fc.integer({ min: 1, max: 4 })
const stepsOf = (...steps: fc.Arbitrary<number>[]) => fc.oneof(...steps).map((ms) => new Step(ms))
const others = [
  generation.map((g) => new Fence(g)),
  generation.map((g) => new Confirm(g)),
  fc.constant(new Evict()),
]
type Command = fc.AsyncCommand<Model, Guard>

async function holds(all: readonly Limit[], commands: fc.Arbitrary<Command>[]): Promise<void> {
  const sequences = fc.commands(commands, { maxCommands: 60, size: 'max' })
  await fc.assert(
    fc.asyncProperty(sequences, async (sequence) => {
      const started = await start()
      await fc.asyncModelRun(() => started, sequence)
      for (const limit of all) {
        expect(fullest(started.model, limit)).toBeLessThanOrEqual(limit.quota)
      }
    }),
    { numRuns: 150 },
  )
}

it('no sequence of calls, clock steps, evictions and fences admits too much, too old or too little', async () => {
  const limits = fc.subarray([...LIMITS], { minLength: 1 })
  const admits = fc
    .record({
      generation,
      limits,
      want: fc.integer({ min: 1, max: 3 }),
      lease: fc.constantFrom(0, 0, 50),
    })
    .map((asked) => new Admit(asked))
  const mostlyCurrent = limits.map((some) => new Admit({ generation: 4, limits: some, want: 1 }))
  const steps = stepsOf(
    fc.constantFrom(0, 1, 20, 21, 999, 1000, 1001, 4999, 5000, 10_000, -1, -1500, -20_000),
    fc.integer({ min: -500, max: 3000 }),
  )
  righted = 0
  await holds(LIMITS, [mostlyCurrent, mostlyCurrent, admits, steps, ...others])
  // Else no clock would have been wrong. How often depends on the sequences.
  expect(righted).toBeGreaterThan(0)
})

it('nor does one with leases, used and settled whenever it may be', async () => {
  const limits = fc.subarray([...WIDE], { minLength: 1 })
  const admits = (g: fc.Arbitrary<number>) =>
    fc
      .record({
        generation: g,
        limits,
        want: fc.constantFrom(0, 1, 1, 5, 100, 240, 480),
        lease: fc.constantFrom(0, 3, 4, 50),
        settles: fc.constantFrom(0, 0, 1, 3),
        again: fc.boolean(),
      })
      .map((asked) => new Admit(asked))
  const uses = fc
    .tuple(fc.nat(5), fc.constantFrom(1, 3, 8))
    .map(([index, count]) => new Use(index, count))
  const steps = stepsOf(
    fc.constantFrom(0, 1, 100, 123, 124, 173, 174, 297, 298, 347, 348, 350, 29_999, 30_000),
    fc.constantFrom(30_173, 30_174, 59_999, 60_000, 60_348, -1, -50, -1500, -20_000),
    fc.integer({ min: 0, max: 400 }),
    fc.integer({ min: 0, max: 400 }),
  )
  leases = used = 0
  const current = admits(fc.constant(4))
  await holds(WIDE, [current, current, current, admits(generation), uses, uses, steps, ...others])
  // Else none of this would be about leases.
  expect(leases).toBeGreaterThan(0)
  expect(used).toBeGreaterThan(0)
})
