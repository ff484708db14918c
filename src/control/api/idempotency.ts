// `Idempotency-Key` on creation (draft-ietf-httpapi-idempotency-key-header): the same request again
// answers with what the first one made, but never with its secret, which is stored nowhere. The row
// is written in the creation's own transaction, so there is no moment at which both could run.

import { HEADERS, SPELLED } from '../../lib/header-names.ts'
import { actorName } from './actor.ts'
import { commit } from './change.ts'
import type { ControlContext } from './context.ts'
import { invalid, problemAt } from './problem.ts'
import { sha256Hex } from '../../lib/sha256.ts'

/** How long a key is remembered; the cron removes older ones. */
export const IDEMPOTENCY_TTL_MS = 24 * 60 * 60 * 1000

export interface Idempotency {
  /** Goes into the batch of the creation; its UNIQUE constraint fails the batch of a second one. */
  statement(resultId: string): D1PreparedStatement
  /** The id that an equal request made before. @throws Problem 422 where the request differed. */
  replayed(): Promise<string | undefined>
}

/** Reads the header; undefined where there is none. */
export async function readIdempotency(
  context: ControlContext,
  headers: Headers,
  operation: string,
  request: unknown,
): Promise<Idempotency | undefined> {
  const header = headers.get(HEADERS.idempotencyKey)
  if (header === null) return undefined
  const given = header.replace(/^"(.*)"$/, '$1')
  if (!/^[\x21-\x7e]{8,200}$/.test(given)) {
    throw invalid(SPELLED.idempotencyKey, 'must be 8 to 200 printable characters, such as a UUID')
  }
  const actor = actorName(context.actor)
  // It may be anything, a credential by mistake too: only its hash is stored.
  const key = await sha256Hex(given)
  const hash = await sha256Hex(JSON.stringify([operation, request]))
  const { DB } = context.edge.bindings
  return {
    statement: (resultId) =>
      DB.prepare(
        `INSERT INTO idempotency_keys (actor, key, request_hash, result_id, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5)`,
      ).bind(actor, key, hash, resultId, context.nowMs),
    async replayed() {
      const row = await DB.withSession('first-primary')
        .prepare(
          'SELECT request_hash, result_id FROM idempotency_keys WHERE actor = ?1 AND key = ?2',
        )
        .bind(actor, key)
        .first<{ request_hash: string; result_id: string }>()
      if (!row) return undefined
      if (row.request_hash === hash) return row.result_id
      throw problemAt(
        SPELLED.idempotencyKey,
        'idempotency_key_reused',
        'it was used with another request; choose a new one',
      )
    },
  }
}

/**
 * Makes a thing once for each Idempotency-Key. What an equal request made before is the answer,
 * whatever has become of it or of what the request asks; also when that request ran at the same time.
 */
export async function once<T>(
  idempotency: Idempotency | undefined,
  make: () => Promise<T>,
  madeBefore: (id: string) => T,
): Promise<T> {
  const earlier = await idempotency?.replayed()
  if (earlier !== undefined) return madeBefore(earlier)
  try {
    return await make()
  } catch (error) {
    const winner = await idempotency?.replayed()
    if (winner === undefined) throw error
    return madeBefore(winner)
  }
}

/**
 * Commits a creation together with its Idempotency-Key. Resolves to the id that it made, or to the
 * one that an equal request made before, also when that request ran at the same time.
 */
export async function commitOnce(
  context: ControlContext,
  id: string,
  statements: readonly D1PreparedStatement[],
  idempotency: Idempotency | undefined,
): Promise<string> {
  const make = async (): Promise<string> => {
    await commit(context, [...statements, ...(idempotency ? [idempotency.statement(id)] : [])])
    return id
  }
  return await once(idempotency, make, (earlier) => earlier)
}
