// What workerd holds after so many distinct keys were used once each: the heap of the gate's isolate
// after a full collection, and the resident set of the whole process, which also holds D1, KV, queues
// and the objects, for they live there locally.

import { residentBytes } from '../child.ts'
import { heapBytes } from '../inspector.ts'
import { session } from '../requests.ts'
import { startRig, type Rig } from '../rig.ts'
import { startSeeding, type MintedKey, type Seeder } from '../seed.ts'
import type { ScalePlan } from './plan.ts'

/** Keys that are minted, inserted and used at a time. */
const CHUNK = 1_000

export interface MemorySample {
  readonly keys: number
  readonly heap_bytes: number
  readonly rss_bytes: number | null
}

export interface MemoryReport {
  readonly plain: readonly MemorySample[]
  /** Each key with an address list of `list_entries`. */
  readonly with_lists: readonly MemorySample[]
  readonly list_entries: number
}

export async function memory(
  plan: ScalePlan,
  progress: (text: string) => void,
): Promise<MemoryReport> {
  const plain = await useUp(plan, plan.memory, 0, progress)
  const { memoryWithLists, memoryListEntries } = plan
  const withLists = await useUp(plan, memoryWithLists, memoryListEntries, progress)
  return { plain, with_lists: withLists, list_entries: memoryListEntries }
}

async function useUp(
  plan: ScalePlan,
  sizes: readonly number[],
  listEntries: number,
  progress: (text: string) => void,
): Promise<MemorySample[]> {
  const rig = await startRig({ inspector: true, workers: ['gate'] })
  try {
    const seeder = await startSeeding(rig.edge.db, rig.edge.signingKey)
    const samples: MemorySample[] = []
    let used = 0
    for (const size of sizes) {
      progress(`${size} keys${listEntries ? ` with ${listEntries} CIDRs each` : ''}`)
      for (; used < size; used += Math.min(CHUNK, size - used)) {
        const keys = await mintWithLists(rig, seeder, Math.min(CHUNK, size - used), listEntries)
        const requests = keys.map(({ value }) => session(value, '10.0.0.7'))
        await rig.pass({
          name: `${size} keys`,
          statuses: [200],
          port: rig.edge.ports.gate,
          connections: plan.connections,
          requests,
          until: { answers: requests.length },
        })
      }
      samples.push({ keys: size, ...(await sampleMemory(rig)) })
    }
    return samples
  } finally {
    await rig.stop()
  }
}

export async function sampleMemory({ edge, pid }: Rig): Promise<Omit<MemorySample, 'keys'>> {
  return {
    heap_bytes: await heapBytes(await edge.inspectorUrl(), 'gate', edge.ports.gate),
    rss_bytes: pid === undefined ? null : residentBytes(pid),
  }
}

async function mintWithLists(
  rig: Rig,
  seeder: Seeder,
  count: number,
  entries: number,
): Promise<MintedKey[]> {
  const keys: MintedKey[] = []
  for (let i = 0; i < count; i++) keys.push(await seeder.mint('secret'))
  await seeder.insert()
  if (entries === 0) return keys
  const sql = `INSERT INTO credential_ips (credential_id, cidr)
    SELECT k.value, '10.0.' || e.value || '.0/24' FROM json_each(?1) k, json_each(?2) e`
  const ids = JSON.stringify(keys.map(({ id }) => id))
  const numbers = JSON.stringify(Array.from({ length: entries }, (_, i) => i))
  await rig.edge.db.prepare(sql).bind(ids, numbers).run()
  return keys
}
