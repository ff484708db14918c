// Reading and editing an allowlist, wherever it is read and changed.

import { Stop, usage, type Answer, type Ops } from '../answer.ts'
import { matchEntries, readEntries, unreadable, type EntryKind } from './entries.ts'
import type { Changed, ListStore } from './store.ts'
import {
  commandOf,
  ownerOption,
  stateLines,
  targetList,
  type ListOptions,
  type TargetList,
} from './target.ts'

/** Adds entries; says which had been there. */
export async function allowEntries(
  ops: Ops,
  kind: EntryKind,
  options: ListOptions,
  texts: readonly string[],
): Promise<Answer> {
  const list = targetList(kind, options)
  const wanted = readEntries(kind, texts)
  const store = await storeOf(ops, list, options)
  const edit = await store.add(wanted)
  const existing = wanted.filter((entry) => !edit.changed.includes(entry))
  return edited(list, edit, { added: edit.changed, existing }, [
    ...edit.changed.map((entry) => `allowed ${entry}`),
    ...existing.map((entry) => `${entry} was allowed already`),
    ...(edit.wasOpen
      ? ['Until now there was no restriction; from now on only what is listed may call.']
      : []),
  ])
}

/** Removes entries; says which had not been there. */
export async function removeListEntries(
  ops: Ops,
  kind: EntryKind,
  options: ListOptions,
  texts: readonly string[],
): Promise<Answer> {
  const list = targetList(kind, options)
  const store = await storeOf(ops, list, options)
  const matched = matchEntries(kind, (await store.read()).entries ?? [], texts)
  if (!matched.ok) throw usage(matched.error)
  const { found, absent } = matched.value
  const edit = await store.remove(found)
  return edited(list, edit, { removed: edit.changed, absent }, [
    ...edit.changed.map((entry) => `removed ${entry}`),
    ...absent.map((entry) => `${entry} was not in the list`),
  ])
}

/** Shows entries, flags those that cannot be read, and says what is in force. */
export async function listEntries(
  ops: Ops,
  kind: EntryKind,
  options: ListOptions,
): Promise<Answer> {
  const list = targetList(kind, options)
  const { entries, alsoBy } = await (await storeOf(ops, list, options)).read()
  const also = alsoBy === undefined ? [] : [`The address list of ${alsoBy} must admit a call too.`]
  return {
    json: described(list, entries),
    lines: [...(entries ?? []), ...stateLines(list, entries), ...also],
  }
}

/**
 * Opens a list to all again. Only when it is empty, so that a list with entries is always in force; the
 * database has the same rule.
 */
export async function liftRestriction(
  ops: Ops,
  options: ListOptions & { readonly ip?: true; readonly origin?: true },
): Promise<Answer> {
  if ((options.ip === true) === (options.origin === true)) {
    throw usage('say which list: --ip or --origin, one of them')
  }
  const list = targetList(options.ip ? 'address' : 'origin', options)
  const store = await storeOf(ops, list, options)
  const edit = await store.lift()
  const { name, entries, alsoBy } = edit
  if (entries !== null && entries.length > 0) throw notEmpty(list, entries)
  const was = edit.changed.length > 0
  const { ownerId } = list
  return edited(list, edit, { was_restricted: was }, [
    was ? `lifted for ${ownerId} (${name})` : `${ownerId} was not restricted`,
    ...(alsoBy === undefined ? [] : [`The address list of ${alsoBy} is still in force.`]),
  ])
}

function notEmpty(list: TargetList, entries: readonly string[]): Stop {
  const quoted = entries.map((entry) => `'${entry}'`).join(' ')
  return new Stop(
    [
      `The list is not empty, so it stays in force: ${entries.join(' ')}`,
      'Remove the entries first; until the restriction is lifted, nobody may call:',
      `  npm run ops -- ${commandOf(list)} remove ${ownerOption(list)} ${quoted}`,
    ].join('\n'),
  )
}

function edited(list: TargetList, edit: Changed, json: object, lines: readonly string[]): Answer {
  const { entries, enforced_at, line } = edit
  return {
    json: { ...described(list, entries), ...json, enforced_at },
    lines: [...lines, ...stateLines(list, entries), line],
  }
}

function described(list: TargetList, entries: readonly string[] | null): object {
  return {
    [`${list.owner}_id`]: list.ownerId,
    list: commandOf(list),
    restricted: entries !== null,
    entries: entries ?? [],
    unreadable: unreadable(list.kind, entries ?? []).map(({ entry }) => entry),
  }
}

/** The store that the options ask for. */
async function storeOf(ops: Ops, list: TargetList, { direct }: ListOptions): Promise<ListStore> {
  if (direct) return (await import('../direct/list-store.ts')).directStore(ops, list)
  return (await import('./api-store.ts')).apiStore(ops, list)
}
