// The measuring: every variant warmed up, then so many rounds in each of which every variant runs
// once, forwards and backwards by turns, so that what changes on the machine meets all alike.

import { childNamed, cpuMicroseconds, startChild } from './child.ts'
import { COUNTS_PATH } from './bare-workers.ts'
import { startBenchEdge } from './edge.ts'
import type { BenchEdge } from './edge.ts'
import type { Job, Load, LoadRequest, Until } from './load.ts'
import { seed } from './seed.ts'
import type { Keys } from './seed.ts'
import type { Variant } from './variants.ts'

export interface Plan {
  readonly rounds: number
  readonly connections: number
  /** Of one variant in one round. */
  readonly until: Until
  readonly warmUp: Until
  readonly count: Until
  /** Keys that the cold variant uses up in one pass. */
  readonly coldKeys: number
}

/** One variant in one round. */
export interface Round {
  readonly answers: number
  readonly rps: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Of the whole workerd process; null where the system keeps no account that we can read. */
  readonly cpuUsPerRequest: number | null
}

export interface Measured {
  readonly variant: Variant
  readonly rounds: readonly Round[]
  /** Calls of the gate's bindings per request, by `BINDING.method`; null where none are counted. */
  readonly operations: Readonly<Record<string, number>> | null
}

export interface Bench {
  readonly edge: BenchEdge
  readonly keys: Keys
  /** Runs one pass of a variant. @throws Error when an answer has another status than is right. */
  pass(variant: Variant, nth: number, until: Until, port?: number): Promise<Round>
  portOf(variant: Variant): number
  stop(): Promise<void>
}

/** Warm-up, counting, rounds: each takes a pass. */
export const passesOf = ({ rounds }: Plan): number => rounds + 2

/** Starts upstream, workerd and load generator, and seeds the database. */
export async function startBench(plan: Plan, inspector = false): Promise<Bench> {
  const upstream = startChild('upstream.ts')
  const load = startChild('load.ts')
  const stopChildren = async (): Promise<void> => {
    await Promise.all([upstream.stop(), load.stop()])
  }
  try {
    const { port: upstreamPort } = await upstream.ask<{ port: number }>({})
    const edge = await startBenchEdge({ upstreamPort, inspector })
    const keys = await seed(edge.db, edge.signingKey, passesOf(plan), plan.coldKeys)
    const pid = childNamed('workerd')
    const portOf = ({ target }: Variant): number =>
      target === 'upstream' ? upstreamPort : edge.ports[target]
    return {
      edge,
      keys,
      portOf,
      async pass(variant, nth, until, port = portOf(variant)) {
        const to = { port, connections: plan.connections }
        const run = (requests: readonly LoadRequest[], upTo: Until): Promise<Load> =>
          load.ask({ ...to, requests, until: upTo } satisfies Job)
        const first = variant.before?.(keys, nth)
        if (first) check('before', 200, await run([first], { answers: 1 }))
        const requests = variant.requests(keys, nth)
        const upTo = variant.once ? { answers: requests.length } : until
        const before = pid === undefined ? 0 : cpuMicroseconds(pid)
        const loaded = check(variant.name, variant.status, await run(requests, upTo))
        const used = pid === undefined ? null : cpuMicroseconds(pid) - before
        return {
          answers: loaded.answers,
          rps: loaded.answers / loaded.seconds,
          p50Ms: loaded.p50Ms,
          p99Ms: loaded.p99Ms,
          cpuUsPerRequest: used === null ? null : used / loaded.answers,
        }
      },
      async stop() {
        await stopChildren()
        await edge.stop()
      },
    }
  } catch (error) {
    await stopChildren()
    throw error
  }
}

/** Measures the variants; `progress` hears what is going on. */
export async function measure(
  bench: Bench,
  variants: readonly Variant[],
  plan: Plan,
  progress: (text: string) => void,
): Promise<Measured[]> {
  const rounds = new Map<Variant, Round[]>(variants.map((variant) => [variant, []]))
  const operations = new Map<Variant, Measured['operations']>()
  progress('warming up')
  for (const variant of variants) await bench.pass(variant, 0, plan.warmUp)
  progress('counting')
  for (const variant of variants) operations.set(variant, await count(bench, variant, plan))
  for (let nth = 1; nth <= plan.rounds; nth++) {
    progress(`round ${nth} of ${plan.rounds}`)
    for (const variant of nth % 2 === 1 ? variants : variants.toReversed()) {
      rounds.get(variant)?.push(await bench.pass(variant, nth, plan.until))
    }
  }
  return variants.map((variant) => ({
    variant,
    rounds: rounds.get(variant) ?? [],
    operations: operations.get(variant) ?? null,
  }))
}

/** A pass, warm, against the same bundle in a shell that counts; its times are not used. */
async function count(bench: Bench, variant: Variant, plan: Plan): Promise<Measured['operations']> {
  if (variant.target !== 'gate') return null
  const port = bench.edge.ports.counted
  const counts = async (): Promise<Record<string, number>> => {
    const answer = await fetch(`http://127.0.0.1:${port}${COUNTS_PATH}`)
    return (await answer.json()) as Record<string, number>
  }
  await bench.pass(variant, 0, plan.count, port)
  await counts()
  await bench.pass(variant, plan.rounds + 1, plan.count, port)
  const { requests = 0, ...calls } = await counts()
  return Object.fromEntries(Object.entries(calls).map(([call, n]) => [call, n / requests]))
}

function check(name: string, status: number, loaded: Load): Load {
  const { [status]: right = 0, ...wrong } = loaded.statuses
  if (right > 0 && Object.keys(wrong).length === 0 && loaded.errors === 0) return loaded
  throw new Error(
    `${name}: expected only ${status}, got ${JSON.stringify(loaded.statuses)} and ${loaded.errors} errors`,
  )
}
