// Where a request goes. The host comes from configuration and from nowhere else: the path is set on
// a copy of the configured URL, because resolving it (`new URL(path, origin)`) or concatenating it
// lets `//evil.example`, `/\evil.example` or `@evil.example` choose the host (threat 1).

/**
 * The upstream address of a canonical path.
 * @param base the product's configured base URL; its path, with or without a trailing slash, is the prefix.
 * @param path canonical, starts with a single `/`.
 * @param search empty, or with its leading `?`.
 * @returns undefined when the parser made anything else of it; the caller refuses with `path_ambiguous`.
 */
export function upstreamUrl(base: URL, path: string, search: string): URL | undefined {
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
  return unchanged ? url : undefined
}
