// Lines over a size: every point of a group measured once in each round, forwards and backwards by
// turns, beside the pass-through of the same request. Medians over the rounds.

import type { Pass, Rig, Round } from '../rig.ts'
import { median, round } from '../statistics.ts'
import type { ScalePlan } from './plan.ts'

/** The name of the line that a Worker makes which only forwards. */
export const BASELINE = 'pass_through'

export interface Subject {
  readonly line: string
  readonly size: number
  readonly port: number
  readonly status?: number
  /** Number 0 warms up. */
  requests(pass: number): Pass['requests']
  /** Each request is sent once a pass. */
  readonly once?: boolean
  /** Warms up with each request once, however many they are. */
  readonly warmUpOnce?: boolean
}

export interface Point {
  readonly line: string
  readonly size: number
  readonly rps: number
  readonly p50_ms: number
  readonly p99_ms: number
  readonly cpu_us: number | null
  /** To the pass-through's of the same group. */
  readonly p50_ratio: number
  readonly cpu_ratio: number | null
}

export interface Series {
  readonly name: string
  readonly what: string
  /** What the size is a number of. */
  readonly axis: string
  readonly points: readonly Point[]
}

/** Measures a group; one of the subjects is the baseline. */
export async function measureGroup(
  rig: Rig,
  plan: ScalePlan,
  subjects: readonly Subject[],
): Promise<Point[]> {
  const rounds = new Map<Subject, Round[]>(subjects.map((subject) => [subject, []]))
  for (const subject of subjects) await run(rig, plan, subject, 0)
  for (let nth = 1; nth <= plan.rounds; nth++) {
    for (const subject of nth % 2 === 1 ? subjects : subjects.toReversed()) {
      rounds.get(subject)?.push(await run(rig, plan, subject, nth))
    }
  }
  const figures = subjects.map((subject) => ({ subject, ...medians(rounds.get(subject) ?? []) }))
  const base = figures.find(({ subject }) => subject.line === BASELINE)
  return figures.map(({ subject: { line, size }, rps, p50Ms, p99Ms, cpuUs }) => ({
    line,
    size,
    rps: round(rps),
    p50_ms: round(p50Ms),
    p99_ms: round(p99Ms),
    cpu_us: cpuUs === null ? null : round(cpuUs),
    p50_ratio: round(p50Ms / (base?.p50Ms ?? Number.NaN)),
    cpu_ratio: cpuUs === null || !base?.cpuUs ? null : round(cpuUs / base.cpuUs),
  }))
}

async function run(rig: Rig, plan: ScalePlan, subject: Subject, nth: number): Promise<Round> {
  const requests = subject.requests(nth)
  const whole = subject.once || (nth === 0 && subject.warmUpOnce)
  return await rig.pass({
    name: `${subject.line} ${subject.size}`,
    statuses: [subject.status ?? 200],
    port: subject.port,
    connections: plan.connections,
    requests,
    // The pass-through leaves nothing to do later.
    settleSeconds: subject.line === BASELINE ? 0 : plan.settleSeconds,
    until: whole ? { answers: requests.length } : nth === 0 ? plan.warmUp : plan.until,
  })
}

function medians(rounds: readonly Round[]) {
  const cpu = rounds.flatMap(({ cpuUsPerRequest }) => cpuUsPerRequest ?? [])
  return {
    rps: median(rounds.map(({ rps }) => rps)),
    p50Ms: median(rounds.map(({ p50Ms }) => p50Ms)),
    p99Ms: median(rounds.map(({ p99Ms }) => p99Ms)),
    cpuUs: cpu.length === 0 ? null : median(cpu),
  }
}
