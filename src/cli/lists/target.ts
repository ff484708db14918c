// Which allowlist a command is about, and what its state means for callers, in plain words.

import { ONLY_SOME_HAVE_ORIGINS } from '../../credentials/kinds.ts'
import { usage } from '../answer.ts'
import { readId } from '../input.ts'
import { unreadable, type EntryKind } from './entries.ts'

export interface ListOptions {
  readonly organization?: string
  readonly key?: string
  /** Past the API. */
  readonly direct?: true
}

export interface TargetList {
  readonly kind: EntryKind
  readonly owner: 'organization' | 'key'
  readonly ownerId: string
}

/** The list named by the options. */
export function targetList(kind: EntryKind, options: ListOptions): TargetList {
  const { organization, key } = options
  if (organization !== undefined && key === undefined && kind === 'address') {
    return { kind, owner: 'organization', ownerId: readId('org', organization) }
  }
  if (key === undefined || organization !== undefined) {
    throw usage(
      kind === 'address'
        ? 'say whose list: --organization org_… or --key key_…, one of them'
        : `say whose list: --key key_… (${ONLY_SOME_HAVE_ORIGINS})`,
    )
  }
  return { kind, owner: 'key', ownerId: readId('key', key) }
}

/** As typed: `--key key_…`. */
export function ownerOption({ owner, ownerId }: TargetList): string {
  return `--${owner} ${ownerId}`
}

/** `ip` or `origin`. */
export function commandOf({ kind }: TargetList): 'ip' | 'origin' {
  return kind === 'address' ? 'ip' : 'origin'
}

/** Who may call, given the entries that are in force; null: there is no restriction. */
export function stateLines(list: TargetList, entries: readonly string[] | null): string[] {
  const { kind: noun, owner, ownerId } = list
  const command = commandOf(list)
  const whose = owner === 'organization' ? `keys of ${ownerId}` : ownerId
  if (entries === null) return [`not restricted: ${whose} may be used from any ${noun}`]
  if (entries.length === 0) {
    return [
      `The list is empty and still in force: NOBODY may call with ${whose}.`,
      `  allow someone:  npm run ops -- ${command} allow ${ownerOption(list)} <entry>`,
      `  or let all in:  npm run ops -- restriction lift ${ownerOption(list)} --${command}`,
    ]
  }
  const broken = unreadable(noun, entries)
  if (broken.length > 0) {
    return [
      `An entry cannot be read, so EVERY call with ${whose} is refused:`,
      ...broken.flatMap(({ entry, problem }) => [
        `  ${entry}: ${problem}`,
        `  remove it:  npm run ops -- ${command} remove ${ownerOption(list)} '${entry}'`,
      ]),
    ]
  }
  return [`restricted: ${whose} may be used only from the ${noun} list (${entries.length})`]
}
