// The outbox: statements that put events and their deliveries into the very batch of the change
// they tell of, so that there is no change without its event and no event without its change.
// Every event has a name (`once`) made of what happened and when, so that the sweep of the cron,
// which finds what expired and what raw SQL did, tells nothing twice. All are safe to run again.

import { ATTEMPTS } from './schedule.ts'
import { statement, type Statement } from './statement.ts'

/** Something that happened to keys. `ended`: whatever ends a key, if it has ended by now. */
export type KeyChange =
  | { readonly change: 'created' | 'ended' | 'exposed'; readonly keyId: string }
  | { readonly change: 'ended'; readonly serviceUserId: string }

/** The sweep looks back so far: a cron that stood still for longer misses what it alone tells. */
export const SWEEP_MAX_AGE_MS = 7 * 24 * 60 * 60 * 1000
const DAY_MS = 24 * 60 * 60 * 1000
/** Later than any time that a row can hold. */
const NEVER = Number.MAX_SAFE_INTEGER

/** Of sqlite: Unix milliseconds as ISO 8601, exactly. */
const iso = (at: string) =>
  `strftime('%Y-%m-%dT%H:%M:%S', ${at} / 1000, 'unixepoch') || printf('.%03dZ', ${at} % 1000)`
const INTO = `INSERT INTO webhook_events
  (id, organization_id, type, once, endpoint_id, body, occurred_at, created_at)`
const EVENT_ID = `'msg_' || lower(hex(randomblob(16)))`
const KEY_FACTS = `'organization_id', k.organization_id, 'key_id', k.id, 'kind', k.kind,
  'environment', k.environment, 'name', k.name, 'products', json(k.products), 'scopes', json(k.scopes)`

/**
 * For the batch of a change, after the statements of the change itself. A rotation with grace asks
 * for `ended` in vain, and the sweep tells of it when the grace is over.
 */
export function enqueueStatements(change: KeyChange, nowMs: number): Statement[] {
  return [eventStatement(change, nowMs), ...routeStatements(nowMs)]
}

/** For the cron: what expired, what began or ended by raw SQL, and events without deliveries. */
export function sweepStatements(nowMs: number): Statement[] {
  const since = nowMs - SWEEP_MAX_AGE_MS
  return [
    createdEvents('k.created_at > ?2 AND k.created_at <= ?1', nowMs, since),
    endedEvents(
      `c.id IN (SELECT id FROM credentials WHERE revoked_at > ?2 AND revoked_at <= ?1
        UNION ALL SELECT id FROM credentials WHERE expires_at > ?2 AND expires_at <= ?1
        UNION ALL SELECT t.id FROM service_users s JOIN credentials t ON t.service_user_id = s.id
          WHERE s.disabled_at > ?2 AND s.disabled_at <= ?1)`,
      nowMs,
    ),
    ...routeStatements(nowMs),
  ]
}

/** A test event to one enabled endpoint; makes nothing where there is none. */
export function testStatements(
  organizationId: string,
  endpointId: string,
  nowMs: number,
): Statement[] {
  const event = statement(
    `${INTO}
    SELECT ${EVENT_ID}, p.organization_id, 'system.test', 'test:' || lower(hex(randomblob(16))), p.id,
      json_object('type', 'system.test', 'timestamp', ${iso('?1')},
        'data', json_object('organization_id', p.organization_id, 'endpoint_id', p.id)), ?1, ?1
    FROM webhook_endpoints p WHERE p.id = ?2 AND p.organization_id = ?3 AND p.disabled_at IS NULL`,
    [nowMs, endpointId, organizationId],
  )
  return [event, ...routeStatements(nowMs)]
}

/** The deliveries that a batch with these statements has made: what a queue message hints at. */
export function deliveryIdsOf(results: readonly { readonly results?: unknown[] }[]): string[] {
  return results
    .flatMap(({ results: rows }) => rows ?? [])
    .flatMap((row) => {
      const id = (row as { delivery_id?: unknown }).delivery_id
      return typeof id === 'string' ? [id] : []
    })
}

