// The key record: everything the gate needs to decide about one credential, denormalised, with the
// generation that the guard checks. It may be stale in memo and KV; the guard knows. Its fields: fields.ts.

import { checksum } from '../lib/checksum.ts'
import { jsonOf, RECORD, rowOf, selected, type ServiceUser, type ValueOf } from './fields.ts'

export type { ServiceUser }

/**
 * How a record is looked up: an opaque key by its digest, a JWT of ours by its `jti`, which is its
 * id, and another issuer's by `<iss> <jti>`, because issuers number independently.
 */
export type Lookup = { readonly by: 'digest' | 'id' | 'external'; readonly value: string }

/** Times are Unix milliseconds, all of them. A list that is null restricts nothing. */
export type KeyRecord = { readonly [K in keyof typeof RECORD]: ValueOf<(typeof RECORD)[K]> } & {
  /** When D1 gave it, by the clock of the isolate that read it. */
  readonly readAt: number
}

const COLUMNS = selected(RECORD)

/** One query gives the whole record; `?1` is the value looked up. */
export function recordQuery(by: Lookup['by']): string {
  return `SELECT ${COLUMNS}, c.digest, c.external
  FROM credentials c
  JOIN generations g ON g.credential_id = c.id
  JOIN organizations o ON o.id = c.organization_id
  LEFT JOIN service_users s
    ON s.id = c.service_user_id AND s.organization_id = c.organization_id
  WHERE c.${by} = ?1`
}

/** By what the gate looks up the credential of a row of `recordQuery`. */
export function lookupOf(row: Readonly<Record<string, unknown>>): Lookup {
  if (typeof row['digest'] === 'string') return { by: 'digest', value: row['digest'] }
  if (typeof row['external'] === 'string') return { by: 'external', value: row['external'] }
  return { by: 'id', value: String(row['id']) }
}

/**
 * Reads a row of `recordQuery`. Undefined when a member has not the form that schema.sql gives it,
 * so that a damaged row refuses instead of granting.
 */
export function recordFromRow(
  row: Readonly<Record<string, unknown>>,
  readAt: number,
): KeyRecord | undefined {
  try {
    return { ...rowOf(RECORD, row), readAt }
  } catch {
    return undefined
  }
}

/** The version of a record's form as JSON: another list of fields, or another form of one, is another. */
export const RECORD_VERSION = checksum(
  JSON.stringify(Object.entries(RECORD).map(([name, { form }]) => [name, form])),
)

/** How the places in KV begin, with the version, so that no version reads another's. */
export const RECORD_PLACES = `record:${RECORD_VERSION}:`

/** Where KV has a record. */
export function placeOf({ by, value }: Lookup): string {
  return `${RECORD_PLACES}${by}:${value}`
}

/** A record as text, for one place. */
export function recordToText(record: KeyRecord, place: string): string {
  return JSON.stringify({ place, ...record })
}

/** Reads what `recordToText` gave for that place; undefined for whatever else there is. */
export function recordFromText(text: string, place: string): KeyRecord | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const record = jsonOf(RECORD, value)
    const { place: own, readAt } = value as { readonly place?: unknown; readonly readAt?: unknown }
    if (own !== place || !Number.isSafeInteger(readAt)) return undefined
    return { ...record, readAt: readAt as number }
  } catch {
    return undefined
  }
}
