// Origin allowlists of publishable keys. An origin is compared byte for byte with what a browser
// sends (RFC 6454 §6.2, WHATWG HTML "serialization of an origin"), so an entry is accepted only in
// exactly that form. It keeps other sites' pages out; it authenticates nobody, since only browsers
// are bound to tell the truth about `Origin`.

import { getDomain } from 'tldts'
import { err, ok, type Result } from '../lib/result.ts'

export type OriginEntry =
  | { readonly kind: 'exact'; readonly origin: string }
  /** `origin` still holds its `*`; `domain` is the registrable domain that it may not leave. */
  | { readonly kind: 'subdomains'; readonly origin: string; readonly domain: string }

export interface OriginList {
  readonly exact: ReadonlySet<string>
  /** `https://*.example.com` → registrable domain. */
  readonly subdomains: ReadonlyMap<string, string>
}

const ORIGIN_MAX_LENGTH = 300
const LABEL = '[a-z0-9_-]{1,63}'
/** Scheme, host and port of an origin as browsers serialise it. */
const ORIGIN = new RegExp(
  `^([a-z][a-z0-9+.-]*)://(${LABEL}(?:\\.${LABEL})*\\.?|\\[[0-9a-f:]+\\])(?::([1-9][0-9]{0,4}))?$`,
)
/** Their pages send `null` (file), or no origin is ever spelled so (the others). */
const FOREIGN_SCHEMES = new Set(['file', 'ws', 'wss', 'ftp', 'data', 'blob', 'about', 'javascript'])

/**
 * Reads one entry: `scheme://host[:port]`, or `https://*.host` for the hosts below one. The error
 * says what is wrong and, where it can be told, what would be right.
 */
export function parseOriginEntry(text: string): Result<OriginEntry, string> {
  if (text.length > ORIGIN_MAX_LENGTH) return err(`is longer than ${ORIGIN_MAX_LENGTH} characters`)
  if (text === 'null') return err('null is sent by every sandboxed page and identifies none')
  if (text === '*') return err('* admits every site; lift the restriction instead')
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase()
  if (scheme === undefined)
    return err(`${text} has no scheme; write it like https://app.example.com`)
  if (FOREIGN_SCHEMES.has(scheme)) return err(`no page sends an origin with the scheme ${scheme}:`)

  const web = scheme === 'http' || scheme === 'https'
  const sent = web ? serialised(text) : text
  if (sent === undefined)
    return err(`${text} is not an origin; write it like https://app.example.com`)
  if (sent !== text) return err(`a browser never sends ${text}; write ${sent}`)

  const wildcard = web && text.startsWith('://*.', scheme.length)
  const parts = parseOrigin(wildcard ? text.replace('*.', '') : text)
  if (!parts) {
    return err(
      `${text} is not scheme://host or scheme://host:port; a * can only be the first label of a website`,
    )
  }
  return wildcard ? subdomainEntry(text, parts.host) : ok({ kind: 'exact', origin: text })
}

/** Compiles stored entries; `unreadable` is the first one that no list can hold. */
export function compileOriginList(
  entries: readonly string[],
): OriginList | { readonly unreadable: string } {
  const exact = new Set<string>()
  const subdomains = new Map<string, string>()
  for (const text of entries) {
    const entry = parseOriginEntry(text)
    if (!entry.ok) return { unreadable: text }
    if (entry.value.kind === 'exact') exact.add(text)
    else subdomains.set(text, entry.value.domain)
  }
  return { exact, subdomains }
}

/**
 * Whether a list admits an `Origin` header, given as it was sent. One lookup for plain entries, one
 * per label of the host for wildcards, however long the list.
 */
export function originListContains(list: OriginList, origin: string): boolean {
  if (list.exact.has(origin)) return true
  const parts = list.subdomains.size > 0 ? parseOrigin(origin) : undefined
  if (!parts) return false
  const { scheme, host, port } = parts
  for (let dot = host.indexOf('.'); dot !== -1; dot = host.indexOf('.', dot + 1)) {
    const domain = list.subdomains.get(`${scheme}://*${host.slice(dot)}${port}`)
    // `*.amazonaws.com` must not reach what strangers host below s3.amazonaws.com.
    if (domain !== undefined && registrableDomain(host) === domain) return true
  }
  return false
}

/** Whether a header value has the form of one origin, and so may be echoed in a CORS header. */
export function isSerializedOrigin(text: string): boolean {
  return parseOrigin(text) !== undefined
}

function subdomainEntry(origin: string, parent: string): Result<OriginEntry, string> {
  const domain = parent.endsWith('.') ? undefined : registrableDomain(parent)
  if (domain === undefined) {
    return err(
      `${origin} reaches beyond one owner: ${parent} is a public suffix; name a domain below it`,
    )
  }
  return ok({ kind: 'subdomains', origin, domain })
}

/** By the public suffix list with its private section, so that vercel.app is a suffix too. */
function registrableDomain(host: string): string | undefined {
  return getDomain(host, { allowPrivateDomains: true, extractHostname: false }) ?? undefined
}

/** `port` has its leading colon, or is empty. */
function parseOrigin(
  text: string,
): { readonly scheme: string; readonly host: string; readonly port: string } | undefined {
  if (text.length > ORIGIN_MAX_LENGTH) return undefined
  const [, scheme, host, port] = ORIGIN.exec(text) ?? []
  if (scheme === undefined || host === undefined || Number(port ?? 0) > 65_535) return undefined
  return { scheme, host, port: port === undefined ? '' : `:${port}` }
}

/** What a browser makes of an http(s) origin: lower case, A-labels, no default port, nothing after. */
function serialised(text: string): string | undefined {
  try {
    return new URL(text).origin
  } catch {
    return undefined
  }
}