function eventStatement(change: KeyChange, nowMs: number): Statement {
  if ('serviceUserId' in change) {
    return endedEvents('c.service_user_id = ?3', nowMs, change.serviceUserId)
  }
  switch (change.change) {
    case 'created':
      return createdEvents('k.id = ?2', nowMs, change.keyId)
    case 'ended':
      return endedEvents('c.id = ?3', nowMs, change.keyId)
    case 'exposed':
      // A page that holds a secret key sends it with every call: its owner is told once a day.
      return statement(
        `${INTO}
        SELECT ${EVENT_ID}, k.organization_id, 'system.apiKey.exposed', 'exposed:' || k.id || ':' || ?3,
          NULL, json_object('type', 'system.apiKey.exposed', 'timestamp', ${iso('?1')},
            'data', json_object(${KEY_FACTS})), ?1, ?1
        FROM credentials k WHERE k.id = ?2 ON CONFLICT (once) DO NOTHING`,
        [nowMs, change.keyId, String(Math.floor(nowMs / DAY_MS))],
      )
  }
}

function createdEvents(where: string, nowMs: number, second: string | number): Statement {
  return statement(
    `${INTO}
    SELECT ${EVENT_ID}, k.organization_id, 'system.apiKey.created', 'created:' || k.id || ':' || k.created_at,
      NULL, json_object('type', 'system.apiKey.created', 'timestamp', ${iso('k.created_at')},
        'data', json_object(${KEY_FACTS})), k.created_at, ?1
    FROM credentials k WHERE ${where} ON CONFLICT (once) DO NOTHING`,
    [nowMs, second],
  )
}

/** ?1 now, ?2 the earliest end that is still told, ?3 as `where` has it. */
function endedEvents(where: string, nowMs: number, ...third: string[]): Statement {
  return statement(
    `${INTO}
    SELECT ${EVENT_ID}, k.organization_id, 'system.apiKey.invalidated',
      'invalidated:' || k.id || ':' || k.cause || ':' || k.at, NULL,
      json_object('type', 'system.apiKey.invalidated', 'timestamp', ${iso('k.at')},
        'data', json_object(${KEY_FACTS}, 'cause', k.cause)), k.at, ?1
    FROM (SELECT e.*, CASE e.at WHEN e.revoked_at THEN 'revoked'
        WHEN e.disabled_at THEN 'service_user_disabled'
        ELSE iif(e.rotated_to IS NULL, 'expired', 'rotated') END AS cause
      FROM (SELECT c.*, u.disabled_at, min(coalesce(c.revoked_at, ${NEVER}),
            coalesce(c.expires_at, ${NEVER}), coalesce(u.disabled_at, ${NEVER})) AS at
        FROM credentials c LEFT JOIN service_users u ON u.id = c.service_user_id WHERE ${where}) e) k
    WHERE k.at <= ?1 AND k.at > ?2 ON CONFLICT (once) DO NOTHING`,
    [nowMs, nowMs - SWEEP_MAX_AGE_MS, ...third],
  )
}

/** One delivery of each new event to each endpoint that is enabled and asks for it now. */
function routeStatements(nowMs: number): Statement[] {
  return [
    statement(
      `INSERT INTO webhook_deliveries (id, event_id, endpoint_id, step, next_attempt_at, created_at)
      SELECT 'dlv_' || lower(hex(randomblob(16))), e.id, p.id, iif(e.type = 'system.test', ?2, 0),
        max(?1, coalesce(p.throttled_until, 0)), ?1
      FROM webhook_events e JOIN webhook_endpoints p ON p.organization_id = e.organization_id
      WHERE e.routed_at IS NULL AND p.disabled_at IS NULL AND (e.endpoint_id = p.id
        OR e.endpoint_id IS NULL AND EXISTS (SELECT 1 FROM json_each(p.events) WHERE value = e.type))
      ON CONFLICT (event_id, endpoint_id) DO NOTHING RETURNING id AS delivery_id`,
      [
        nowMs,
        // A test is tried once.
        ATTEMPTS - 1,
      ],
    ),
    statement('UPDATE webhook_events SET routed_at = ?1 WHERE routed_at IS NULL', [nowMs]),
  ]
}
