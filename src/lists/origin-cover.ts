// Whether one origin list reaches beyond another.

import { parseOriginEntry } from './origin-entry.ts'
import { compileOriginList, originListContains } from './origin-list.ts'
import { ownersOf } from './origin-owner.ts'

/**
 * The first entry that admits an origin which no entry of `outer` admits; undefined where there is none.
 * What cannot be read is covered by nothing.
 */
export function uncoveredOrigin(
  outer: readonly string[],
  entries: readonly string[],
): string | undefined {
  const list = compileOriginList(outer, ownersOf(outer))
  if ('unreadable' in list) return entries[0]
  return entries.find((entry) => {
    const parsed = parseOriginEntry(entry)
    if (!parsed.ok) return true
    if (outer.includes(entry)) return false
    if (parsed.value.kind === 'exact') return !originListContains(list, entry)
    // Of the hosts below one, any will do; a host by itself covers none of them but itself.
    return !originListContains({ ...list, exact: new Set() }, entry.replace('://*.', '://any.'))
  })
}
