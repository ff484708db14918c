// The measuring: every variant warmed up, then so many rounds in each of which every variant runs
// once, forwards and backwards by turns, so that what changes on the machine meets all alike.

import { LEASE_MS } from '../../src/guard/lease-terms.ts'
import { takeCounts } from './counting.ts'
import type { BenchEdge } from './edge.ts'
import type { Until } from './load.ts'
import { startRig, type Round } from './rig.ts'
import { seed, type Keys } from './seed.ts'
import type { Variant } from './variants.ts'

export interface Plan {
  readonly rounds: number
  readonly connections: number
  /** Of one variant in one round. */
  readonly until: Until
  readonly warmUp: Until
  readonly count: Until
  /** After a pass of the gate: what it left to the queue is on its account, not the next variant's. */
  readonly settleSeconds: number
  /** Keys that the cold variant uses up in one pass. */
  readonly coldKeys: number
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
  const rig = await startRig({ inspector })
  const { edge, upstreamPort } = rig
  try {
    const keys = await seed(edge.db, edge.signingKey, passesOf(plan), plan.coldKeys)
    const portOf = ({ target }: Variant): number =>
      target === 'upstream' ? upstreamPort : edge.ports[target]
    return {
      edge,
      keys,
      portOf,
      async pass(variant, nth, until, port = portOf(variant)) {
        const to = { port, connections: plan.connections }
        const first = variant.before?.(keys, nth)
        if (first) {
          const once = { requests: [first], until: { answers: 1 } }
          await rig.pass({ name: 'before', statuses: [200], ...to, ...once })
        }
        const requests = variant.requests(keys, nth)
        const upTo = variant.once ? { answers: requests.length } : until
        const statuses = [variant.status]
        const settleSeconds = variant.target === 'gate' ? plan.settleSeconds : 0
        const job = { ...to, requests, until: upTo, settleSeconds }
        return await rig.pass({ name: variant.name, statuses, ...job })
      },
      stop: () => rig.stop(),
    }
  } catch (error) {
    await rig.stop()
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
  // What an isolate has left of a lease it may tell ten seconds later: who takes none is counted first.
  const takesNone = variants.filter(({ status }) => status === 401)
  for (const variant of [...new Set([...takesNone, ...variants])]) {
    operations.set(variant, await count(bench, variant, plan))
  }
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
  await bench.pass(variant, 0, plan.count, port)
  await leasesEnd()
  await takeCounts(port)
  await bench.pass(variant, plan.rounds + 1, plan.count, port)
  await leasesEnd()
  const { requests, calls } = await takeCounts(port)
  return Object.fromEntries(Object.entries(calls).map(([call, n]) => [call, n / requests]))
}

/** A lease that is in use ends before anything else is counted. */
function leasesEnd(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 2 * LEASE_MS))
}
