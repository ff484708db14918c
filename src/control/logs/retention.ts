// Retention: the oldest events of each chain go, and a checkpoint stays that the rest links to, in one
// transaction. Safe to run twice and side by side: rows go only as far as a checkpoint says, and a
// checkpoint is set only at a row that is still there.

import type { Database } from './database.ts'

/** Rows removed in one transaction. */
const CHUNK = 2_000
/** D1 allows 1,000 statements in one invocation; the next run of the cron takes up the rest. */
const MAX_STATEMENTS = 300
/** Chains looked at together. */
const CHAINS = 100

export interface Pruned {
  readonly removed: number
  /** Whether more is left to remove: run it again. */
  readonly more: boolean
}

/**
 * Removes events from before `olderThanMs` (Unix ms). A chain is only cut from its beginning, so an
 * older event behind a newer one stays until that one goes. Usage stays as it is. An event from before
 * that time which comes later is not taken any more, because it may be one that was removed: keep
 * events for longer than the queue keeps messages (14 days at most).
 */
export async function prune(db: Database, olderThanMs: number): Promise<Pruned> {
  let removed = 0
  let statements = 0
  for (let after: string | null = null; ;) {
    const chains = await chainsWithOldEvents(db, olderThanMs, after)
    statements += 1
    for (const chain of chains) {
      for (;;) {
        if (statements >= MAX_STATEMENTS) return { removed, more: true }
        const boundary = await boundaryOf(db, chain, olderThanMs)
        statements += 1
        if (boundary === null) break
        removed += await removeUpTo(db, chain, boundary, olderThanMs)
        statements += 3
      }
    }
    const last = chains.at(-1)
    if (last === undefined || chains.length < CHAINS) return { removed, more: false }
    after = last
  }
}

async function chainsWithOldEvents(
  db: Database,
  cutoff: number,
  after: string | null,
): Promise<string[]> {
  // '' is a chain too, and nothing is less.
  const { results } = await db
    .prepare(
      `SELECT organization FROM audit_heads h WHERE (?2 IS NULL OR organization > ?2)
         AND EXISTS (SELECT 1 FROM audit_events WHERE organization = h.organization AND at < ?1)
       ORDER BY organization LIMIT ${CHAINS}`,
    )
    .bind(cutoff, after)
    .all<{ organization: string }>()
  return results.map(({ organization }) => organization)
}

/** The last of the oldest rows, a chunk at most, that are all from before the cutoff. */
async function boundaryOf(db: Database, chain: string, cutoff: number): Promise<number | null> {
  return await db
    .prepare(
      `WITH oldest AS (SELECT sequence, at FROM audit_events WHERE organization = ?1
                       ORDER BY sequence LIMIT ${CHUNK})
       SELECT max(sequence) AS boundary FROM oldest
       WHERE sequence < ifnull((SELECT min(sequence) FROM oldest WHERE at >= ?2), 9e15)`,
    )
    .bind(chain, cutoff)
    .first<number>('boundary')
}

/** Up to a boundary, and no further than the checkpoint. */
const PASSED = `WHERE organization = ?1 AND sequence <= ?2 AND sequence <=
  (SELECT sequence FROM audit_checkpoints WHERE organization = ?1)`

async function removeUpTo(
  db: Database,
  chain: string,
  boundary: number,
  cutoff: number,
): Promise<number> {
  const [, , deleted] = await db.batch([
    db
      .prepare(
        `INSERT INTO audit_checkpoints (organization, sequence, hash, removed, cutoff, at)
         SELECT organization, sequence, hash, (SELECT count(*) FROM audit_events
           WHERE organization = ?1 AND sequence <= ?2), ?3, ?4
         FROM audit_events WHERE organization = ?1 AND sequence = ?2
         ON CONFLICT (organization) DO UPDATE SET sequence = excluded.sequence,
           hash = excluded.hash, removed = removed + excluded.removed,
           cutoff = max(cutoff, excluded.cutoff), at = excluded.at`,
      )
      .bind(chain, boundary, cutoff, Date.now()),
    db
      .prepare(`DELETE FROM audit_actors WHERE id IN (SELECT id FROM audit_events ${PASSED})`)
      .bind(chain, boundary),
    db.prepare(`DELETE FROM audit_events ${PASSED}`).bind(chain, boundary),
  ])
  return deleted?.meta.changes ?? 0
}
