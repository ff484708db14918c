// After D1 was set back to an earlier state (Time Travel, an import), guards, KV and memos know records
// that D1 does not have, and their generations may stand in D1 as well. So every generation is raised
// and published, slice by slice; then those that only KV still knows.

import type { Bindings } from '../../../config/bindings.ts'
import { longestLeaseMs } from '../../../guard/lease-terms.ts'
import { publishCredentials, type PendingFence, type Published } from '../../../guard/publish.ts'
import type { ControlDeps } from '../../deps.ts'
import { compareRecords, type Ahead } from './records.ts'

/** Keys of a slice. Each takes three calls, more where its guard is ahead, out of a thousand. */
export const REPUBLISH_SLICE = 100

export interface Slice extends Published {
  /** Where to go on; null: all is done. */
  readonly next: string | null
}

const NOW = `CAST(unixepoch('subsec') * 1000 AS INTEGER)`
const OF_ALL = 'SELECT credential_id FROM generations WHERE credential_id > ?1'
const OF_ORGANIZATION = 'SELECT id FROM credentials WHERE id > ?1 AND organization_id = ?2'
const KV = 'kv:'

/**
 * Raises and publishes one slice: of every credential that ever was, also of those that are gone, or of
 * one organization's. `after`: the `next` of the slice before.
 */
export async function republish(
  { bindings, catalog }: Pick<ControlDeps, 'bindings' | 'catalog'>,
  organization: string | undefined,
  after: string,
): Promise<Slice> {
  const longestMs = longestLeaseMs(catalog)
  if (after.startsWith(KV)) {
    return await republishRecords({ bindings, longestMs }, organization, after)
  }
  const { DB } = bindings
  const [those, values] =
    organization === undefined ? [OF_ALL, [after]] : [OF_ORGANIZATION, [after, organization]]
  const { results } = await DB.prepare(
    `UPDATE generations SET generation = max(generation + 1, ${NOW})
     WHERE credential_id IN (${those} ORDER BY 1 LIMIT ${REPUBLISH_SLICE})
     RETURNING credential_id, generation`,
  )
    .bind(...values)
    .all<PendingFence>()
  const published = await publishCredentials(bindings, results, longestMs)
  const last = results
    .map((row) => row.credential_id)
    .toSorted()
    .at(-1)
  const more = results.length === REPUBLISH_SLICE && last !== undefined
  return { ...published, next: more ? last : KV }
}

async function republishRecords(
  { bindings, longestMs }: { readonly bindings: Bindings; readonly longestMs: number },
  organization: string | undefined,
  after: string,
): Promise<Slice> {
  const from = after.slice(KV.length)
  const { ahead, cursor } = await compareRecords(bindings, from === '' ? null : from)
  const concerned = ahead.filter(
    ({ organizationId }) => organization === undefined || organizationId === organization,
  )
  const rows = concerned.length === 0 ? [] : await raiseAbove(bindings, concerned)
  const published = await publishCredentials(bindings, rows, longestMs)
  return { ...published, next: cursor === null ? null : KV + cursor }
}

/** Raises generations above those of records; a credential that D1 has lost gets its row back. */
async function raiseAbove(
  { DB }: Pick<Bindings, 'DB'>,
  ahead: readonly Ahead[],
): Promise<PendingFence[]> {
  const pairs = JSON.stringify(ahead.map(({ id, generation }) => [id, generation]))
  const [, raised] = await DB.batch<PendingFence>([
    DB.prepare(
      `INSERT INTO generations (credential_id, generation) SELECT value ->> 0, 1 FROM json_each(?1)
       WHERE NOT EXISTS (SELECT 1 FROM generations WHERE credential_id = value ->> 0)`,
    ).bind(pairs),
    DB.prepare(
      `UPDATE generations SET generation = max(generation + 1, ${NOW}, (seen.value ->> 1) + 1)
       FROM json_each(?1) AS seen
       WHERE credential_id = seen.value ->> 0 AND generation <= seen.value ->> 1
       RETURNING credential_id, generation`,
    ).bind(pairs),
  ])
  return raised?.results ?? []
}
