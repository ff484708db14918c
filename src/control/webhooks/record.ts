// What became of an attempt, written down in one transaction: the attempt, the delivery with its
// next time, and the endpoint. Only the runner that holds the lease moves the delivery.

import type { Attempt } from './attempt.ts'
import { breakerStatements } from './breaker.ts'
import type { Claim } from './claim.ts'
import { FAILING_GAP_MS, FAILING_MAX_MS, nextDelay, THROTTLE_DEFAULT_MS } from './schedule.ts'
import { statement, type Statement } from './statement.ts'

export interface Recorded {
  readonly statements: Statement[]
  /** When the next attempt is due; undefined after the last. */
  readonly nextAt: number | undefined
}

/** The statements for an attempt that ended at `nowMs`. `random` in [0, 1). */
export function recordAttempt(
  claim: Claim,
  made: Attempt,
  nowMs: number,
  random: number,
): Recorded {
  const pauseUntil =
    made.outcome === 'throttled' ? nowMs + (made.retryAfterMs ?? THROTTLE_DEFAULT_MS) : undefined
  const final = made.outcome === 'delivered' || made.outcome === 'gone'
  const delay = final ? undefined : nextDelay(claim.step, random, made.retryAfterMs)
  const nextAt = delay === undefined ? undefined : Math.max(nowMs + delay, pauseUntil ?? 0)
  return {
    nextAt,
    statements: [
      statement(
        `UPDATE webhook_attempts SET outcome = ?3, status = ?4, duration_ms = ?5, error = ?6, answer = ?7
        WHERE delivery_id = ?1 AND number = ?2`,
        [
          claim.delivery_id,
          claim.attempts,
          made.outcome,
          made.status,
          made.durationMs,
          made.error,
          made.answer,
        ],
      ),
      nextAt === undefined ? finished(claim, made, nowMs) : postponed(claim, nextAt),
      ...endpointStatements(claim.endpoint_id, made, nowMs),
      ...breakerStatements(claim, made.host, nowMs),
      ...(pauseUntil === undefined ? [] : paused(claim.endpoint_id, pauseUntil)),
    ],
  }
}

function finished(claim: Claim, made: Attempt, nowMs: number): Statement {
  const delivered = made.outcome === 'delivered'
  return statement(
    `UPDATE webhook_deliveries SET state = ?3, delivered_at = coalesce(delivered_at, ?4),
      next_attempt_at = NULL, lease = NULL, lease_until = NULL WHERE id = ?1 AND lease = ?2`,
    [claim.delivery_id, claim.lease, delivered ? 'delivered' : 'failed', delivered ? nowMs : null],
  )
}

/** Its endpoint may have been disabled meanwhile: then it is held already, and stays so. */
function postponed(claim: Claim, nextAt: number): Statement {
  return statement(
    `UPDATE webhook_deliveries SET next_attempt_at = iif(state = 'pending', ?3, NULL),
      lease = NULL, lease_until = NULL WHERE id = ?1 AND lease = ?2`,
    [claim.delivery_id, claim.lease, nextAt],
  )
}

function endpointStatements(id: string, made: Attempt, nowMs: number): Statement[] {
  if (!made.theirs) return []
  if (made.outcome === 'delivered') {
    return [
      statement(
        `UPDATE webhook_endpoints SET failing_since = NULL, last_failed_at = NULL
        WHERE id = ?1 AND failing_since IS NOT NULL`,
        [id],
      ),
    ]
  }
  const failed = statement(
    `UPDATE webhook_endpoints SET last_failed_at = ?2, failing_since = iif(last_failed_at >= ?3,
      failing_since, ?2) WHERE id = ?1`,
    [id, nowMs, nowMs - FAILING_GAP_MS],
  )
  return [failed, disabled(id, made, nowMs)]
}

/** Everything that waits for the endpoint waits longer. */
function paused(id: string, until: number): Statement[] {
  return [
    statement(
      `UPDATE webhook_endpoints SET throttled_until = max(coalesce(throttled_until, 0), ?2)
      WHERE id = ?1`,
      [id, until],
    ),
    statement(
      `UPDATE webhook_deliveries SET next_attempt_at = ?2
      WHERE endpoint_id = ?1 AND state = 'pending' AND next_attempt_at < ?2`,
      [id, until],
    ),
  ]
}

/** At once when it said so, else after five days; the trigger then holds its deliveries. */
function disabled(id: string, made: Attempt, nowMs: number): Statement {
  if (made.outcome === 'gone') {
    return statement(
      `UPDATE webhook_endpoints SET disabled_at = ?2, disabled_reason = 'gone'
      WHERE id = ?1 AND disabled_at IS NULL`,
      [id, nowMs],
    )
  }
  return statement(
    `UPDATE webhook_endpoints SET disabled_at = ?2, disabled_reason = 'failing'
    WHERE id = ?1 AND disabled_at IS NULL AND failing_since <= ?3`,
    [id, nowMs, nowMs - FAILING_MAX_MS],
  )
}
