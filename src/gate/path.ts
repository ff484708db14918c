// One path per request. The same string decides and is forwarded, so nothing behind the gate can
// read another resource out of it than the one that was authorised. Whatever two parsers could read
// in two ways is refused, not repaired. RFC 3986 §2.3, §6.2; WHATWG URL.

import { err, ok, type Result } from '../lib/result.ts'
import type { Denial } from '../reasons/denial.ts'

/** Why a path has no single meaning, in words for the caller. */
type PathFlaw = string

export interface CanonicalPath {
  /** Starts with `/`; unreserved characters are literal, every escape is valid and upper-case. */
  readonly path: string
  /** The path holds `%2F`. The router refuses it unless the product opted in. */
  readonly encodedSlash: boolean
}

/** A request's address as the gate uses it. */
export interface CanonicalTarget extends CanonicalPath {
  /** The query as the URL parser serialises it: empty, or with its leading `?`. */
  readonly search: string
  /** `URL.hostname`: lower-case, no port, IPv6 in brackets. */
  readonly host: string
}

type PathDenial = Extract<Denial, { reason: 'path_ambiguous' }>

/** In characters of the escaped path; the platform itself stops at 16 KB for the whole URL. */
const PATH_MAX_LENGTH = 8192

// Proves that the URL parser would change nothing, so that almost every request skips it: a plain
// host that is no number and no punycode, segments of unreserved, sub-delims (not `;`), `:` and `@`
// that do not begin with a dot, a query without a character that the parser would escape.
const CANONICAL =
  /^https?:\/\/(?![^/]*xn--)((?:[a-z0-9-]+\.)*[a-z][a-z0-9-]*)(?::[0-9]{1,5})?(\/|(?:\/[\w\-~!$&'()*+,=:@][\w\-.~!$&'()*+,=:@]*)+\/?)(\?[!$%&(-;=?-~]+)?$/

/**
 * The one path of a request, for the decision and for forwarding. Never throws, and canonicalising
 * its own output changes nothing. Case and a trailing slash are kept: they are the router's to judge.
 * @param requestUrl `request.url` as the runtime gives it; dot segments may not be resolved yet.
 */
export function canonicalPath(requestUrl: string): Result<CanonicalTarget, PathDenial> {
  const plain = CANONICAL.exec(requestUrl)
  if (!plain) return parsedPath(requestUrl)
  const [, host = '', path = '', search = ''] = plain
  if (path.length > PATH_MAX_LENGTH) return refuse('a path that is too long')
  return ok({ path, search, host, encodedSlash: false })
}

function parsedPath(requestUrl: string): Result<CanonicalTarget, PathDenial> {
  const queryAt = requestUrl.indexOf('?')
  const beforeQuery = queryAt === -1 ? requestUrl : requestUrl.slice(0, queryAt)
  // The parser turns `\` into `/`, ends the path at `#`, and silently drops tabs and newlines.
  if (beforeQuery.includes('\\')) return refuse('a backslash')
  if (beforeQuery.includes('#')) return refuse('a fragment')
  if (/[\x00-\x20\x7f]/.test(beforeQuery)) return refuse('a literal space or control character')

  const url = parseUrl(requestUrl)
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    return refuse('an address that is not a plain http URL')
  }
  // Before decoding: `%%36%31` would turn into a valid escape that nobody sent.
  if (/%(?![0-9A-Fa-f]{2})/.test(url.pathname)) {
    return refuse('a % that is not followed by two hex digits')
  }
  const path = url.pathname.replace(UNRESERVED_ESCAPE, decodeUnreserved)
  const flaw = pathFlaw(url.pathname, path)
  if (flaw !== undefined) return refuse(flaw)
  return ok({ path, search: url.search, host: url.hostname, encodedSlash: path.includes('%2F') })
}

const UNRESERVED_ESCAPE = /%[0-9A-Fa-f]{2}/g

function decodeUnreserved(escape: string): string {
  const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16))
  return /[\w\-.~]/.test(character) ? character : escape.toUpperCase()
}

// Asked of the canonical form, so that nothing can hide in a spelling: `%25%36%31` is `%2561` here.
const FLAWS: readonly (readonly [RegExp, PathFlaw])[] = [
  [/%[01][0-9A-F]|%7F/, 'an encoded control character'],
  [/\/\//, 'an empty segment (//)'],
  [/%5C/, 'an encoded backslash (%5C)'],
  [/%23/, 'an encoded number sign (%23)'],
  [/%3F/, 'an encoded question mark (%3F)'],
  [/;|%3B/, 'a path parameter (;)'],
  [/%25(?:[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4})/, 'a doubly encoded character (%25)'],
  // An upstream that decodes `%2F` would climb, even where the product opted in to it.
  [/(?:\/|%2F)\.\.?(?:\/|%2F|$)/, 'a dot segment'],
]

function pathFlaw(raw: string, path: string): PathFlaw | undefined {
  if (raw.length > PATH_MAX_LENGTH) return 'a path that is too long'
  for (const [pattern, flaw] of FLAWS) if (pattern.test(path)) return flaw
  return isUtf8(path) ? undefined : 'an escape that is not valid UTF-8'
}

/** Overlong forms, surrogates and stray bytes all make decodeURIComponent throw. */
function isUtf8(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}

function refuse(flaw: PathFlaw): Result<never, PathDenial> {
  return err({ reason: 'path_ambiguous', flaw })
}
