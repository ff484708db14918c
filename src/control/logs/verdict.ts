// What verifying a chain can find.

import type { Anchor } from './link.ts'

/**
 * What was done. `edited`: the row is not what was hashed. `removed`: rows are missing. `reordered`:
 * the row that belongs here stands elsewhere. `unlinked`: what the row was linked to is gone, because
 * it was rewritten hash and all, or removed and all behind it renumbered. `inserted`: the row stands
 * where there can be none. `rewritten`: the chain is sound, but not the one that was known. `headless`:
 * there are rows, and audit_heads knows nothing of them.
 */
export type Flaw =
  | 'edited'
  | 'removed'
  | 'reordered'
  | 'unlinked'
  | 'inserted'
  | 'rewritten'
  | 'headless'

export interface Broken {
  readonly intact: false
  readonly flaw: Flaw
  /** The first place in the chain that does not hold. */
  readonly sequence: number
  /** The row there; null where there is none. */
  readonly id: string | null
  readonly detail: string
}

export interface Intact {
  readonly intact: true
  /** Rows that were verified. */
  readonly events: number
  /** Rows before them that retention has removed. */
  readonly pruned: number
  /** Null while nothing has happened. Note it elsewhere, and ask whether the chain still has it. */
  readonly head: Anchor | null
  /** The last row that was verified, where there are more to verify; null: this is the whole chain. */
  readonly next: Anchor | null
}

export type Verdict = Intact | Broken

export function broken(flaw: Flaw, sequence: number, id: string | null, detail: string): Broken {
  return { intact: false, flaw, sequence, id, detail }
}

/** Judges the end of a chain whose rows hold, against its head and a head that was noted. */
export function checkEnd(
  last: Anchor,
  head: Anchor | null,
  noted: Anchor | undefined,
): Broken | undefined {
  if (!head && last.sequence > 0) {
    return broken('headless', last.sequence, null, 'there are events, but no head of their chain')
  }
  const end = Math.max(head?.sequence ?? 0, noted?.sequence ?? 0)
  if (end > last.sequence) {
    const detail = `all from event ${last.sequence + 1} to ${end} are missing`
    return broken('removed', last.sequence + 1, null, detail)
  }
  if (head && head.sequence < last.sequence) {
    const detail = `the chain ends with event ${head.sequence}, and there are more`
    return broken('inserted', head.sequence + 1, null, detail)
  }
  if (head && head.hash !== last.hash) {
    const detail = `event ${last.sequence} is not the one that was inserted last`
    return broken('rewritten', last.sequence, null, detail)
  }
  return undefined
}
