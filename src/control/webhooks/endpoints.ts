// Endpoints as the management API changes them: statements for its batches. Every statement names
// the organization, so that another one's id is simply not there; one that returns no row found
// nothing to change.

import { randomBase62 } from '../../credentials/format.ts'
import { KEY_EVENT_TYPES, type KeyEventType } from './event.ts'
import { newSecret, sealSecret, type SealingKeys } from './secret.ts'
import { statement, type Statement } from './statement.ts'

/** Each event is sent to every endpoint that asks for it: their number is bounded. */
export const ENDPOINTS_MAX = 20
/** How long the old secret signs as well after a rotation, and the longest that may be asked for. */
export const OVERLAP_DEFAULT_SECONDS = 24 * 60 * 60
export const OVERLAP_MAX_SECONDS = 7 * 24 * 60 * 60
const ID_LENGTH = 24

/** What is told of an endpoint; the sealed secrets stay in the database. */
const ENDPOINT_COLUMNS = `id, organization_id, url, description, events, disabled_at, disabled_reason,
  failing_since, previous_secret_expires_at, created_at,
  NOT EXISTS (SELECT 1 FROM webhook_unverified u WHERE u.endpoint_id = webhook_endpoints.id) AS verified`

export interface NewEndpoint {
  readonly organizationId: string
  /** As `checkDestination` returned it. */
  readonly url: URL
  readonly description?: string
  /** All of them unless given. */
  readonly events?: readonly KeyEventType[]
}

/** A statement that sets a secret, and the secret, which is shown now and never again. */
export interface WithSecret {
  readonly endpointId: string
  readonly secret: string
  readonly statement: Statement
}

/**
 * Returns its id, or none where the organization has ENDPOINTS_MAX already. It is disabled until it has
 * answered a challenge; `getEndpoint` after it shows it as it is then.
 */
export async function createEndpoint(
  keys: SealingKeys,
  endpoint: NewEndpoint,
  nowMs: number,
): Promise<WithSecret> {
  const endpointId = `whe_${randomBase62(ID_LENGTH)}`
  const secret = newSecret()
  return {
    endpointId,
    secret,
    statement: statement(
      `INSERT INTO webhook_endpoints
        (id, organization_id, url, description, events, secret, created_at, disabled_at)
      SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7
      WHERE (SELECT count(*) FROM webhook_endpoints WHERE organization_id = ?2) < ${ENDPOINTS_MAX}
      RETURNING id`,
      [
        endpointId,
        endpoint.organizationId,
        endpoint.url.href,
        endpoint.description ?? '',
        JSON.stringify(endpoint.events ?? KEY_EVENT_TYPES),
        await sealSecret(keys, endpointId, secret),
        nowMs,
      ],
    ),
  }
}

/** Newest first, `limit` of them, after a place in the listing where one is given. */
export function listEndpoints(
  organizationId: string,
  after: { readonly createdAt: number; readonly id: string } | undefined,
  limit: number,
): Statement {
  return statement(
    `SELECT ${ENDPOINT_COLUMNS} FROM webhook_endpoints
    WHERE organization_id = ?1 AND (?2 IS NULL OR (created_at, id) < (?2, ?3))
    ORDER BY created_at DESC, id DESC LIMIT ?4`,
    [organizationId, after?.createdAt ?? null, after?.id ?? null, limit],
  )
}

export function getEndpoint(organizationId: string, endpointId: string): Statement {
  return statement(
    `SELECT ${ENDPOINT_COLUMNS} FROM webhook_endpoints WHERE id = ?1 AND organization_id = ?2`,
    [endpointId, organizationId],
  )
}

export interface EndpointChange {
  readonly url?: URL
  readonly description?: string
  readonly events?: readonly KeyEventType[]
}

/**
 * Changes what is given, and returns the id where there is one. Another URL has to answer a challenge:
 * until then the endpoint is disabled, and what is on its way is held.
 */
export function updateEndpoint(
  organizationId: string,
  endpointId: string,
  change: EndpointChange,
): Statement {
  return statement(
    `UPDATE webhook_endpoints SET url = coalesce(?3, url),
      description = coalesce(?4, description), events = coalesce(?5, events)
    WHERE id = ?1 AND organization_id = ?2 RETURNING id`,
    [
      endpointId,
      organizationId,
      change.url?.href ?? null,
      change.description ?? null,
      change.events ? JSON.stringify(change.events) : null,
    ],
  )
}

/** Stops an endpoint; what is not delivered yet is held. Keeps an earlier reason and time. Returns its id. */
export function disableEndpoint(
  organizationId: string,
  endpointId: string,
  nowMs: number,
): Statement {
  return statement(
    `UPDATE webhook_endpoints SET disabled_at = coalesce(disabled_at, ?3),
      disabled_reason = iif(disabled_at IS NULL, 'owner', disabled_reason)
    WHERE id = ?1 AND organization_id = ?2 RETURNING id`,
    [endpointId, organizationId, nowMs],
  )
}

/**
 * Starts it again; what was held is due at once. The database refuses it (`isUnverified`) where the
 * endpoint has yet to answer a challenge.
 */
export function enableEndpoint(organizationId: string, endpointId: string): Statement {
  return statement(
    `UPDATE webhook_endpoints SET disabled_at = NULL, disabled_reason = NULL, failing_since =
      iif(disabled_at IS NULL, failing_since, NULL) WHERE id = ?1 AND organization_id = ?2 RETURNING id`,
    [endpointId, organizationId],
  )
}

/** Removes an endpoint, its deliveries and their log. */
export function deleteEndpoint(organizationId: string, endpointId: string): Statement {
  return statement(
    'DELETE FROM webhook_endpoints WHERE id = ?1 AND organization_id = ?2 RETURNING id',
    [endpointId, organizationId],
  )
}

/**
 * A new secret; the old one signs as well for `overlapSeconds` (0 to OVERLAP_MAX_SECONDS). Rotating
 * again in that time ends the one before it.
 */
export async function rotateSecret(
  keys: SealingKeys,
  organizationId: string,
  endpointId: string,
  overlapSeconds: number,
  nowMs: number,
): Promise<WithSecret> {
  const secret = newSecret()
  const expiresAt = overlapSeconds > 0 ? nowMs + overlapSeconds * 1000 : null
  return {
    endpointId,
    secret,
    statement: statement(
      `UPDATE webhook_endpoints SET previous_secret = iif(?4 IS NULL, NULL, secret),
        previous_secret_expires_at = ?4, secret = ?3
      WHERE id = ?1 AND organization_id = ?2 RETURNING ${ENDPOINT_COLUMNS}`,
      [endpointId, organizationId, await sealSecret(keys, endpointId, secret), expiresAt],
    ),
  }
}
