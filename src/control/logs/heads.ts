// The heads of all chains, noted in the log, where the database's owner cannot write: a chain that was
// rewritten as a whole, hashes and all, no longer leads through a head that was noted (chain.ts).

import type { Database } from './database.ts'

const LINE_HEADS = 200

/** Logs every head, some to a line: `{"audit_heads": [[organization, sequence, hash], …]}`. */
export async function noteHeads(db: Database): Promise<void> {
  for (let after = ''; ;) {
    const { results } = await db
      .prepare(
        `SELECT organization, sequence, hash FROM audit_heads WHERE organization > ?1 OR ?1 = ''
         ORDER BY organization LIMIT ${LINE_HEADS}`,
      )
      .bind(after)
      .all<{ organization: string; sequence: number; hash: string }>()
    const last = results.at(-1)
    if (!last) return
    const heads = results.map(({ organization, sequence, hash }) => [organization, sequence, hash])
    console.log(JSON.stringify({ audit_heads: heads }))
    if (results.length < LINE_HEADS) return
    after = last.organization
  }
}
