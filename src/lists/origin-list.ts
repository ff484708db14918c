// Origin allowlists of publishable keys. An origin is compared byte for byte with what a browser
// sends (RFC 6454 §6.2, WHATWG HTML "serialization of an origin"), so an entry is accepted only in
// exactly that form. It keeps other sites' pages out; it authenticates nobody, since only browsers
// are bound to tell the truth about `Origin`. What is wrong with an entry is told by origin-entry.ts.

export type OriginEntry =
  | { readonly kind: 'exact'; readonly origin: string }
  /** `origin` still holds its `*`; `parent` is the host whose hosts below it admits. */
  | { readonly kind: 'subdomains'; readonly origin: string; readonly parent: string }

export interface OriginList {
  readonly exact: ReadonlySet<string>
  /** Such as `https://*.example.com`. */
  readonly subdomains: ReadonlySet<string>
}

/** Wildcard origins → the registrable domain that each stays below, as origin-owner.ts judged it. */
export type OriginOwners = Readonly<Record<string, string>>

export const ORIGIN_MAX_LENGTH = 300
const LABEL = '[a-z0-9_-]{1,63}'
/** Scheme, host and port of an origin as browsers serialise it. */
const ORIGIN = new RegExp(
  `^([a-z][a-z0-9+.-]*)://(${LABEL}(?:\\.${LABEL})*\\.?|\\[[0-9a-f:]+\\])(?::([1-9][0-9]{0,4}))?$`,
)
/** Their pages send `null` (file), or no origin is ever spelled so (the others). */
export const FOREIGN_SCHEMES: ReadonlySet<string> = new Set([
  'file',
  'ws',
  'wss',
  'ftp',
  'data',
  'blob',
  'about',
  'javascript',
])

/** Reads one entry: `scheme://host[:port]`, or `https://*.host` for the hosts below one. */
export function readOriginEntry(text: string): OriginEntry | undefined {
  const wildcard = text.includes('://*.')
  const parts = parseOrigin(wildcard ? text.replace('*.', '') : text)
  if (!parts || FOREIGN_SCHEMES.has(parts.scheme)) return undefined
  if (isWeb(parts.scheme)) {
    if (serialised(text) !== text) return undefined
  } else if (wildcard) return undefined
  return wildcard
    ? { kind: 'subdomains', origin: text, parent: parts.host }
    : { kind: 'exact', origin: text }
}

/**
 * Compiles stored entries; `unreadable` is the first one that no list can hold. That is also a wildcard
 * which nobody has judged, or whose owner is another's.
 */
export function compileOriginList(
  entries: readonly string[],
  owners: OriginOwners,
): OriginList | { readonly unreadable: string } {
  const exact = new Set<string>()
  const subdomains = new Set<string>()
  for (const text of entries) {
    const entry = readOriginEntry(text)
    if (entry?.kind === 'exact') exact.add(text)
    else if (entry && isWithin(entry.parent, owners[text])) subdomains.add(text)
    else return { unreadable: text }
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
    if (list.subdomains.has(`${scheme}://*${host.slice(dot)}${port}`)) return true
  }
  return false
}

/** Whether a header value has the form of one origin, and so may be echoed in a CORS header. */
export function isSerializedOrigin(text: string): boolean {
  return parseOrigin(text) !== undefined
}

export function isWeb(scheme: string): boolean {
  return scheme === 'http' || scheme === 'https'
}

/** What a browser makes of an http(s) origin: lower case, A-labels, no default port, nothing after. */
export function serialised(text: string): string | undefined {
  try {
    return new URL(text).origin
  } catch {
    return undefined
  }
}

function isWithin(host: string, owner: string | undefined): boolean {
  return owner !== undefined && (host === owner || host.endsWith(`.${owner}`))
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
