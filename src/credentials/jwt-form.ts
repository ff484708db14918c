// The form of a JWT, judged before any key is touched: one spelling of the three parts, one JSON
// object in each of the first two, nothing in the header that brings a key along.

import { base64url } from 'jose'

import { err, ok, type Result } from '../lib/result.ts'
import { isObject } from '../lib/json.ts'
import type { JwtFlaw } from './jwt-claims.ts'

/** Longest token that is looked at, in characters; the cap comes before any split or decode. */
export const JWT_MAX_CHARS = 8192

export type JsonObject = Readonly<Record<string, unknown>>

const COMPACT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/
/**
 * Header members that bring a key along (RFC 8725 §3.10, CVE-2018-0114), point at one, or change
 * what is signed (`b64`, RFC 7797; `zip`; `crit`). We support none, so none may be present.
 */
const FORBIDDEN_HEADER_MEMBERS: readonly string[] =
  'jwk jku x5u x5c x5t x5t#S256 b64 zip crit'.split(' ')
/** A byte-order mark is kept, so that JSON refuses it (RFC 8259 §8.1). */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
/** In JSON text: a string, with the colon that makes it a name, or a bracket. An open string is its end. */
const JSON_MARK = /"((?:[^"\\]|\\[^])*)(?:"\s*(:?)|\\?$)|[{}[\]]/g

/** Whether a credential has the form of a JWT; says nothing about its worth. */
export function looksLikeJwt(text: string): boolean {
  return text.startsWith('ey') && text.split('.', 4).length === 3
}

/**
 * The compact form and the header, without keys: length, alphabet, canonical base64url (RFC 4648
 * §3.5), one JSON object whose names are plain and differ, a `kid`, and nothing of the forbidden.
 */
export function readHeader(token: string): Result<JsonObject, JwtFlaw> {
  if (token.length > JWT_MAX_CHARS) return err('too_long')
  if (!COMPACT.test(token)) return err('not_compact')
  const [first = '', second = '', third = ''] = token.split('.')
  if (![first, second, third].every(isCanonical)) return err('not_canonical')
  const header = readObject(first)
  if (!header.ok) return header
  if (FORBIDDEN_HEADER_MEMBERS.some((name) => Object.hasOwn(header.value, name))) {
    return err('header_forbidden')
  }
  const { kid } = header.value
  return typeof kid === 'string' && kid !== '' ? header : err('kid_missing')
}

/** The unverified payload of a token whose structure is sound. */
export function readToken(token: string): Result<JsonObject, JwtFlaw> {
  const header = readHeader(token)
  return header.ok ? readObject(token.split('.')[1] ?? '') : header
}

function isCanonical(part: string): boolean {
  try {
    return base64url.encode(base64url.decode(part)) === part
  } catch {
    return false
  }
}

function readObject(part: string): Result<JsonObject, JwtFlaw> {
  try {
    const text = UTF8.decode(base64url.decode(part))
    const value: unknown = JSON.parse(text)
    if (!isObject(value)) return err('not_json_object')
    const names = memberNames(text)
    if (names.some((name) => name.includes('\\'))) return err('escaped_member')
    if (new Set(names).size < names.length) return err('duplicate_member')
    return ok(value as JsonObject)
  } catch {
    return err('not_json_object')
  }
}

/**
 * The names in the outermost object of a *valid* JSON text, as they are spelled. JSON.parse keeps
 * the last of equal names without a word (RFC 7519 §4 lets us refuse), and V8's can misread an
 * escaped one after other texts (nodejs/node#63785); so no name may be escaped or come twice.
 */
function memberNames(text: string): readonly string[] {
  const names: string[] = []
  let depth = 0
  for (const [mark, name = '', colon] of text.matchAll(JSON_MARK)) {
    if (mark === '{' || mark === '[') depth += 1
    else if (mark === '}' || mark === ']') depth -= 1
    else if (colon && depth === 1) names.push(name)
  }
  return names
}
