// Verifying a chain: every hash is computed again, page by page, and the first row that does not hold
// is named, with what was done to it. Consumers and retention may be at work beside it. A long chain is
// verified in parts, each of which goes on from the last row of the one before.

import { GENESIS, hashHolds, type Anchor, type LinkedEvent } from './link.ts'
import type { Database } from './database.ts'
import { eventOfRow, SELECT_LIST } from './row.ts'
import { broken, checkEnd, type Broken, type Verdict } from './verdict.ts'

/** Rows read at a time. */
const PAGE = 500

interface Page {
  readonly rows: readonly LinkedEvent[]
  readonly head: Anchor | null
  readonly checkpoint: (Anchor & { readonly removed: number }) | null
}

/** Which part of a chain is verified. */
interface Part {
  /** The row before it, as an earlier part has verified it. */
  readonly from?: Anchor
  /** Rows, to the next page of them; all, unless said. */
  readonly most?: number
  /**
   * A head as it was once seen: the chain must still lead through it. Of one that retention has passed
   * nothing can be said.
   */
  readonly noted?: Anchor
}

/** Verifies the chain of an organization, or a part of it; of `null`, that of the events without one. */
export async function verifyChain(
  db: Database,
  organization: string | null,
  { from = GENESIS, most = Infinity, noted }: Part = {},
): Promise<Verdict> {
  const chain = organization ?? ''
  let last: Anchor = from
  for (let events = 0; ;) {
    const { rows, head, checkpoint } = await readPage(db, chain, last.sequence)
    if (checkpoint && checkpoint.removed !== checkpoint.sequence) {
      const missing = checkpoint.sequence - checkpoint.removed
      const detail = `${missing} events were missing when retention came to remove them`
      return broken('removed', checkpoint.sequence, null, detail)
    }
    // What retention removes while this runs is no gap.
    if (checkpoint && checkpoint.sequence > last.sequence) last = checkpoint
    for (const row of rows) {
      const flaw = await checkRow(db, chain, last, row, noted)
      if (flaw) return flaw
      last = row
    }
    events += rows.length
    const pruned = checkpoint?.removed ?? 0
    if (rows.length > 0 && events < most) continue
    if (rows.length > 0) {
      const { sequence, hash } = last
      return { intact: true, events, pruned, head, next: { sequence, hash } }
    }
    return checkEnd(last, head, noted) ?? { intact: true, events, pruned, head, next: null }
  }
}

async function checkRow(
  db: Database,
  chain: string,
  last: Anchor,
  row: LinkedEvent,
  noted: Anchor | undefined,
): Promise<Broken | undefined> {
  const { sequence, id } = row
  const expected = last.sequence + 1
  if (sequence < expected) {
    return broken('inserted', sequence, id, `all up to event ${last.sequence} had been removed`)
  }
  if (sequence > expected) {
    const detail = `all from event ${expected} to ${sequence - 1} are missing`
    return broken('removed', expected, null, detail)
  }
  if (!hashHolds(row)) {
    return broken('edited', sequence, id, `event ${sequence} is not what was hashed`)
  }
  if (row.previousHash !== last.hash) return await misplaced(db, chain, last, row)
  if (noted?.sequence === sequence && noted.hash !== row.hash) {
    return broken('rewritten', sequence, id, `event ${sequence} is not the one that was noted`)
  }
  return undefined
}

/** Of a row that is sound in itself and does not follow the one before it. */
async function misplaced(
  db: Database,
  chain: string,
  last: Anchor,
  { sequence, id }: LinkedEvent,
): Promise<Broken> {
  const elsewhere = await db
    .prepare('SELECT sequence FROM audit_events WHERE organization = ?1 AND previous_hash = ?2')
    .bind(chain, last.hash)
    .first<number>('sequence')
  if (elsewhere !== null) {
    const detail = `event ${elsewhere} belongs in the place of event ${sequence}`
    return broken('reordered', sequence, id, detail)
  }
  const detail = `event ${sequence} was linked to another than event ${last.sequence}: that was rewritten, or what stood between them was removed`
  return broken('unlinked', sequence, id, detail)
}

/** Rows, head and checkpoint as they were at one time. */
async function readPage(db: Database, chain: string, after: number): Promise<Page> {
  const [rows, heads, checkpoints] = await db.batch<Record<string, unknown>>([
    db
      .prepare(
        `SELECT ${SELECT_LIST} FROM audit_events WHERE organization = ?1 AND sequence > ?2
         ORDER BY sequence LIMIT ${PAGE}`,
      )
      .bind(chain, after),
    db.prepare('SELECT sequence, hash FROM audit_heads WHERE organization = ?1').bind(chain),
    db
      .prepare('SELECT sequence, hash, removed FROM audit_checkpoints WHERE organization = ?1')
      .bind(chain),
  ])
  return {
    rows: (rows?.results ?? []).map(eventOfRow),
    head: (heads?.results[0] as Page['head'] | undefined) ?? null,
    checkpoint: (checkpoints?.results[0] as Page['checkpoint'] | undefined) ?? null,
  }
}
