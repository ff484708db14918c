// After a change past the API: the edge publishes what it left in pending_fences. Only the edge can say
// since when that is in force; when it cannot be asked, the cron does the same within a minute.

import { Stop, type Ops } from '../answer.ts'
import { connect } from '../edge.ts'
import { inForceLine } from '../receipt.ts'

/** Said with every change that is made so. */
export const DIRECT_LINE = 'written to the database directly, past the API'

/** What a change is told about its being in force. */
export interface InForce {
  readonly enforced_at: number | null
  readonly line: string
}

/**
 * Everything that a sync needs, checked before a change is written. The function that comes back
 * never throws: by then the change is in the database, and the operator must hear of it.
 */
export async function prepareSync(ops: Ops): Promise<() => Promise<InForce>> {
  if (!ops.sync) return async () => left('not asked, by --no-sync')
  const edge = await connect(ops).catch((error: unknown) => {
    if (!(error instanceof Stop) || error.exitCode === 2) throw error
    throw new Stop(`${error.message}\nor leave it to the cron, within a minute: --no-sync`)
  })
  return async () => {
    try {
      const receipt = await edge.ask('sync')
      return { enforced_at: receipt.enforced_at, line: inForceLine(receipt) }
    } catch (error) {
      return left(
        error instanceof Stop ? error.message : `${edge.url} did not answer as an edge does`,
      )
    }
  }
}

function left(why: string): InForce {
  return { enforced_at: null, line: `in force when the cron has run, within a minute (${why})` }
}
