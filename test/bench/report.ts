// What was measured as one object and as tables. Medians over the rounds; ratios of medians.

import type { Machine } from './machine.ts'
import type { Round } from './rig.ts'
import type { Measured, Plan } from './run.ts'
import { median, round, spread } from './statistics.ts'
import { BESIDE_CEILING, baselineOf } from './variants.ts'

export interface Figures {
  readonly rps: number
  readonly p50_ms: number
  readonly p99_ms: number
  readonly cpu_us_per_request: number | null
}

export interface VariantReport extends Figures {
  readonly what: string
  readonly status: number
  /** Greatest less least requests/s of the rounds, as a share of the median. */
  readonly rps_spread: number
  readonly operations_per_request: Readonly<Record<string, number>> | null
  readonly rounds: readonly (Figures & { readonly answers: number })[]
}

/** A variant set in proportion to its baseline. */
export interface Ratio {
  /** Of requests/s: 1 is as fast, less is slower. */
  readonly rps: number
  /** Of the time below which 99 % of answers came: 1 is as quick, more is slower. */
  readonly p99: number
  readonly cpu: number | null
  /** The ratio of requests/s in each round by itself. */
  readonly rps_rounds: readonly number[]
}

export interface Report {
  readonly machine: Machine
  readonly plan: Plan
  readonly variants: Readonly<Record<string, VariantReport>>
  /** By `variant/baseline`. */
  readonly ratios: Readonly<Record<string, Ratio>>
  /** Of requests/s, over all variants. */
  readonly noise: { readonly rps_spread_median: number; readonly rps_spread_max: number }
}

export function reportOf(measured: readonly Measured[], plan: Plan, machine: Machine): Report {
  const named = (name: string | undefined): Measured | undefined =>
    measured.find(({ variant }) => variant.name === name)
  const pairs = [
    ...measured.map((one) => [one, named(baselineOf(one.variant))] as const),
    BESIDE_CEILING.map(named),
  ]
  const ratios = pairs.flatMap(([one, base]) =>
    one && base ? [[`${one.variant.name}/${base.variant.name}`, ratioOf(one, base)] as const] : [],
  )
  const spreads = measured.map(({ rounds }) => spread(rounds.map(({ rps }) => rps)))
  return {
    machine,
    plan,
    variants: Object.fromEntries(measured.map((one) => [one.variant.name, variantOf(one)])),
    ratios: Object.fromEntries(ratios),
    noise: {
      rps_spread_median: round(median(spreads)),
      rps_spread_max: round(Math.max(...spreads)),
    },
  }
}

function variantOf({ variant, rounds, operations }: Measured): VariantReport {
  return {
    what: variant.what,
    status: variant.status,
    ...figures(medians(rounds)),
    rps_spread: round(spread(rounds.map(({ rps }) => rps))),
    operations_per_request:
      operations &&
      Object.fromEntries(Object.entries(operations).map(([call, n]) => [call, round(n)])),
    rounds: rounds.map((one) => ({ answers: one.answers, ...figures(one) })),
  }
}

type Numbers = Omit<Round, 'answers'>

function medians(rounds: readonly Round[]): Numbers {
  const cpu = rounds.flatMap(({ cpuUsPerRequest }) => cpuUsPerRequest ?? [])
  return {
    rps: median(rounds.map(({ rps }) => rps)),
    p50Ms: median(rounds.map(({ p50Ms }) => p50Ms)),
    p99Ms: median(rounds.map(({ p99Ms }) => p99Ms)),
    cpuUsPerRequest: cpu.length === 0 ? null : median(cpu),
  }
}

function figures({ rps, p50Ms, p99Ms, cpuUsPerRequest }: Numbers): Figures {
  return {
    rps: round(rps),
    p50_ms: round(p50Ms),
    p99_ms: round(p99Ms),
    cpu_us_per_request: cpuUsPerRequest === null ? null : round(cpuUsPerRequest),
  }
}

function ratioOf(one: Measured, base: Measured): Ratio {
  const mine = medians(one.rounds)
  const its = medians(base.rounds)
  const cpu = mine.cpuUsPerRequest && its.cpuUsPerRequest
  return {
    rps: round(mine.rps / its.rps),
    p99: round(mine.p99Ms / its.p99Ms),
    cpu: cpu ? round((mine.cpuUsPerRequest ?? 0) / cpu) : null,
    rps_rounds: one.rounds.map(({ rps }, nth) => round(rps / (base.rounds[nth]?.rps ?? 0))),
  }
}
