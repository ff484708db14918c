// Addresses within the console. Nothing a client sends becomes one unchecked.

import { CONSOLE_PREFIX } from '../../lib/paths.ts'

export const CONSOLE = CONSOLE_PREFIX
export const SIGN_IN = `${CONSOLE}/sign-in`
export const SIGN_OUT = `${CONSOLE}/sign-out`
export const ORGANIZATIONS = `${CONSOLE}/`

/** A page of an organization: `pageUrl('org_acme', 'keys', 'key_1')`; a query may follow. */
export function pageUrl(organization: string, ...segments: readonly string[]): string {
  return [`${CONSOLE}/o`, organization, ...segments.filter((one) => one !== '')]
    .map((segment, i) => (i === 0 ? segment : encodeURIComponent(segment)))
    .join('/')
}

/** An address with a query; what is undefined or empty is left out. */
export function withQuery(
  path: string,
  query: Readonly<Record<string, string | number | undefined>>,
): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') search.set(name, String(value))
  }
  return search.size === 0 ? path : `${path}?${search.toString()}`
}

/** Where to go after signing in: a page of the console and nothing else; else its first page. */
export function readNext(asked: string | null | undefined, requestUrl: string): string {
  const own = new URL(requestUrl)
  const target = asked ? URL.parse(asked, own) : null
  if (!asked?.startsWith(`${CONSOLE}/`) || target?.origin !== own.origin) return ORGANIZATIONS
  const inside = target.pathname.startsWith(`${CONSOLE}/`)
  const gate = target.pathname === SIGN_IN || target.pathname === SIGN_OUT
  return inside && !gate ? target.pathname + target.search : ORGANIZATIONS
}
