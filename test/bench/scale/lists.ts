// Lists on the key: a busy key whose client is the last entry, and the first request of such a key.

import { newSession, session } from '../requests.ts'
import { startRig, type Rig } from '../rig.ts'
import { startSeeding, type MintedKey, type Seeder } from '../seed.ts'
import type { LoadRequest } from '../load.ts'
import { BASELINE, measureGroup, type Series, type Subject } from './growth.ts'
import type { ScalePlan } from './plan.ts'

interface Sort {
  readonly kind: 'secret' | 'publishable'
  readonly table: string
  readonly column: string
  entry(i: number): string
  /** From the client that an entry names; the first one's by itself. */
  request(key: string, entry: string): LoadRequest
}

const ADDRESSES: Sort = {
  kind: 'secret',
  table: 'credential_ips',
  column: 'cidr',
  entry: (i) => `10.${i >> 8}.${i & 255}.0/24`,
  request: (key, entry) => session(key, entry.replace('.0/24', '.7')),
}

const ORIGINS: Sort = {
  kind: 'publishable',
  table: 'credential_origins',
  column: 'origin',
  entry: (i) => `https://app${i}.example.com`,
  request: (key, entry) => newSession(key, entry),
}

export async function addressLists(
  plan: ScalePlan,
  progress: (text: string) => void,
): Promise<Series> {
  const points = await measureLists(ADDRESSES, plan.addresses, plan, progress)
  const what = 'a secret key with an address list whose last entry is the client'
  return { name: 'addresses', what, axis: 'CIDRs on the key', points }
}

export async function originLists(
  plan: ScalePlan,
  progress: (text: string) => void,
): Promise<Series> {
  const points = await measureLists(ORIGINS, plan.origins, plan, progress)
  const what = 'a publishable key with an origin list whose last entry is the page'
  return { name: 'origins', what, axis: 'origins on the key', points }
}

async function measureLists(
  sort: Sort,
  sizes: readonly number[],
  plan: ScalePlan,
  progress: (text: string) => void,
): Promise<Series['points']> {
  const rig = await startRig({ workers: ['pass_through'] })
  try {
    const seeder = await startSeeding(rig.edge.db, rig.edge.signingKey)
    const free = await seeder.mint(sort.kind)
    const subjects: Subject[] = [
      {
        line: BASELINE,
        size: sizes[0] ?? 1,
        port: rig.edge.ports.pass_through,
        requests: () => [sort.request(free.value, sort.entry(0))],
      },
    ]
    for (const size of sizes) {
      progress(`lists of ${size}`)
      subjects.push(...(await subjectsAt(rig, plan, seeder, sort, size)))
    }
    await rig.edge.sync()
    progress('measuring')
    return await measureGroup(rig, plan, subjects)
  } finally {
    await rig.stop()
  }
}

async function subjectsAt(
  rig: Rig,
  plan: ScalePlan,
  seeder: Seeder,
  sort: Sort,
  size: number,
): Promise<Subject[]> {
  const entries = Array.from({ length: size }, (_, i) => sort.entry(i))
  const last = entries.toSorted().at(-1) ?? ''
  const busy = await seeder.mint(sort.kind)
  const fresh: MintedKey[] = []
  for (let i = 0; i < (plan.rounds + 1) * plan.firstRequests; i++) {
    fresh.push(await seeder.mint(sort.kind))
  }
  await seeder.insert()
  for (const { id } of [busy, ...fresh]) await insertEntries(rig, sort, id, entries)
  const share = (pass: number): MintedKey[] =>
    fresh.slice(pass * plan.firstRequests, (pass + 1) * plan.firstRequests)
  const port = rig.edge.ports.gate
  return [
    { line: 'busy', size, port, requests: () => [sort.request(busy.value, last)] },
    {
      line: 'first request',
      size,
      port,
      requests: (pass) => share(pass).map(({ value }) => sort.request(value, last)),
      once: true,
    },
  ]
}

/** Each entry raises the key's generation, as by anyone's SQL. */
async function insertEntries(
  rig: Rig,
  { table, column }: Sort,
  credentialId: string,
  entries: readonly string[],
): Promise<void> {
  const sql = `INSERT INTO ${table} (credential_id, ${column}) SELECT ?1, value FROM json_each(?2)`
  await rig.edge.db.prepare(sql).bind(credentialId, JSON.stringify(entries)).run()
}
