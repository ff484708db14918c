// A host that gave no answer several times running is left alone for a while, then asked by one delivery
// alone: while it hangs, it holds no lane. Of each organization apart, so that nobody's endpoints at a
// host that many share stop another's.

import { statement, type Statement } from './statement.ts'

/** So many attempts in a row without an answer open the breaker. */
export const SILENCES_MAX = 3
/** How long nothing is sent then, twice as long with each further silence … */
const WAIT_MIN_MS = 15_000
/** … up to this: whoever mends a receiver sees its deliveries come within a minute. */
const WAIT_MAX_MS = 60_000
/** Later nobody minds what it did. */
const KEPT_MS = 24 * 60 * 60 * 1000

/** Where a delivery goes, as the breaker knows it. */
export interface Host {
  readonly organization_id: string
  readonly url: string
}

/** Host and port of a URL. */
export function hostOf(url: string): string {
  return (URL.parse(url)?.host ?? url).slice(0, 300)
}

/** SQL: until when the breaker holds deliveries back, in Unix ms; 0 where it does not. */
export const waitsUntil = (organization: string, host: string): string =>
  `coalesce((SELECT waits_until FROM webhook_hosts
    WHERE organization_id = ${organization} AND host = ${host} AND failures >= ${SILENCES_MAX}), 0)`

/** What an attempt tells of its host. Any answer closes the breaker. */
export function breakerStatements(
  { organization_id, url }: Host,
  host: 'answered' | 'silent' | 'unasked',
  nowMs: number,
): Statement[] {
  if (host === 'unasked') return []
  if (host === 'answered') {
    return [
      statement('DELETE FROM webhook_hosts WHERE organization_id = ?1 AND host = ?2', [
        organization_id,
        hostOf(url),
      ]),
    ]
  }
  return [
    statement(
      `INSERT INTO webhook_hosts (organization_id, host, failures, waits_until) VALUES (?1, ?2, 1, ?3)
      ON CONFLICT DO UPDATE SET failures = failures + 1, waits_until = ?3 + iif(
        failures + 1 < ${SILENCES_MAX}, 0,
        min(${WAIT_MAX_MS}, ${WAIT_MIN_MS} << min(failures + 1 - ${SILENCES_MAX}, 8)))`,
      [organization_id, hostOf(url), nowMs],
    ),
  ]
}

export function deleteOldHosts(nowMs: number): Statement {
  return statement('DELETE FROM webhook_hosts WHERE waits_until < ?1', [nowMs - KEPT_MS])
}
