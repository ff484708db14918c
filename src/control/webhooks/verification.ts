// What the database knows of an endpoint's verification (webhook_unverified).

import type { Challenged } from './challenge.ts'
import { getEndpoint } from './endpoints.ts'
import { statement, type Statement } from './statement.ts'

/** An endpoint that waits for its verification, and the round in which it does. */
export interface Unverified extends Challenged {
  /** null: it was verified. */
  readonly round: string | null
}

/** Returns the endpoint where the organization has it. */
export function selectUnverified(organizationId: string, endpointId: string): Statement {
  return statement(
    `SELECT p.id, p.organization_id, p.url, p.secret, p.previous_secret, p.previous_secret_expires_at,
      u.round FROM webhook_endpoints p LEFT JOIN webhook_unverified u ON u.endpoint_id = p.id
    WHERE p.id = ?1 AND p.organization_id = ?2`,
    [endpointId, organizationId],
  )
}

/**
 * Enables an endpoint that answered in `round`, and returns it as it is then: still unverified where
 * its URL was changed meanwhile.
 */
export function verifiedStatements(
  organizationId: string,
  endpointId: string,
  round: string,
): Statement[] {
  return [
    statement('DELETE FROM webhook_unverified WHERE endpoint_id = ?1 AND round = ?2', [
      endpointId,
      round,
    ]),
    statement(
      `UPDATE webhook_endpoints SET disabled_at = NULL, disabled_reason = NULL
      WHERE id = ?1 AND organization_id = ?2 AND disabled_at IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM webhook_unverified WHERE endpoint_id = ?1)`,
      [endpointId, organizationId],
    ),
    getEndpoint(organizationId, endpointId),
  ]
}

/** Whether a batch failed because it enables an endpoint that has yet to be verified. */
export function isUnverified(error: unknown): boolean {
  return error instanceof Error && /a webhook endpoint is enabled by answering/.test(error.message)
}
