// How long the delivery log is kept. Longer than the outbox's sweep looks back, or it would tell
// again what has been forgotten.

import { statement, type Statement } from './statement.ts'

export const RETENTION_MS = 90 * 24 * 60 * 60 * 1000
const BATCH = 500

/** Forgets the oldest events past their time, with deliveries and attempts; for each cron. */
export function retentionStatement(nowMs: number): Statement {
  return statement(
    `DELETE FROM webhook_events WHERE id IN (SELECT id FROM webhook_events WHERE created_at < ?1
      ORDER BY created_at LIMIT ${BATCH})`,
    [nowMs - RETENTION_MS],
  )
}
