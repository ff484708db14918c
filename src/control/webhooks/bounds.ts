// How much is sent in a minute, whoever asks for it: events, retries, tests, resends and challenges
// count alike, across all consumers. What is over it waits for the next minute. Hosts of one
// registrable domain are counted as one, so that no wildcard multiplies what a site gets.

import { parse as parseDomain } from 'tldts'

import { statement, type Statement } from './statement.ts'

export const MINUTE_MS = 60_000
/** Of one organization to one site. */
export const SITE_PER_MINUTE = 60
/** Of all organizations to one site, which may serve many of them. */
export const SHARED_SITE_PER_MINUTE = 600
/** Of one organization to all its sites, which may lead to the same machine. */
export const ORGANIZATION_PER_MINUTE = 300
/** Of one organization. */
export const CHALLENGES_PER_MINUTE = 30
/** Counters that nobody has added to for so long are forgotten. */
const KEPT_MS = 60 * 60 * 1000

export interface Bound {
  readonly scope: string
  readonly max: number
}

/** The bounds of a delivery. */
export function deliveryBounds(organizationId: string, url: string): readonly Bound[] {
  const site = siteOf(url)
  return [
    { scope: `site ${site} ${organizationId}`, max: SITE_PER_MINUTE },
    { scope: `site ${site}`, max: SHARED_SITE_PER_MINUTE },
    { scope: `organization ${organizationId}`, max: ORGANIZATION_PER_MINUTE },
  ]
}

/** Those of a challenge, which counts as a delivery too. */
export function challengeBounds(organizationId: string, url: string): readonly Bound[] {
  return [
    ...deliveryBounds(organizationId, url),
    { scope: `challenges ${organizationId}`, max: CHALLENGES_PER_MINUTE },
  ]
}

/** A condition of SQL: true while none of the bounds, `?bounds` as JSON, is reached in `?minute`. */
export const withinBounds = (bounds: string, minute: string): string =>
  `NOT EXISTS (SELECT 1 FROM json_each(${bounds}) b
    JOIN webhook_sends s ON s.scope = b.value ->> 'scope'
    WHERE s.minute = ${minute} AND s.sent >= b.value ->> 'max')`

/** Counts one more under each of the bounds where `condition` holds; returns the scopes counted. */
export const countSend = (bounds: string, minute: string, condition: string): string =>
  `INSERT INTO webhook_sends (scope, minute, sent)
  SELECT value ->> 'scope', ${minute}, 1 FROM json_each(${bounds}) WHERE ${condition}
  ON CONFLICT (scope) DO UPDATE SET
    sent = iif(minute = excluded.minute, sent + 1, 1), minute = excluded.minute
  RETURNING scope`

/** Counts one where all bounds allow it, and returns rows exactly then. */
export function countStatement(bounds: readonly Bound[], nowMs: number): Statement {
  return statement(countSend('?1', '?2', withinBounds('?1', '?2')), [
    JSON.stringify(bounds),
    minuteOf(nowMs),
  ])
}

export function minuteOf(nowMs: number): number {
  return Math.floor(nowMs / MINUTE_MS)
}

export function deleteOldSends(nowMs: number): Statement {
  return statement('DELETE FROM webhook_sends WHERE minute < ?1', [minuteOf(nowMs - KEPT_MS)])
}

/** The registrable domain of a URL, tenants of a hosting platform apart; else its host. */
export function siteOf(url: string): string {
  const host = URL.parse(url)?.host ?? url.slice(0, 300)
  return parseDomain(host, { allowPrivateDomains: true }).domain ?? host
}
