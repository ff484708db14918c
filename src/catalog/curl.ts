// A cURL line to paste, made from the catalog: of a call that passes as it stands, or none. Pure.

import { SPELLED } from '../lib/header-names.ts'
import { KINDS, presentation } from '../credentials/kinds.ts'
import { fullPattern } from './check.ts'
import type { Catalog, Kind, Product, Route } from './define.ts'

/** The file that a line sends where one is to be sent. */
export const DOCUMENT = './document.pdf'

export interface Example {
  readonly url: string
  readonly kind: Kind
  readonly value: string
  readonly scopes: readonly string[]
  readonly products: readonly string[]
  /** The key's lists; null: none. An empty one admits nobody. One of the origins is sent. */
  readonly origins?: readonly string[] | null
  readonly ips?: readonly string[] | null
  /** Of a service user. */
  readonly sourceSystem?: string | undefined
  readonly department?: string | undefined
}

/** A call that the credential may make; undefined when the catalog, or a list, has none for it. */
export function curlLine(catalog: Catalog, example: Example): string | undefined {
  if (example.ips?.length === 0 || example.origins?.length === 0) return undefined
  const choices = catalog.products
    .filter(({ id, accepts }) => example.products.includes(id) && accepts.includes(example.kind))
    .flatMap((product) => product.routes.map((route) => ({ product, route })))
    .filter(({ product, route }) => isOpen(product, route, example))
  const best =
    KINDS[example.kind].holds.scopes === 'any'
      ? (choices.find(({ route }) => route.verbs.includes('GET')) ?? choices[0])
      : choices[0]
  if (!best) return undefined
  const verb = best.route.verbs[0] ?? 'GET'
  const target = example.url + fullPattern(best.product, best.route).replace('/**', '')
  const words = [
    `curl -X ${verb} ${quoted(target)}`,
    `-H ${quoted(presentation(KINDS[example.kind].scheme, example.value).join(': '))}`,
    ...originOf(example).map((origin) => `-H ${quoted(`Origin: ${origin}`)}`),
    ...(best.route.department === undefined || example.department === undefined
      ? []
      : [`-H ${quoted(`${SPELLED.department}: ${example.department}`)}`]),
    ...(verb === 'GET' ? [] : body(best.route, example)),
  ]
  return words.join(' \\\n  ')
}

function isOpen(product: Product, route: Route, example: Example): boolean {
  const granted =
    route.scopes.length === 0 || route.scopes.some((scope) => example.scopes.includes(scope))
  const open = KINDS[example.kind].routes !== 'open' || route.publishable === true
  const named = route.department === undefined || example.department !== undefined
  return granted && open && named && !fullPattern(product, route).includes('/:')
}

/** Nothing without a list; of `https://*.example.com` any name below it does. */
function originOf({ origins }: Example): string[] {
  const [origin] = (origins ?? []).toSorted(
    (a, b) => Number(a.includes('*')) - Number(b.includes('*')),
  )
  return origin === undefined ? [] : [origin.replace('*', 'app')]
}

/** A document where a service user acts for a department, as in the vault; else an empty object. */
function body(route: Route, { sourceSystem, department }: Example): string[] {
  if (route.department === undefined) return [`-H 'Content-Type: application/json'`, `-d '{}'`]
  const metadata = {
    ...(sourceSystem !== undefined && { source_tag: sourceSystem }),
    external_id: 'session-123',
    document_category: sourceSystem === undefined ? 'kyc' : `kyc_${sourceSystem}`,
    department,
  }
  return [`-F 'file=@${DOCUMENT}'`, `-F ${quoted(`metadata=${JSON.stringify(metadata)}`)}`]
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
