// What caches may do with what passes here: nothing is answered from a store on the way, and validators go
// only between one caller and the upstream. `fetch` with `no-store` sees to the way to the upstream.

import type { Product } from '../../catalog/define.ts'
import { KINDS, SCHEME_NAMES, SCHEMES } from '../../credentials/kinds.ts'
import type { HeaderReader } from './sent-headers.ts'

/** Where the upstream says nothing: nobody keeps it, the caller's own browser included. */
export const NOT_KEPT = 'private, no-store'

/** Directives for caches that many share: none of them may answer in the gate's place. */
const SHARED: ReadonlySet<string> = new Set(['public', 's-maxage', 'proxy-revalidate', 'private'])

/**
 * Lets a conditional request be answered with 304. With `no-store` the runtime adds `Cache-Control:
 * no-cache` and `Pragma: no-cache` where there is no `Cache-Control`, and Express and its kin answer
 * those with all they have (npm `fresh`). `max-age=0` asks the same of every cache between and leaves the
 * condition alone (RFC 9111 §5.2.1.1); a `Pragma` beside it counts for nothing (§5.4). What the client
 * itself says of caching stays.
 */
export function keepCondition(headers: Headers, sent: HeaderReader): void {
  if (sent.has('cache-control') || sent.has('pragma')) return
  if (sent.has('if-none-match') || sent.has('if-modified-since')) {
    headers.set('cache-control', 'max-age=0')
  }
}

/** Makes what an upstream lets be kept the caller's alone, under the credential that it was told to. */
export function keepPrivate(headers: Headers, credentials: string): void {
  const directives = (headers.get('cache-control') ?? '').split(',')
  const own = directives.filter((one) => !SHARED.has(nameOf(one)))
  const shared = directives.some((one) => ['public', 's-maxage'].includes(nameOf(one)))
  if (shared) headers.set('cache-control', ['private', ...own.map((one) => one.trim())].join(', '))
  if (credentials !== '') headers.append('vary', credentials)
}

function nameOf(directive: string): string {
  return (directive.split('=', 1)[0] ?? '').trim().toLowerCase()
}

const byProduct = new WeakMap<Product, string>()

/** The headers in which a product's callers present themselves, as `Vary` lists them. */
export function credentialsOf(product: Product): string {
  const known = byProduct.get(product)
  if (known !== undefined) return known
  const schemes = new Set(product.accepts.map((kind) => KINDS[kind].scheme))
  const names = SCHEME_NAMES.filter((scheme) => schemes.has(scheme))
    .map((scheme) => SCHEMES[scheme].header)
    .join(', ')
  byProduct.set(product, names)
  return names
}
