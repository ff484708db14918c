// Changes that rest on what was read. Another change may commit between the reading and the writing,
// so the first statement of the change's own transaction looks again; where it is not so any more,
// nothing is written, and the change is decided anew on what is there now.

import type { ControlContext } from './context.ts'
import { Problem } from './problem.ts'

/** Each loss means that somebody else's change was made, so few are lost one after the other. */
const ATTEMPTS = 8
const NOT_SO = 'decided_on_an_earlier_read'

/**
 * A statement for the batch of a change: it fails, and undoes the batch, unless the condition holds.
 * Outside of triggers SQLite raises no error of ours, but it quotes a JSON path that is none.
 */
export function onlyIf(
  { edge }: ControlContext,
  condition: string,
  ...values: readonly (string | number | null)[]
): D1PreparedStatement {
  return failUnless(edge.bindings.DB, NOT_SO, condition, ...values)
}

/** The same with a mark of its own, by which the error is known again: letters and underscores. */
export function failUnless(
  db: Pick<D1Database, 'prepare'>,
  mark: string,
  condition: string,
  ...values: readonly (string | number | null)[]
): D1PreparedStatement {
  return db
    .prepare(`SELECT iif(${condition}, 1, json_extract('{}', '${mark}')) AS holds`)
    .bind(...values)
}

/**
 * Reads, decides and commits, again where an `onlyIf` of the commit failed.
 * @throws Problem 409 where others were faster each time.
 */
export async function retryOnConflict<T>(change: () => Promise<T>): Promise<T> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    try {
      return await change()
    } catch (error) {
      if (!String(error).includes(NOT_SO)) throw error
    }
  }
  throw new Problem(
    'changed_meanwhile',
    'It is being changed by others at this moment; nothing was changed here. Ask again.',
  )
}
