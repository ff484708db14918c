// Allowlists as the API takes them: checked entry by entry before anything is written, then replaced
// as a whole in the change's own transaction.

import { ok, type Result } from '../../lib/result.ts'
import { describeRange, parseAddressEntry } from '../../lists/address-list.ts'
import { parseOriginEntry } from '../../lists/origin-entry.ts'
import { judge, writeJudgements } from '../../lists/origin-owner.ts'
import { invalid } from './problem.ts'

type Entries = readonly string[] | null | undefined

/** The canonical entries of an IP list. @throws Problem 400 naming the first entry that is none. */
export function readIps(entries: Entries): string[] | null | undefined {
  return readEntries('ips', entries, (entry) => {
    const range = parseAddressEntry(entry)
    return range.ok ? ok(describeRange(range.value)) : range
  })
}

/** The entries of an origin list. @throws Problem 400 naming the first entry that is none. */
export function readOrigins(entries: Entries): string[] | null | undefined {
  return readEntries('origins', entries, (entry) => {
    const origin = parseOriginEntry(entry)
    return origin.ok ? ok(entry) : origin
  })
}

/** Each entry once, as it is stored. */
function readEntries(
  field: string,
  entries: Entries,
  parse: (entry: string) => Result<string, string>,
): string[] | null | undefined {
  if (!entries) return entries
  const stored = entries.map((entry, i) => {
    const parsed = parse(entry)
    if (!parsed.ok) throw invalid(`${field}[${i}]`, parsed.error)
    return parsed.value
  })
  return [...new Set(stored)]
}

interface ListTable {
  readonly entries: 'organization_ips' | 'credential_ips' | 'credential_origins'
  readonly owner: 'organization_id' | 'credential_id'
  readonly entry: 'cidr' | 'origin'
  readonly parent: 'organizations' | 'credentials'
  readonly flag: 'ip_restricted' | 'origin_restricted'
}

export const ORGANIZATION_IPS: ListTable = {
  entries: 'organization_ips',
  owner: 'organization_id',
  entry: 'cidr',
  parent: 'organizations',
  flag: 'ip_restricted',
}

export const KEY_IPS: ListTable = {
  entries: 'credential_ips',
  owner: 'credential_id',
  entry: 'cidr',
  parent: 'credentials',
  flag: 'ip_restricted',
}

export const KEY_ORIGINS: ListTable = {
  entries: 'credential_origins',
  owner: 'credential_id',
  entry: 'origin',
  parent: 'credentials',
  flag: 'origin_restricted',
}

/** Makes a list exactly these entries; null lifts the restriction, empty admits nobody. */
export function replaceList(
  db: D1Database,
  { entries, owner, entry, parent, flag }: ListTable,
  id: string,
  wanted: readonly string[] | null,
): D1PreparedStatement[] {
  const json = JSON.stringify(wanted ?? [])
  return [
    db
      .prepare(
        `DELETE FROM ${entries} WHERE ${owner} = ?1 AND ${entry} NOT IN (SELECT value FROM json_each(?2))`,
      )
      .bind(id, json),
    db
      .prepare(
        `INSERT OR IGNORE INTO ${entries} (${owner}, ${entry}) SELECT ?1, value FROM json_each(?2)`,
      )
      .bind(id, json),
    db.prepare(`UPDATE ${parent} SET ${flag} = ?2 WHERE id = ?1`).bind(id, wanted === null ? 0 : 1),
    ...(entry === 'origin' ? writeOwners(db, wanted ?? []) : []),
  ]
}

/** Behind the entries, whose triggers made the rows. */
function writeOwners(db: D1Database, entries: readonly string[]): D1PreparedStatement[] {
  const judged = judge(entries)
  if (judged.length === 0) return []
  return [db.prepare(writeJudgements('?1')).bind(JSON.stringify(judged))]
}
