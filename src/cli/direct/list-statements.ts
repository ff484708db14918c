// The SQL of allowlists. A list belongs to an organization or a key; which one decides the tables,
// and nothing else differs. Pure, like statements.ts.

import { WITH_ORIGINS, type Kind } from '../../credentials/kinds.ts'
import { judge, writeJudgements } from '../../lists/origin-owner.ts'
import { sql } from './sql.ts'

export interface ListTable {
  readonly table: 'organization_ips' | 'credential_ips' | 'credential_origins'
  readonly ownerColumn: 'organization_id' | 'credential_id'
  readonly entryColumn: 'cidr' | 'origin'
  readonly owners: 'organizations' | 'credentials'
  readonly flag: 'ip_restricted' | 'origin_restricted'
}

export const ORGANIZATION_IPS: ListTable = {
  table: 'organization_ips',
  ownerColumn: 'organization_id',
  entryColumn: 'cidr',
  owners: 'organizations',
  flag: 'ip_restricted',
}

export const KEY_IPS: ListTable = {
  table: 'credential_ips',
  ownerColumn: 'credential_id',
  entryColumn: 'cidr',
  owners: 'credentials',
  flag: 'ip_restricted',
}

export const KEY_ORIGINS: ListTable = {
  table: 'credential_origins',
  ownerColumn: 'credential_id',
  entryColumn: 'origin',
  owners: 'credentials',
  flag: 'origin_restricted',
}

/** A row of `selectOwner`; `kind` is null for an organization. */
export interface OwnerRow {
  readonly id: string
  readonly name: string
  readonly restricted: 0 | 1
  readonly kind: Kind | null
  readonly organization_id: string
  /** Whether the organization of a key has its own address list in force. */
  readonly organization_restricted: 0 | 1
}

export interface EntryRow {
  readonly entry: string
}

/** The owner of a list, and whether the list is in force. */
export function selectOwner(list: ListTable, ownerId: string): string {
  return list.owners === 'organizations'
    ? `SELECT id, name, ${list.flag} AS restricted, NULL AS kind, id AS organization_id, ip_restricted AS organization_restricted FROM organizations WHERE id = ${sql(ownerId)};`
    : `SELECT c.id, c.name, c.${list.flag} AS restricted, c.kind, c.organization_id, o.ip_restricted AS organization_restricted FROM credentials c JOIN organizations o ON o.id = c.organization_id WHERE c.id = ${sql(ownerId)};`
}

/** The entries of a list, in a fixed order. */
export function selectEntries(list: ListTable, ownerId: string): string {
  return `SELECT ${list.entryColumn} AS entry FROM ${list.table} WHERE ${list.ownerColumn} = ${sql(ownerId)} ORDER BY ${list.entryColumn};`
}

/** Adds entries and returns those that were not there. An owner that does not exist adds none. */
export function addEntries(list: ListTable, ownerId: string, entries: readonly string[]): string {
  const kind =
    list.table === 'credential_origins'
      ? ` AND o.kind IN (${WITH_ORIGINS.map(sql).join(', ')})`
      : ''
  return `INSERT INTO ${list.table} (${list.ownerColumn}, ${list.entryColumn}) SELECT o.id, e.value FROM ${list.owners} o, json_each(${sql(entries)}) e WHERE o.id = ${sql(ownerId)}${kind} ON CONFLICT DO NOTHING RETURNING ${list.entryColumn} AS entry;`
}

/** Writes the owners of the wildcards among origins that were added. */
export function judgeEntries(entries: readonly string[]): string {
  return `${writeJudgements(sql(JSON.stringify(judge(entries))))};`
}

/** Removes entries, spelled as they are stored, and returns those that were there. */
export function removeEntries(
  list: ListTable,
  ownerId: string,
  entries: readonly string[],
): string {
  return `DELETE FROM ${list.table} WHERE ${list.ownerColumn} = ${sql(ownerId)} AND ${list.entryColumn} IN (SELECT value FROM json_each(${sql(entries)})) RETURNING ${list.entryColumn} AS entry;`
}

/** Lifts a restriction whose list is empty, and returns the owner if there was one to lift. */
export function liftRestriction(list: ListTable, ownerId: string): string {
  return `UPDATE ${list.owners} SET ${list.flag} = 0 WHERE id = ${sql(ownerId)} AND ${list.flag} = 1 AND NOT EXISTS (SELECT 1 FROM ${list.table} WHERE ${list.ownerColumn} = ${sql(ownerId)}) RETURNING id;`
}
