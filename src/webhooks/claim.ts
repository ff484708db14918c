// Taking a delivery to send it. An attempt is taken by raising the delivery's count and writing the
// attempt's row, in one transaction, before anything is sent: two runners can never both take the
// same one, and one whose runner died is told from one that was made. While a lease runs, the next
// attempt is due no earlier than its end.

import type { EventType } from './event.ts'
import { ATTEMPTS } from './schedule.ts'
import { runAll, statement } from './statement.ts'
import type { Statement } from './statement.ts'

/** A runner sends within it or not at all; after it another may. Well above the timeout. */
export const LEASE_MS = 60_000

/** A delivery that is ours to attempt until `leaseUntil`. */
export interface Claim {
  readonly lease: string
  readonly leaseUntil: number
  readonly delivery_id: string
  /** The number of this attempt, from 1. */
  readonly attempts: number
  /** Attempts of the schedule, this one included. */
  readonly step: number
  readonly event_id: string
  readonly type: EventType
  readonly body: string
  readonly endpoint_id: string
  readonly url: string
  /** Sealed. */
  readonly secret: string
  readonly previous_secret: string | null
  readonly previous_secret_expires_at: number | null
}

/**
 * Deliveries that are due, at most `limit`: first the longest due of each endpoint, then the second
 * of each, so that an endpoint with many, all of which hang, does not hold up the others.
 */
export async function dueIds(db: D1Database, nowMs: number, limit: number): Promise<string[]> {
  const query = statement(
    `SELECT id FROM (SELECT id, next_attempt_at, row_number()
        OVER (PARTITION BY endpoint_id ORDER BY next_attempt_at, id) AS place
      FROM webhook_deliveries INDEXED BY webhook_deliveries_due
      WHERE state = 'pending' AND next_attempt_at <= ?1)
    ORDER BY place, next_attempt_at, id LIMIT ?2`,
    nowMs,
    limit,
  )
  return (await runAll<{ id: string }>(db, [query])).map(({ id }) => id)
}

/** Takes a delivery if it is due; undefined where it is not, or another runner has it. */
export async function claim(
  db: D1Database,
  deliveryId: string,
  nowMs: number,
): Promise<Claim | undefined> {
  const lease = crypto.randomUUID()
  const leaseUntil = nowMs + LEASE_MS
  const [row] = await runAll<Omit<Claim, 'lease' | 'leaseUntil'>>(
    db,
    claimStatements(deliveryId, lease, leaseUntil, nowMs),
  )
  return row && { ...row, lease, leaseUntil }
}

function claimStatements(
  deliveryId: string,
  lease: string,
  leaseUntil: number,
  nowMs: number,
): Statement[] {
  return [
    // The runner of the last attempt died: there is none left.
    statement(
      `UPDATE webhook_deliveries SET state = 'failed', next_attempt_at = NULL, lease = NULL, lease_until = NULL
      WHERE id = ?1 AND state = 'pending' AND next_attempt_at <= ?2 AND step >= ${ATTEMPTS}`,
      deliveryId,
      nowMs,
    ),
    // Whoever had it has no lease any more, or it would not be due.
    statement(
      `UPDATE webhook_attempts SET outcome = 'interrupted', error = 'was interrupted'
      WHERE delivery_id = ?1 AND outcome IS NULL
        AND ?2 >= (SELECT coalesce(lease_until, 0) FROM webhook_deliveries WHERE id = ?1)`,
      deliveryId,
      nowMs,
    ),
    statement(
      `UPDATE webhook_deliveries
      SET lease = ?3, lease_until = ?4, next_attempt_at = ?4, attempts = attempts + 1, step = step + 1
      WHERE id = ?1 AND state = 'pending' AND next_attempt_at <= ?2 AND coalesce(lease_until, 0) <= ?2`,
      deliveryId,
      nowMs,
      lease,
      leaseUntil,
    ),
    statement(
      `INSERT INTO webhook_attempts (delivery_id, number, started_at)
      SELECT id, attempts, ?2 FROM webhook_deliveries WHERE id = ?1 AND lease = ?3`,
      deliveryId,
      nowMs,
      lease,
    ),
    statement(
      `SELECT d.id AS delivery_id, d.attempts, d.step, e.id AS event_id, e.type, e.body,
        p.id AS endpoint_id, p.url, p.secret, p.previous_secret, p.previous_secret_expires_at
      FROM webhook_deliveries d JOIN webhook_events e ON e.id = d.event_id
      JOIN webhook_endpoints p ON p.id = d.endpoint_id WHERE d.id = ?1 AND d.lease = ?2`,
      deliveryId,
      lease,
    ),
  ]
}
