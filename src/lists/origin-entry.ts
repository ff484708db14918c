// An entry of an origin list as it is typed: what is wrong with it and, where it can be told, what would
// be right. Beyond what origin-list.ts reads, a wildcard must stay with one owner.

import { err, ok, type Result } from '../lib/result.ts'
import {
  FOREIGN_SCHEMES,
  isWeb,
  ORIGIN_MAX_LENGTH,
  readOriginEntry,
  serialised,
  type OriginEntry,
} from './origin-list.ts'
import { ownerOf } from './origin-owner.ts'

/** Reads one entry that is to be stored. */
export function parseOriginEntry(text: string): Result<OriginEntry, string> {
  const entry = readOriginEntry(text)
  if (!entry) return err(flawOf(text))
  if (entry.kind === 'exact') return ok(entry)
  const owner = ownerOf(entry.parent)
  return owner.ok ? ok(entry) : err(`${text} reaches beyond one owner: ${owner.error}`)
}

/** Why `readOriginEntry` does not take it. */
function flawOf(text: string): string {
  if (text.length > ORIGIN_MAX_LENGTH) return `is longer than ${ORIGIN_MAX_LENGTH} characters`
  if (text === 'null') return 'null is sent by every sandboxed page and identifies none'
  if (text === '*') return '* admits every site; lift the restriction instead'
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase()
  if (scheme === undefined) return `${text} has no scheme; write it like https://app.example.com`
  if (FOREIGN_SCHEMES.has(scheme)) return `no page sends an origin with the scheme ${scheme}:`
  const sent = isWeb(scheme) ? serialised(text) : text
  if (sent === undefined) return `${text} is not an origin; write it like https://app.example.com`
  if (sent !== text) return `a browser never sends ${text}; write ${sent}`
  return `${text} is not scheme://host or scheme://host:port; a * can only be the first label of a website`
}
