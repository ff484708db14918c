// Where a request goes. The host comes from configuration and from nowhere else: resolving the path
// (`new URL(path, origin)`) would let `//evil.example` or `/\\evil.example` choose it. So the path is
// put behind the configured address, and only where the URL parser is known to leave both as they are:
// by the form of the path, or else by asking the parser.

// Segments that no parser changes or takes for anything else: unreserved characters, sub-delims save
// `;`, `:` and `@`, none beginning with a dot; and a query without a character that is escaped.
const PLAIN_PATH = /^(?:\/|(?:\/[\w\-~!$&'()*+,=:@][\w\-.~!$&'()*+,=:@]*)+\/?)$/
const PLAIN_SEARCH = /^(?:\?[!$%&(-;=?-~]+)?$/

/** By configured URL: its href without query, fragment and the slash at its end. */
const prefixes = new WeakMap<URL, string>()

/**
 * The upstream address of a canonical path.
 * @param base the product's configured base URL; its path, with or without a trailing slash, is the prefix.
 * @param path canonical, starts with a single `/`.
 * @param search empty, or with its leading `?`.
 * @returns undefined when the parser made anything else of it; the caller refuses with `path_ambiguous`.
 */
export function upstreamUrl(base: URL, path: string, search: string): string | undefined {
  if (PLAIN_PATH.test(path) && PLAIN_SEARCH.test(search)) return prefixOf(base) + path + search
  return parsedUrl(base, path, search)
}

function prefixOf(base: URL): string {
  const known = prefixes.get(base)
  if (known !== undefined) return known
  const url = new URL(base.href)
  url.search = ''
  url.hash = ''
  const prefix = url.href.replace(/\/$/, '')
  prefixes.set(base, prefix)
  return prefix
}

function parsedUrl(base: URL, path: string, search: string): string | undefined {
  if (!path.startsWith('/') || path.startsWith('//')) return undefined
  const pathname = base.pathname.replace(/\/$/, '') + path
  const url = new URL(base.href)
  url.pathname = pathname
  url.search = search
  url.hash = ''
  const unchanged =
    url.protocol === base.protocol &&
    url.host === base.host &&
    url.username === base.username &&
    url.password === base.password &&
    url.pathname === pathname &&
    url.search === search
  return unchanged ? url.href : undefined
}
