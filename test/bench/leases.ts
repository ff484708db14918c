// How often a key asks its guard with the shipped plans, and how much of a quota can be used: the real
// meters, the real asking and the real ledger, in virtual time. No request is sent anywhere, so nothing here
// depends on the machine.
//
//   npm run bench:leases            a table
//   npm run bench:leases -- --json  { shipped_1, shipped_5, shipped_16, shipped_50_bursts, usable_quota }
//   … --minutes 1                   of so many minutes' requests instead of five

import { mock } from 'node:test'
import { parseArgs } from 'node:util'

import { shipped } from '../../src/catalog.ts'
import { askGuardFor, spendLeased, type Ask } from '../../src/guard/lease.ts'
import { Ledger } from '../../src/guard/ledger.ts'
import { Meter } from '../../src/guard/meter.ts'
import type { Limit } from '../../src/lib/limit.ts'
import { ok } from '../../src/lib/result.ts'
import { memoryStore } from '../guard/memory-store.ts'

/** Between an isolate and its guard, there and back. */
const ROUND_TRIP_MS = 10
const TICK_MS = 2
const START = Date.UTC(2026, 10, 2)

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, minutes: { type: 'string', default: '5' } },
})
const MINUTES = Number(values.minutes)
if (!(MINUTES >= 1 && MINUTES <= 60)) throw new Error('--minutes is a number from 1 to 60')

/** Requests of one key, by isolate and time (ms from the start), ascending. */
interface Arrival {
  readonly atMs: number
  readonly isolate: number
}

interface Counted {
  readonly requests: number
  readonly admitted: number
  readonly guard_calls_per_request: number
}

/** A generator of numbers from 0 to 1 that gives the same ones each time (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Random arrivals at a rate, through any of the isolates; where `activeMs` is said, in so much of each minute. */
function arrivals(perSecond: number, isolates: number, activeMs = 60_000): Arrival[] {
  const next = numbers(perSecond * 1_000 + isolates)
  const all: Arrival[] = []
  for (let minute = 0; minute < MINUTES; minute++) {
    let within = 0
    for (;;) {
      within += (-Math.log(1 - next()) * 1_000) / perSecond
      if (within >= activeMs) break
      all.push({ atMs: minute * 60_000 + within, isolate: Math.floor(next() * isolates) })
    }
  }
  return all
}

/** At even distances, the same isolate's. */
function evenly(perMinute: number): Arrival[] {
  const everyMs = 60_000 / perMinute
  return Array.from({ length: MINUTES * perMinute }, (_, nth) => ({
    atMs: nth * everyMs,
    isolate: 0,
  }))
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

async function count(
  limits: readonly Limit[],
  requests: readonly Arrival[],
  plannedMs?: number,
): Promise<Counted> {
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: START })
  try {
    const ledger = new Ledger(memoryStore(), () => {})
    const meters = new Map<number, Meter>()
    let calls = 0
    let admitted = 0
    const ask: Ask = async (asked) => {
      await pause()
      calls += 1
      const answer = ledger.admit({ generation: 1, limits, ...asked }, Date.now())
      await pause()
      return ok(answer)
    }
    const request = async (meter: Meter): Promise<void> => {
      const now = Date.now()
      meter.see(now)
      if (spendLeased(meter, now, ask, (work) => void work)) admitted += 1
      else {
        const answer = await askGuardFor(meter, 1, now, ask, (work) => void work)
        if (answer.ok && answer.value.verdict === 'granted') admitted += 1
      }
    }
    const end = MINUTES * 60_000 + 15_000
    for (let atMs = 0, nth = 0; atMs < end; atMs += TICK_MS) {
      for (let due = requests[nth]; due && due.atMs <= atMs; due = requests[++nth]) {
        const meter = meters.get(due.isolate) ?? new Meter({ limits, plannedMs })
        meters.set(due.isolate, meter)
        void request(meter)
      }
      mock.timers.tick(TICK_MS)
      await turn()
    }
    return { requests: requests.length, admitted, guard_calls_per_request: calls / requests.length }
  } finally {
    mock.timers.reset()
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ROUND_TRIP_MS / 2))
}

/** Those of the largest shipped plan, or of another quota. */
function limitsOf(quota?: number): Limit[] {
  const { limits = [] } = Object.values(shipped.plans).at(-1) ?? {}
  return limits
    .filter(({ routes }) => routes !== 'named')
    .map(({ name, quota: own, window }) => ({
      name,
      quota: quota ?? own,
      windowSeconds: Number(window),
    }))
}

const RATES = [
  { name: 'shipped_1', perSecond: 1 },
  { name: 'shipped_5', perSecond: 5 },
  { name: 'shipped_16', perSecond: 16 },
  { name: 'shipped_50_bursts', perSecond: 50, activeMs: 10_000 },
] as const
const ISOLATES = [1, 10, 100]

const report: Record<string, unknown> = {}
const rows: string[][] = []
for (const { name, perSecond, ...burst } of RATES) {
  const by: Record<string, number> = {}
  const activeMs = 'activeMs' in burst ? burst.activeMs : undefined
  for (const isolates of ISOLATES) {
    const { guard_calls_per_request } = await count(
      limitsOf(),
      arrivals(perSecond, isolates, activeMs),
    )
    by[isolates] = guard_calls_per_request
  }
  const planned = await count(limitsOf(), arrivals(perSecond, 1, activeMs), 2_000)
  report[name] = {
    guard_calls_per_request: by[1],
    isolates: by,
    lease_2_s: planned.guard_calls_per_request,
  }
  rows.push([
    name,
    ...ISOLATES.map((isolates) => (by[isolates] ?? 0).toFixed(3)),
    planned.guard_calls_per_request.toFixed(3),
  ])
}
const [limit] = limitsOf()
if (!limit) throw new Error('the shipped plan has no limit')
const steady = await count([limit], evenly(limit.quota + 60))
const slow = await count(limitsOf(10), evenly(10))
const usable = {
  steady: steady.admitted / (limit.quota * MINUTES),
  slow: slow.admitted / (10 * MINUTES),
}
report['usable_quota'] = usable
if (values.json) console.log(JSON.stringify(report, null, 2))
else {
  console.log('guard calls a request, leases as shipped (1 s), by isolates; one isolate with 2 s')
  console.log(['', '1', '10', '100', '2 s'].map((head) => head.padEnd(20)).join(''))
  for (const row of rows) console.log(row.map((cell) => cell.padEnd(20)).join(''))
  console.log(
    `of its quota a steady client can use ${(usable.steady * 100).toFixed(1)} %, a slow one ${(usable.slow * 100).toFixed(1)} %`,
  )
}
