// Reading and editing an allowlist. Entries are read before anything is sent; the edit and the look
// at its outcome are one transaction, so that what is printed is what was written.

import { recordChange } from './actor.ts'
import { usage } from './answer.ts'
import type { Answer, Ops } from './answer.ts'
import { matchEntries, readEntries, unreadable } from './entries.ts'
import type { EntryKind } from './entries.ts'
import { addEntries, removeEntries, selectEntries, selectOwner } from './list-statements.ts'
import type { EntryRow, OwnerRow } from './list-statements.ts'
import { prepareSync } from './sync.ts'
import type { InForce } from './sync.ts'
import { listChange, ownerOf, stateLines, targetList } from './target-list.ts'
import type { ListOptions, TargetList } from './target-list.ts'
import { execute } from './wrangler.ts'

/** Adds entries; says which had been there. */
export async function allowEntries(
  ops: Ops,
  kind: EntryKind,
  options: ListOptions,
  texts: readonly string[],
): Promise<Answer> {
  const list = targetList(kind, options)
  const wanted = readEntries(kind, texts)
  const sync = await prepareSync(ops)
  const [owners, added, after] = await execute<[OwnerRow, EntryRow, EntryRow, object]>(ops, [
    selectOwner(list.table, list.ownerId),
    addEntries(list.table, list.ownerId, wanted),
    selectEntries(list.table, list.ownerId),
    recordChange(ops, listChange(list, 'allow')),
  ])
  const owner = ownerOf(list, owners)
  const fresh = new Set(added.map(({ entry }) => entry))
  const existing = wanted.filter((entry) => !fresh.has(entry))
  const first = owner.restricted === 0
  return edited(list, after, await sync(), {
    json: { added: [...fresh], existing },
    lines: [
      ...[...fresh].map((entry) => `allowed ${entry}`),
      ...existing.map((entry) => `${entry} was allowed already`),
      ...(first
        ? ['Until now there was no restriction; from now on only what is listed may call.']
        : []),
    ],
  })
}

/** Removes entries; says which had not been there. */
export async function removeListEntries(
  ops: Ops,
  kind: EntryKind,
  options: ListOptions,
  texts: readonly string[],
): Promise<Answer> {
  const list = targetList(kind, options)
  const [sync, [owners, before]] = await Promise.all([
    prepareSync(ops),
    execute<[OwnerRow, EntryRow]>(ops, [
      selectOwner(list.table, list.ownerId),
      selectEntries(list.table, list.ownerId),
    ]),
  ])
  ownerOf(list, owners)
  const stored = before.map(({ entry }) => entry)
  const matched = matchEntries(kind, stored, texts)
  if (!matched.ok) throw usage(matched.error)
  const { found, absent } = matched.value
  const [removed, after, [owner]] = await execute<[EntryRow, EntryRow, OwnerRow, object]>(ops, [
    removeEntries(list.table, list.ownerId, found),
    selectEntries(list.table, list.ownerId),
    selectOwner(list.table, list.ownerId),
    recordChange(ops, listChange(list, 'remove')),
  ])
  const restricted = owner?.restricted !== 0
  return edited(list, after, await sync(), {
    json: { removed: removed.map(({ entry }) => entry), absent },
    lines: [
      ...removed.map(({ entry }) => `removed ${entry}`),
      ...absent.map((entry) => `${entry} was not in the list`),
    ],
    restricted,
  })
}

/** Shows entries, flags those that cannot be read, and says what is in force. */
export async function listEntries(
  ops: Ops,
  kind: EntryKind,
  options: ListOptions,
): Promise<Answer> {
  const list = targetList(kind, options)
  const [owners, rows] = await execute<[OwnerRow, EntryRow]>(ops, [
    selectOwner(list.table, list.ownerId),
    selectEntries(list.table, list.ownerId),
  ])
  const owner = ownerOf(list, owners)
  const entries = rows.map(({ entry }) => entry)
  const also =
    kind === 'address' && list.table.owners === 'credentials' && owner.organization_restricted
      ? [`The address list of ${owner.organization_id} must admit a call too.`]
      : []
  return {
    json: described(list, owner.restricted === 1, entries),
    lines: [...entries, ...stateLines(list, owner.restricted === 1, entries), ...also],
  }
}

interface Edit {
  readonly json: object
  readonly lines: readonly string[]
  /** Whether the list is in force; after an entry was added it always is. */
  readonly restricted?: boolean
}

function edited(
  list: TargetList,
  rows: readonly EntryRow[],
  { enforced_at, line }: InForce,
  { json, lines, restricted = true }: Edit,
): Answer {
  const entries = rows.map(({ entry }) => entry)
  return {
    json: { ...described(list, restricted, entries), ...json, enforced_at },
    lines: [...lines, ...stateLines(list, restricted, entries), line],
  }
}

function described(list: TargetList, restricted: boolean, entries: readonly string[]): object {
  return {
    [list.table.ownerColumn]: list.ownerId,
    list: list.table.table,
    restricted,
    entries,
    unreadable: unreadable(list.kind, entries).map(({ entry }) => entry),
  }
}
