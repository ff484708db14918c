// What typical traffic asks of the platform per request, counted in the shell around the very bundle,
// at a steady rate, so that events are packed and leases sized as they would be.

import { operationsOf, type Operations } from '../cost.ts'
import type { Counted } from '../counted.ts'
import { takeCounts, takeSettledCounts } from '../counting.ts'
import { NAIVE_KEY, type WorkerName } from '../edge.ts'
import type { LoadRequest } from '../load.ts'
import { forgedKey, get, newSession, preflight, session } from '../requests.ts'
import { startRig, type Rig } from '../rig.ts'
import { startSeeding, type Seeder } from '../seed.ts'
import { mintMany } from './keys.ts'
import type { ScalePlan } from './plan.ts'

/** Each as it is, and in the shell that counts. */
const COUNTED = [
  ...(['gate', 'counted', 'naive', 'counted_naive'] as const),
  ...(['kv_read', 'counted_kv_read'] as const),
]
const BUSY_KEYS = 4
const CLIENTS = 2_000
/** They have neither queue nor lease: what they ask is the same however long. */
const BARE_SECONDS = 2

export interface MixCount {
  readonly mix: string
  readonly what: string
  readonly worker: string
  /** Requests a second, to one isolate. */
  readonly rate: number
  /** Keys among which the requests are shared; not given where each has its own. */
  readonly keys?: number
  readonly operations: Operations
  readonly counted: Counted
}

interface Traffic {
  readonly mix: string
  readonly what: string
  readonly rate: number
  readonly keys?: number
  readonly statuses: readonly number[]
  readonly requests: readonly LoadRequest[]
  /** Each request is sent once; the records are in KV, the isolate has none of them. */
  readonly once?: boolean
  readonly before?: LoadRequest
  /** What the bare Workers get in its place. */
  readonly bare: { readonly key: string; readonly status: number }
}

export async function countMixes(
  plan: ScalePlan,
  progress: (text: string) => void,
): Promise<MixCount[]> {
  const rig = await startRig({ workers: COUNTED })
  try {
    const seeder = await startSeeding(rig.edge.db, rig.edge.signingKey)
    const mixes = await traffic(seeder, plan)
    await seeder.insert()
    const counts: MixCount[] = []
    for (const mix of mixes) {
      progress(`${mix.mix}, ${mix.rate} requests/s`)
      counts.push(await countMix(rig, plan, mix, 'gate', 'counted'))
      const { key, status } = mix.bare
      const bare = { ...mix, requests: [session(key)], statuses: [status], once: false }
      for (const name of ['naive', 'kv_read'] as const) {
        counts.push(await countMix(rig, plan, bare, name, `counted_${name}`))
      }
    }
    return counts
  } finally {
    await rig.stop()
  }
}

/** First the Worker as it is, for its CPU time; then in the shell that counts. */
async function countMix(
  rig: Rig,
  plan: ScalePlan,
  { before, once, ...mix }: Traffic,
  worker: WorkerName,
  counting: WorkerName,
): Promise<MixCount> {
  const { connections, countSeconds } = plan
  const { mix: name, requests, statuses, rate } = mix
  const bare = worker !== 'gate'
  const seconds = bare ? Math.min(BARE_SECONDS, countSeconds) : countSeconds
  const until = once ? { answers: requests.length } : { seconds }
  const job = { name, statuses, connections, requests, until, rate }
  const first = { ...job, statuses: [200], requests: before ? [before] : [], until: { answers: 1 } }
  const { edge } = rig
  if (before && !bare) await rig.pass({ ...first, port: edge.ports[worker] })
  const { cpuUsPerRequest } = await rig.pass({ ...job, port: edge.ports[worker] })
  // A second key's worth of quota has to be spent in its own objects.
  if (before && !bare) {
    await rig.pass({ ...first, port: edge.ports[counting] })
    await takeSettledCounts(edge.ports[counting])
  }
  const count = async (): Promise<Counted> => {
    await rig.pass({ ...job, port: edge.ports[counting] })
    return await (bare ? takeCounts : takeSettledCounts)(edge.ports[counting])
  }
  await takeCounts(edge.ports[counting])
  const cold = await count()
  const warm = await count()
  // Slow keys are new to the isolate, but not to their guards.
  const counted = once ? { ...warm, calls: cold.calls } : warm
  const operations = operationsOf(counted, (cpuUsPerRequest ?? Number.NaN) / 1000)
  const { what, keys } = mix
  return { mix: name, what, worker, rate, ...(keys && { keys }), operations, counted }
}

async function traffic(seeder: Seeder, plan: ScalePlan): Promise<Traffic[]> {
  const forwarded = { key: NAIVE_KEY, status: 200 }
  const refused = { key: 'nobody', status: 401 }
  const busy = await mintMany(seeder, BUSY_KEYS)
  const slow = await mintMany(seeder, 50 * plan.countSeconds)
  const page = (await seeder.mint('publishable')).value
  const revoked = (await seeder.mint('secret', { revokedAt: Date.now() })).value
  const spent = (await seeder.mint('secret', { quotas: { plan: 1 } })).value
  const forged = forgedKey(busy[0] ?? '')
  return [
    {
      mix: 'busy',
      what: `${BUSY_KEYS} busy secret keys`,
      rate: 200,
      keys: BUSY_KEYS,
      statuses: [200],
      requests: busy.map((key) => session(key)),
      bare: forwarded,
    },
    {
      mix: 'slow',
      what: 'many slow keys, each known to KV and new to the isolate',
      rate: 50,
      statuses: [200],
      requests: slow.map((key) => session(key)),
      once: true,
      bare: forwarded,
    },
    {
      mix: 'page',
      what: 'a publishable key: four calls to a preflight',
      rate: 100,
      statuses: [200, 204],
      requests: [preflight(), ...Array.from({ length: 4 }, () => newSession(page))],
      bare: forwarded,
    },
    {
      mix: 'flood',
      what: 'refusals: forged, without a route, revoked, over the limit, a quarter each',
      rate: 400,
      statuses: [401, 429],
      requests: Array.from({ length: CLIENTS }, (_, i) => `198.18.${i >> 8}.${i & 255}`).flatMap(
        (address) => [
          session(forged, address),
          get('/nothing/here', {}),
          session(revoked),
          session(spent),
        ],
      ),
      before: session(spent),
      bare: refused,
    },
  ]
}
