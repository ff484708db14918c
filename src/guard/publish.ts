// Publishing generations: what the triggers left in pending_fences goes to the guards, and only then
// is a change in force. Safe to run twice and side by side: fences only rise, and a row is removed
// only at the generation that was published.

import type { Bindings } from '../bindings.ts'
import { recordFromRow, recordQuery } from '../keys/record.ts'
import type { Lookup } from '../keys/record.ts'
import { cacheRecord } from '../keys/store.ts'
import { askGuard } from './ask.ts'
import type { Fenced } from './protocol.ts'

/** Rows taken from D1 at a time. */
const BATCH = 100
/** Guards asked at a time: Workers have six connections each. */
const PARALLEL = 6

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
 * Publishes every pending fence. When it returns with `enforced_at`, no request that begins later is
 * decided on anything older than what D1 held when it was called.
 */
export async function publishPending(bindings: Bindings): Promise<Published> {
  let total: Published = { published: 0, pending: 0, enforced_at: null }
  for (let after = ''; ;) {
    const { results } = await bindings.DB.withSession('first-primary')
      .prepare(
        `SELECT credential_id, generation FROM pending_fences WHERE credential_id > ?1
         ORDER BY credential_id LIMIT ${BATCH}`,
      )
      .bind(after)
      .all<PendingFence>()
    const { published, pending } = await publishCredentials(bindings, results)
    total = { ...total, published: total.published + published, pending: total.pending + pending }
    const last = results.at(-1)
    if (!last || results.length < BATCH) break
    after = last.credential_id
  }
  return { ...total, enforced_at: total.pending === 0 ? Date.now() : null }
}

/** Publishes these fences, and no others. Leases are waited out once for all of them. */
export async function publishCredentials(
  bindings: Bindings,
  rows: readonly PendingFence[],
): Promise<Published> {
  const fenced: PendingFence[] = []
  let waitMs = 0
  for (let i = 0; i < rows.length; i += PARALLEL) {
    const group = rows.slice(i, i + PARALLEL)
    const fences = await Promise.all(group.map((row) => raiseFence(bindings, row)))
    fences.forEach((fence, j) => {
      const row = group[j]
      if (!fence || !row) return
      fenced.push(row)
      waitMs = Math.max(waitMs, fence.waitMs)
    })
  }
  if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
  // Only now: a row that is gone tells others that its fence is in force.
  await settle(bindings, fenced)
  const pending = rows.length - fenced.length
  return { published: fenced.length, pending, enforced_at: pending === 0 ? Date.now() : null }
}

async function raiseFence(bindings: Bindings, row: PendingFence): Promise<Fenced | undefined> {
  const fence = await askGuard<Fenced>(bindings, row.credential_id, (guard) =>
    guard.fence(row.generation),
  )
  if (!fence.ok) return undefined
  await refresh(bindings, row.credential_id)
  return fence.value
}

async function settle({ DB }: Bindings, rows: readonly PendingFence[]): Promise<void> {
  if (rows.length === 0) return
  await DB.batch(
    rows.map(({ credential_id, generation }) =>
      DB.prepare('DELETE FROM pending_fences WHERE credential_id = ?1 AND generation <= ?2').bind(
        credential_id,
        generation,
      ),
    ),
  )
}

/** Puts the record as it now is into KV, so that the next reader of it need not ask D1. */
async function refresh(bindings: Bindings, credentialId: string): Promise<void> {
  const now = Date.now()
  const row = await bindings.DB.withSession('first-primary')
    .prepare(recordQuery('id').replace('SELECT ', 'SELECT c.digest, c.external, '))
    .bind(credentialId)
    .first()
  const record = row && recordFromRow(row, now)
  if (record) await cacheRecord(bindings, lookupOf(row, credentialId), record)
}

function lookupOf(row: Record<string, unknown>, credentialId: string): Lookup {
  if (typeof row['digest'] === 'string') return { by: 'digest', value: row['digest'] }
  if (typeof row['external'] === 'string') return { by: 'external', value: row['external'] }
  return { by: 'id', value: credentialId }
}
