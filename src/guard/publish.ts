// Publishing generations: what the triggers left in pending_fences goes to the guards, and only then
// is a change in force. Safe to run twice and side by side: fences only rise, and a row is removed
// only at the generation that was published. Nothing here throws once a guard has been told: the change
// is made by then, and what could not be finished is left to the cron.

import { lookupOf, recordFromRow, recordQuery } from '../credentials/record.ts'
import { cacheRecord, type RecordStores } from '../credentials/store.ts'
import { askGuard, type Guards } from './ask.ts'
import { LEASE_MS, WAIT_LONGEST_MS } from './lease-terms.ts'
import type { Fenced } from './protocol.ts'
import { sleep } from '../lib/sleep.ts'

/** What publishing is bound to: the records, and the guards that are told. */
export type PublishBindings = RecordStores & Guards

/** Rows taken from D1 at a time. */
const BATCH = 100
/** Guards asked at a time: Workers have six connections each. */
const PARALLEL = 6
/** How often one guard is told, where others change the same key meanwhile. */
const MAX_TELLINGS = 5

export interface Published {
  /** Credentials whose guards now hold the newest generation. */
  readonly published: number
  /** Credentials still waiting: their guards could not be reached. The cron tries again. */
  readonly pending: number
  /** Unix milliseconds; null while anything is pending. */
  readonly enforced_at: number | null
}

export interface PendingFence {
  readonly credential_id: string
  readonly generation: number
}

/**
 * Publishes every pending fence; `longestMs` as in `publishCredentials`. When it returns with `enforced_at`, no request that begins later is
 * decided on anything older than what D1 held when it was called.
 */
export async function publishPending(
  bindings: PublishBindings,
  longestMs = LEASE_MS,
): Promise<Published> {
  let total: Published = { published: 0, pending: 0, enforced_at: null }
  for (let after = ''; ;) {
    const { results } = await bindings.DB.withSession('first-primary')
      .prepare(
        `SELECT credential_id, generation FROM pending_fences WHERE credential_id > ?1
         ORDER BY credential_id LIMIT ${BATCH}`,
      )
      .bind(after)
      .all<PendingFence>()
    const { published, pending } = await publishCredentials(bindings, results, longestMs)
    total = { ...total, published: total.published + published, pending: total.pending + pending }
    const last = results.at(-1)
    if (!last || results.length < BATCH) break
    after = last.credential_id
  }
  return { ...total, enforced_at: total.pending === 0 ? Date.now() : null }
}

/**
 * Publishes these fences, and no others. Leases are waited out once for all of them; of a guard whose
 * storage may be lost the longest that there may be (`longestLeaseMs`).
 */
export async function publishCredentials(
  bindings: PublishBindings,
  rows: readonly PendingFence[],
  longestMs = LEASE_MS,
): Promise<Published> {
  const fenced: PendingFence[] = []
  let waitMs = 0
  for (let i = 0; i < rows.length; i += PARALLEL) {
    const group = rows.slice(i, i + PARALLEL)
    for (const fence of await Promise.all(
      group.map((row) => raiseFence(bindings, row, longestMs)),
    )) {
      if (!fence) continue
      fenced.push(fence.held)
      waitMs = Math.max(waitMs, fence.waitMs)
    }
  }
  if (waitMs > 0) await sleep(waitMs)
  // Only now: a row that is gone tells others that its fence is in force.
  await settle(bindings, fenced)
  const pending = rows.length - fenced.length
  return { published: fenced.length, pending, enforced_at: pending === 0 ? Date.now() : null }
}

/**
 * Brings a guard to what D1 has. A guard that is above it knows records of a D1 that was set back
 * since, which must not pass either: then the generation is raised above that fence and told again.
 * Undefined: the guard or D1 was not reached, or the key was changed again and again meanwhile.
 */
async function raiseFence(
  bindings: PublishBindings,
  row: PendingFence,
  longestMs: number,
): Promise<{ readonly held: PendingFence; readonly waitMs: number } | undefined> {
  const { credential_id } = row
  let { generation } = row
  let waitMs = 0
  for (let told = 0; told < MAX_TELLINGS; told++) {
    const asked = generation
    const fence = await askGuard<Fenced>(bindings, credential_id, (guard) =>
      guard.fence(asked, longestMs),
    )
    if (!fence.ok) return undefined
    const { generation: standing } = fence.value
    waitMs = Math.max(waitMs, fence.value.waitMs ?? WAIT_LONGEST_MS)
    const newest =
      standing === generation ? standing : await raisedAbove(bindings, credential_id, standing)
    if (newest === undefined) return undefined
    if (newest === standing) {
      await refresh(bindings, credential_id)
      return { held: { credential_id, generation: standing }, waitMs }
    }
    generation = newest
  }
  console.error(`the guard of ${credential_id} was told ${MAX_TELLINGS} times and is not done`)
  return undefined
}

/**
 * The generation that D1 has, once it is no less than the fence that stands; undefined where D1 did not
 * answer. An equal one is no sign of anything: somebody else has published it. It is compared where it
 * is written, so that two who meet here do not raise each other.
 */
async function raisedAbove(
  { DB }: PublishBindings,
  credentialId: string,
  standing: number,
): Promise<number | undefined> {
  try {
    const [raised, read] = await DB.batch<{ generation: number }>([
      DB.prepare(
        `UPDATE generations SET generation = ?2 + 1 WHERE credential_id = ?1 AND generation < ?2
         RETURNING generation`,
      ).bind(credentialId, standing),
      DB.prepare('SELECT generation FROM generations WHERE credential_id = ?1').bind(credentialId),
    ])
    if (raised?.results.length) {
      console.warn(`D1 was behind the guard of ${credentialId}: it has been set back`)
    }
    return read?.results[0]?.generation
  } catch (error) {
    console.error(`D1 did not answer for the generation of ${credentialId}`, error)
    return undefined
  }
}

/** Says in D1 that the guards hold these. The rows that stay where it fails are published again. */
async function settle({ DB }: PublishBindings, held: readonly PendingFence[]): Promise<void> {
  if (held.length === 0) return
  const pairs = held.map(({ credential_id, generation }) => [credential_id, generation])
  try {
    await DB.prepare(
      `INSERT INTO published_fences (credential_id, generation)
       SELECT value ->> 0, value ->> 1 FROM json_each(?1)`,
    )
      .bind(JSON.stringify(pairs))
      .run()
  } catch (error) {
    console.error('D1 did not take what was published; the cron publishes it again', error)
  }
}

/**
 * Puts the record as it now is into KV, so that the next reader of it need not ask D1. A failure costs
 * that reader a D1 read and nothing else: the guard holds the fence already.
 */
async function refresh(bindings: PublishBindings, credentialId: string): Promise<void> {
  try {
    const now = Date.now()
    const row = await bindings.DB.withSession('first-primary')
      .prepare(recordQuery('id'))
      .bind(credentialId)
      .first()
    const record = row && recordFromRow(row, now)
    if (record) await cacheRecord(bindings, lookupOf(row), record)
  } catch (error) {
    console.warn(`the record of ${credentialId} was not put into KV`, error)
  }
}
