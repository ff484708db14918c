// A steady mixture for minutes: busy keys, keys that the memo has forgotten, refusals. A look at the
// memory every few seconds, and the line through what was seen.

import type { LoadRequest } from '../load.ts'
import { forgedKey, get, session } from '../requests.ts'
import { startRig } from '../rig.ts'
import { startSeeding } from '../seed.ts'
import { round, slope } from '../statistics.ts'
import { mintMany } from './keys.ts'
import { sampleMemory } from './memory.ts'
import type { ScalePlan } from './plan.ts'

const BUSY_KEYS = 20
const CLIENTS = 4_000
/** Until the memo is full and the code compiled: the line does not count what is before. */
const SETTLED_AFTER = 1 / 3

export interface SoakSample {
  readonly seconds: number
  readonly requests: number
  readonly rps: number
  readonly p50_ms: number
  readonly heap_bytes: number
  readonly rss_bytes: number | null
}

export interface SoakReport {
  readonly minutes: number
  readonly samples: readonly SoakSample[]
  /** Of the last two thirds, in bytes per million requests. */
  readonly heap_slope: number
  readonly rss_slope: number | null
}

export async function soak(plan: ScalePlan, progress: (text: string) => void): Promise<SoakReport> {
  const { minutes, sampleSeconds } = plan.soak
  const rig = await startRig({ inspector: true, workers: ['gate'] })
  try {
    const seeder = await startSeeding(rig.edge.db, rig.edge.signingKey)
    const busy = await mintMany(seeder, BUSY_KEYS)
    const slow = await mintMany(seeder, plan.soak.keys)
    const revoked = await seeder.mint('secret', { revokedAt: Date.now() })
    await seeder.insert()
    const requests = mixture(busy, slow, revoked.value)
    const to = {
      name: 'soak',
      statuses: [200, 401],
      port: rig.edge.ports.gate,
      connections: plan.connections,
    }
    progress(`${slow.length} keys once each`)
    const once = slow.map((key) => session(key))
    await rig.pass({ ...to, requests: once, until: { answers: once.length } })
    const samples: SoakSample[] = []
    const startedAt = performance.now()
    const elapsed = (): number => (performance.now() - startedAt) / 1000
    let sent = 0
    let at = 0
    while (elapsed() < minutes * 60) {
      // Where the pass before stopped, roughly: connections walk through their shares from the start.
      const turned = [...requests.slice(at), ...requests.slice(0, at)]
      const passed = await rig.pass({ ...to, requests: turned, until: { seconds: sampleSeconds } })
      sent += passed.answers
      at = (at + passed.answers) % requests.length
      samples.push({
        seconds: Math.round(elapsed()),
        requests: sent,
        rps: round(passed.rps),
        p50_ms: round(passed.p50Ms),
        ...(await sampleMemory(rig)),
      })
      const { heap_bytes: heap = 0 } = samples.at(-1) ?? {}
      progress(`${elapsed().toFixed(0)} s, ${sent} requests, heap ${(heap / 1e6).toFixed(1)} MB`)
    }
    return { minutes, samples, ...slopes(samples) }
  } finally {
    await rig.stop()
  }
}

export function slopes(
  samples: readonly SoakSample[],
): Pick<SoakReport, 'heap_slope' | 'rss_slope'> {
  const settled = samples.slice(Math.floor(samples.length * SETTLED_AFTER))
  const perMillion = (of: (sample: SoakSample) => number): number =>
    round(slope(settled.map((sample) => [sample.requests / 1e6, of(sample)])))
  const known = settled.every(({ rss_bytes: rss }) => rss !== null)
  return {
    heap_slope: perMillion((sample) => sample.heap_bytes),
    rss_slope: known ? perMillion((sample) => sample.rss_bytes ?? 0) : null,
  }
}

/** Of ten requests five are of busy keys, two of slow ones, and three are refused. */
function mixture(busy: readonly string[], slow: readonly string[], revoked: string): LoadRequest[] {
  return slow.flatMap((key, i) => {
    if (i % 2 === 1) return []
    const other = slow[i + 1] ?? key
    const address = `198.18.${(i % CLIENTS) >> 8}.${(i % CLIENTS) & 255}`
    const ofBusy = Array.from({ length: 5 }, (_, n) =>
      session(busy[(i * 5 + n) % busy.length] ?? ''),
    )
    const refused = [session(forgedKey(key), address), session(revoked), get('/nothing/here', {})]
    return [...ofBusy, session(key), session(other), ...refused]
  })
}
