// Which allowlist a command is about, and what its state means for callers, in plain words.

import type { OpsChange } from './actor.ts'
import { usage, Stop } from './answer.ts'
import { unreadable } from './entries.ts'
import type { EntryKind } from './entries.ts'
import { readId } from './input.ts'
import { KEY_IPS, KEY_ORIGINS, ORGANIZATION_IPS } from './list-statements.ts'
import type { ListTable, OwnerRow } from './list-statements.ts'
import { noKey, noOrganization } from './owner.ts'
import { hasOrigins, ONLY_SOME_HAVE_ORIGINS } from '../credentials/kinds.ts'
import { sql } from './statements.ts'

export interface ListOptions {
  readonly organization?: string
  readonly key?: string
}

export interface TargetList {
  readonly kind: EntryKind
  readonly table: ListTable
  readonly ownerId: string
  /** As typed: `--key key_…`. */
  readonly ownerOption: string
}

/** The list named by the options. */
export function targetList(kind: EntryKind, options: ListOptions): TargetList {
  const { organization, key } = options
  if (organization !== undefined && key === undefined && kind === 'address') {
    const ownerId = readId('org', organization)
    return { kind, table: ORGANIZATION_IPS, ownerId, ownerOption: `--organization ${ownerId}` }
  }
  if (key === undefined || organization !== undefined) {
    throw usage(
      kind === 'address'
        ? 'say whose list: --organization org_… or --key key_…, one of them'
        : `say whose list: --key key_… (${ONLY_SOME_HAVE_ORIGINS})`,
    )
  }
  const ownerId = readId('key', key)
  const table = kind === 'address' ? KEY_IPS : KEY_ORIGINS
  return { kind, table, ownerId, ownerOption: `--key ${ownerId}` }
}

/** The list as the audit names it, of `ip allow` and the like. */
export function listChange(list: TargetList, verb: string): OpsChange {
  const command = list.kind === 'address' ? 'ip' : 'origin'
  const id = sql(list.ownerId)
  const organization =
    list.table.owners === 'organizations'
      ? id
      : `(SELECT organization_id FROM credentials WHERE id = ${id})`
  return { organization, command: `${command} ${verb}`, subject: id }
}

/** The owner, which must exist and be one that has such a list. */
export function ownerOf(list: TargetList, owners: readonly OwnerRow[]): OwnerRow {
  const [owner] = owners
  if (!owner) {
    throw list.table.owners === 'organizations' ? noOrganization() : noKey()
  }
  if (list.kind === 'origin' && (owner.kind === null || !hasOrigins(owner.kind))) {
    throw new Stop(`${owner.id} is a key of kind ${owner.kind}; ${ONLY_SOME_HAVE_ORIGINS}`)
  }
  return owner
}

/** Who may call, given what is in force for a list. */
export function stateLines(
  list: TargetList,
  restricted: boolean,
  entries: readonly string[],
): string[] {
  const command = list.kind === 'address' ? 'ip' : 'origin'
  const noun = list.kind === 'address' ? 'address' : 'origin'
  const whose = list.table.owners === 'organizations' ? `keys of ${list.ownerId}` : list.ownerId
  if (!restricted) return [`not restricted: ${whose} may be used from any ${noun}`]
  if (entries.length === 0) {
    return [
      `The list is empty and still in force: NOBODY may call with ${whose}.`,
      `  allow someone:  npm run ops -- ${command} allow ${list.ownerOption} <entry>`,
      `  or let all in:  npm run ops -- restriction lift ${list.ownerOption} --${command}`,
    ]
  }
  const broken = unreadable(list.kind, entries)
  if (broken.length > 0) {
    return [
      `An entry cannot be read, so EVERY call with ${whose} is refused:`,
      ...broken.flatMap(({ entry, problem }) => [
        `  ${entry}: ${problem}`,
        `  remove it:  npm run ops -- ${command} remove ${list.ownerOption} '${entry}'`,
      ]),
    ]
  }
  return [`restricted: ${whose} may be used only from the ${noun} list (${entries.length})`]
}
