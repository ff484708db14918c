// Taking a delivery to send it. An attempt is taken by raising the delivery's count and writing the
// attempt's row, in one transaction, before anything is sent: two runners can never both take the
// same one, and one whose runner died is told from one that was made. While a lease runs, the next
// attempt is due no earlier than its end. The same transaction keeps what must hold across all runners:
// the lanes of the organization, the bounds of a minute and the breaker of the host.

import { countSend, deliveryBounds, MINUTE_MS, minuteOf, withinBounds } from './bounds.ts'
import { hostOf, SILENCES_MAX, waitsUntil } from './breaker.ts'
import type { Due } from './due.ts'
import type { EventType } from './event.ts'
import { ATTEMPTS } from './schedule.ts'
import type { SealedSecrets } from './secret.ts'
import { prepareAll, statement, type Statement } from './statement.ts'

/** A runner sends within it or not at all; after it another may. Well above the timeout. */
export const LEASE_MS = 60_000
/** Deliveries of one organization that are on their way at a time, whoever sends them. */
export const ORGANIZATION_LANES = 12

/** A delivery that is ours to attempt until `leaseUntil`. */
export interface Claim extends SealedSecrets {
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
  readonly organization_id: string
  readonly url: string
}

export type Claimed =
  | { readonly is: 'ours'; readonly claim: Claim }
  /** Its endpoint has to wait until then, by a bound or the breaker; so has all that waits for it. */
  | { readonly is: 'postponed'; readonly until: number }
  /** The organization has all its lanes in use. */
  | { readonly is: 'busy' }
  /** It is not due, or another runner has it. */
  | { readonly is: 'taken' }

interface Standing {
  readonly state: string
  readonly next_attempt_at: number | null
  readonly leased: 0 | 1
}

/** Takes a delivery if it is due and may be sent now. */
export async function claim(db: D1Database, due: Due, nowMs: number): Promise<Claimed> {
  const lease = crypto.randomUUID()
  const leaseUntil = nowMs + LEASE_MS
  const statements = claimStatements(due, lease, leaseUntil, nowMs)
  const results = await db.batch<Record<string, unknown>>(prepareAll(db, statements))
  const [row] = (results.at(-2)?.results ?? []) as unknown as Omit<Claim, 'lease' | 'leaseUntil'>[]
  if (row) return { is: 'ours', claim: { ...row, lease, leaseUntil } }
  const [standing] = (results.at(-1)?.results ?? []) as unknown as Standing[]
  if (standing?.state !== 'pending' || standing.leased) return { is: 'taken' }
  const until = standing.next_attempt_at ?? 0
  return until > nowMs ? { is: 'postponed', until } : { is: 'busy' }
}

function claimStatements(
  { id, url, organization_id: organization }: Due,
  lease: string,
  leaseUntil: number,
  nowMs: number,
): Statement[] {
  const host = hostOf(url)
  const bounds = JSON.stringify(deliveryBounds(organization, url))
  const minute = minuteOf(nowMs)
  return [
    // The runner of the last attempt died: there is none left.
    statement(
      `UPDATE webhook_deliveries SET state = 'failed', next_attempt_at = NULL, lease = NULL, lease_until = NULL
      WHERE id = ?1 AND state = 'pending' AND next_attempt_at <= ?2 AND step >= ${ATTEMPTS}`,
      [id, nowMs],
    ),
    // Whoever had it has no lease any more, or it would not be due.
    statement(
      `UPDATE webhook_attempts SET outcome = 'interrupted', error = 'was interrupted'
      WHERE delivery_id = ?1 AND outcome IS NULL
        AND ?2 >= (SELECT coalesce(lease_until, 0) FROM webhook_deliveries WHERE id = ?1)`,
      [id, nowMs],
    ),
    statement(
      `UPDATE webhook_deliveries
      SET lease = ?3, lease_until = ?4, next_attempt_at = ?4, attempts = attempts + 1, step = step + 1
      WHERE id = ?1 AND state = 'pending' AND next_attempt_at <= ?2 AND coalesce(lease_until, 0) <= ?2
        AND ${waitsUntil('?5', '?6')} <= ?2 AND ${withinBounds('?7', '?8')}
        AND (SELECT count(*) FROM webhook_endpoints p JOIN webhook_deliveries x ON x.endpoint_id = p.id
          WHERE p.organization_id = ?5 AND x.lease IS NOT NULL AND x.lease_until > ?2)
          < ${ORGANIZATION_LANES}`,
      [id, nowMs, lease, leaseUntil, organization, host, bounds, minute],
    ),
    statement(
      `INSERT INTO webhook_attempts (delivery_id, number, started_at)
      SELECT id, attempts, ?2 FROM webhook_deliveries WHERE id = ?1 AND lease = ?3`,
      [id, nowMs, lease],
    ),
    statement(
      countSend(
        '?3',
        '?4',
        'EXISTS (SELECT 1 FROM webhook_deliveries WHERE id = ?1 AND lease = ?2)',
      ),
      [id, lease, bounds, minute],
    ),
    // Of a host that was silent one delivery is tried; the others wait for what becomes of it.
    statement(
      `UPDATE webhook_hosts SET waits_until = ?5
      WHERE organization_id = ?3 AND host = ?4 AND failures >= ${SILENCES_MAX}
        AND EXISTS (SELECT 1 FROM webhook_deliveries WHERE id = ?1 AND lease = ?2)`,
      [id, lease, organization, host, leaseUntil],
    ),
    // What may not be sent yet waits, and so does all that waits for its endpoint.
    statement(
      `UPDATE webhook_deliveries SET next_attempt_at = w.until
      FROM (SELECT max(${waitsUntil('?4', '?5')}, iif(${withinBounds('?6', '?7')}, 0, ?8)) AS until) w
      WHERE endpoint_id = (SELECT endpoint_id FROM webhook_deliveries
          WHERE id = ?1 AND lease IS NOT ?2 AND state = 'pending' AND next_attempt_at <= ?3)
        AND state = 'pending' AND next_attempt_at <= ?3 AND coalesce(lease_until, 0) <= ?3
        AND w.until > ?3`,
      [id, lease, nowMs, organization, host, bounds, minute, (minute + 1) * MINUTE_MS],
    ),
    statement(
      `SELECT d.id AS delivery_id, d.attempts, d.step, e.id AS event_id, e.type, e.body,
        p.id AS endpoint_id, p.organization_id, p.url, p.secret, p.previous_secret,
        p.previous_secret_expires_at
      FROM webhook_deliveries d JOIN webhook_events e ON e.id = d.event_id
      JOIN webhook_endpoints p ON p.id = d.endpoint_id WHERE d.id = ?1 AND d.lease = ?2`,
      [id, lease],
    ),
    statement(
      `SELECT state, next_attempt_at, coalesce(lease_until, 0) > ?2 AS leased
      FROM webhook_deliveries WHERE id = ?1`,
      [id, nowMs],
    ),
  ]
}
