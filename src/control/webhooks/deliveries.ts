// The delivery log of an endpoint, and sending once more by hand. The organization is part of every
// question: another one's delivery is not there.

import { err, ok, type Result } from '../../lib/result.ts'
import { deliveryIdsOf, testStatements } from './outbox.ts'
import { prepareAll, runAll, statement, type Statement } from './statement.ts'

export const DELIVERY_STATES = ['pending', 'held', 'delivered', 'failed'] as const
export type DeliveryState = (typeof DELIVERY_STATES)[number]

/** Attempts shown of each delivery: the whole schedule, and as many by hand. */
const LOG_MAX = 20

export interface DeliveryFilter {
  readonly organizationId: string
  readonly endpointId: string
  readonly state?: DeliveryState | undefined
  /** One delivery alone. */
  readonly deliveryId?: string | undefined
}

/** Newest first, `limit` of them, after a place in the listing where one is given. */
export function listDeliveries(
  filter: DeliveryFilter,
  after: { readonly createdAt: number; readonly id: string } | undefined,
  limit: number,
): Statement {
  return statement(
    `SELECT d.id, d.event_id, d.endpoint_id, e.type, d.state, d.attempts, d.next_attempt_at,
      d.delivered_at, d.created_at, (SELECT json_group_array(json_object('number', a.number,
          'started_at', a.started_at, 'outcome', a.outcome, 'status', a.status,
          'duration_ms', a.duration_ms, 'error', a.error, 'answer', a.answer))
        FROM (SELECT * FROM webhook_attempts WHERE delivery_id = d.id
          ORDER BY number DESC LIMIT ${LOG_MAX}) a) AS log
    FROM webhook_deliveries d JOIN webhook_events e ON e.id = d.event_id
    JOIN webhook_endpoints p ON p.id = d.endpoint_id
    WHERE d.endpoint_id = ?1 AND p.organization_id = ?2 AND (?3 IS NULL OR d.state = ?3)
      AND (?4 IS NULL OR d.id = ?4) AND (?5 IS NULL OR (d.created_at, d.id) < (?5, ?6))
    ORDER BY d.created_at DESC, d.id DESC LIMIT ?7`,
    [
      filter.endpointId,
      filter.organizationId,
      filter.state ?? null,
      filter.deliveryId ?? null,
      after?.createdAt ?? null,
      after?.id ?? null,
      limit,
    ],
  )
}

export type ResendRefusal = 'not_found' | 'endpoint_disabled' | 'in_flight'

/**
 * Makes a delivery due at once, delivered or not, and begins its schedule anew; the `webhook-id`
 * stays. Returns the id for a hint.
 */
export async function resend(
  db: D1Database,
  organizationId: string,
  endpointId: string,
  deliveryId: string,
  nowMs: number,
): Promise<Result<string, ResendRefusal>> {
  const [row] = await runAll<{ free: number; enabled: number }>(db, [
    statement(
      `UPDATE webhook_deliveries SET state = 'pending', step = 0, next_attempt_at = ?4,
        lease = NULL, lease_until = NULL
      WHERE id = ?1 AND endpoint_id = ?2 AND coalesce(lease_until, 0) <= ?4 AND EXISTS (
        SELECT 1 FROM webhook_endpoints WHERE id = ?2 AND organization_id = ?3 AND disabled_at IS NULL)`,
      [deliveryId, endpointId, organizationId, nowMs],
    ),
    statement(
      `SELECT coalesce(d.lease_until, 0) <= ?4 AS free, p.disabled_at IS NULL AS enabled
      FROM webhook_deliveries d JOIN webhook_endpoints p ON p.id = d.endpoint_id
      WHERE d.id = ?1 AND p.id = ?2 AND p.organization_id = ?3`,
      [deliveryId, endpointId, organizationId, nowMs],
    ),
  ])
  if (!row) return err('not_found')
  if (!row.enabled) return err('endpoint_disabled')
  return row.free ? ok(deliveryId) : err('in_flight')
}

/** Puts a test event for an endpoint into the outbox. Returns the delivery's id for a hint. */
export async function sendTest(
  db: D1Database,
  organizationId: string,
  endpointId: string,
  nowMs: number,
): Promise<Result<string, Exclude<ResendRefusal, 'in_flight'>>> {
  const question = statement(
    'SELECT id FROM webhook_endpoints WHERE id = ?1 AND organization_id = ?2',
    [endpointId, organizationId],
  )
  const results = await db.batch(
    prepareAll(db, [...testStatements(organizationId, endpointId, nowMs), question]),
  )
  const [deliveryId] = deliveryIdsOf(results)
  if (deliveryId !== undefined) return ok(deliveryId)
  return err(results.at(-1)?.results.length ? 'endpoint_disabled' : 'not_found')
}
