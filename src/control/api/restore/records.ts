// What KV knows beside what D1 has. KV is filled from D1 alone, so a record that is newer than D1, or of
// a credential that D1 has never heard of, says that D1 was set back to an earlier state.

import type { Bindings } from '../../../config/bindings.ts'
import { cachedRecords } from '../../../credentials/store.ts'

/** A record in KV of a generation that D1 has not. */
export interface Ahead {
  readonly id: string
  readonly organizationId: string
  readonly generation: number
  /** Null: D1 knows of no such credential. */
  readonly inD1: number | null
}

export interface Compared {
  readonly records: number
  readonly ahead: readonly Ahead[]
  /** Where the next page begins; null: that was the last. */
  readonly cursor: string | null
}

/** Compares one page of KV with D1. */
export async function compareRecords(
  { DB, RECORDS }: Pick<Bindings, 'DB' | 'RECORDS'>,
  cursor: string | null,
): Promise<Compared> {
  // KV first: what D1 says afterwards can only be newer.
  const page = await cachedRecords({ RECORDS }, cursor)
  const newest = new Map<string, Omit<Ahead, 'inD1'>>()
  for (const { id, organizationId, generation } of page.records) {
    if (generation > (newest.get(id)?.generation ?? 0)) {
      newest.set(id, { id, organizationId, generation })
    }
  }
  const { results } = await DB.withSession('first-primary')
    .prepare(
      `SELECT credential_id AS id, generation FROM generations
       WHERE credential_id IN (SELECT value FROM json_each(?1))`,
    )
    .bind(JSON.stringify([...newest.keys()]))
    .all<{ id: string; generation: number }>()
  const inD1 = new Map(results.map(({ id, generation }) => [id, generation]))
  const ahead = [...newest.values()]
    .filter(({ id, generation }) => (inD1.get(id) ?? 0) < generation)
    .map((one) => ({ ...one, inD1: inD1.get(one.id) ?? null }))
  return { records: page.records.length, ahead, cursor: page.cursor }
}
