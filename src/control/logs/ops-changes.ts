// What the ops command changed, from the rows that it left in the transactions of its changes into the
// chains. A row's id is its event's, so that it is there once, however often this runs and stops.

import type { AuditEvent } from '../../audit/event.ts'
import { record } from './record.ts'

/** So many at a time; the next cron takes the next. */
const MAX_ROWS = 500
/** The `method` of such an event. */
export const OPS_METHOD = 'OPS'

interface OpsChange {
  readonly id: string
  readonly at: number
  readonly organization_id: string | null
  readonly actor: string
  readonly path: string
}

/** Puts the changes on record, and forgets their rows. */
export async function recordOpsChanges(db: D1Database): Promise<void> {
  const { results } = await db
    .withSession('first-primary')
    .prepare(
      `SELECT id, at, organization_id, actor, path FROM ops_changes ORDER BY at, id LIMIT ${MAX_ROWS}`,
    )
    .all<OpsChange>()
  if (results.length === 0) return
  await record(db, results.map(eventOfChange))
  await db
    .prepare('DELETE FROM ops_changes WHERE id IN (SELECT value FROM json_each(?1))')
    .bind(JSON.stringify(results.map(({ id }) => id)))
    .run()
}

function eventOfChange({ id, at, organization_id, actor, path }: OpsChange): AuditEvent {
  return {
    ...{ id, at, organization: organization_id, actor, path },
    ...{ key: null, kind: null, serviceUser: null, sourceSystem: null, environment: null },
    ...{ product: null, route: null, method: OPS_METHOD, decision: 'forwarded', reason: null },
    ...{ status: 200, upstreamMs: null, clientIp: null, credits: null },
  }
}
