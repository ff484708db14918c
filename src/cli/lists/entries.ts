// Entries of allowlists as operators type them. All are read before any is sent, and what is stored
// is the canonical text, so that one network has one spelling.

import { describeRange, parseAddressEntry } from '../../lists/address-list.ts'
import { parseOriginEntry } from '../../lists/origin-entry.ts'
import { err, ok, type Result } from '../../lib/result.ts'
import { usage } from '../answer.ts'

/** `address`: addresses and networks. `origin`: origins of web pages. */
export type EntryKind = 'address' | 'origin'

/** The canonical text of an entry, or what is wrong with it and what would be right. */
export function readEntry(kind: EntryKind, text: string): Result<string, string> {
  if (kind === 'origin') {
    const origin = parseOriginEntry(text)
    return origin.ok ? ok(origin.value.origin) : origin
  }
  const range = parseAddressEntry(text)
  if (!range.ok) return range
  return ok(describeRange(range.value))
}

/** Reads all entries or refuses all, naming every one that is wrong. */
export function readEntries(kind: EntryKind, texts: readonly string[]): string[] {
  const read = texts.map((text) => ({ text, entry: readEntry(kind, text) }))
  const wrong = read.flatMap(({ text, entry }) => (entry.ok ? [] : [complaint(text, entry.error)]))
  if (wrong.length > 0) {
    const others = texts.length > 1 ? ['Nothing has been changed.'] : []
    throw usage([...wrong, ...others].join('\n'))
  }
  return [...new Set(read.flatMap(({ entry }) => (entry.ok ? [entry.value] : [])))]
}

/**
 * Which stored entries are meant by what was typed: the same text, or the same network or origin in
 * another spelling. So an entry that cannot be read, put in by raw SQL, can be named and removed.
 */
export function matchEntries(
  kind: EntryKind,
  stored: readonly string[],
  texts: readonly string[],
): Result<{ readonly found: string[]; readonly absent: string[] }, string> {
  const found = new Set<string>()
  const absent: string[] = []
  for (const text of texts) {
    const entry = readEntry(kind, text)
    const same = stored.filter(
      (one) => one === text || (entry.ok && canonical(kind, one) === entry.value),
    )
    if (same.length === 0 && !entry.ok) return err(complaint(text, entry.error))
    if (same.length === 0 && entry.ok) absent.push(entry.value)
    for (const one of same) found.add(one)
  }
  return ok({ found: [...found], absent })
}

/** The stored entries that the edge cannot read; one of them refuses every call. */
export function unreadable(
  kind: EntryKind,
  stored: readonly string[],
): { readonly entry: string; readonly problem: string }[] {
  return stored.flatMap((entry) => {
    const read = readEntry(kind, entry)
    return read.ok ? [] : [{ entry, problem: read.error }]
  })
}

function canonical(kind: EntryKind, text: string): string | undefined {
  const entry = readEntry(kind, text)
  return entry.ok ? entry.value : undefined
}

/** The parsers name the text in most sentences, but not in those where it may be very long. */
function complaint(text: string, error: string): string {
  return error.includes(text) ? error : `${JSON.stringify(text)}: ${error}`
}
