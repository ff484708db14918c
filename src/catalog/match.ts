// From method and path to one row of the catalog. Rows are handed to hono's routers in order of
// specificity, so that the first match is the most specific: a literal segment before `:id`, `:id`
// before `/**`, decided segment by segment from the left.
//
// Many upstreams ignore case, a trailing slash or trailing dots (Express does the first two by
// default). A path that would be another row's for such an upstream (`/sessions/1/Result`, which is
// below `/sessions/**` but not `/sessions/:id/result`) matches nothing: it is refused, not guessed.

import { RegExpRouter } from 'hono/router/reg-exp-router'
import { SmartRouter } from 'hono/router/smart-router'
import { TrieRouter } from 'hono/router/trie-router'

import { fullPattern } from './check.ts'
import type { Catalog, Product, Route, Verb } from './define.ts'

/** One row of the catalog as the gate uses it. */
export interface MatchedRoute {
  readonly product: Product
  readonly route: Route
  /** For audit and explain, e.g. `/api/v1/sessions/:id/result`. */
  readonly pattern: string
}

export interface RouteTable {
  /** The most specific row for a method (HEAD is GET) and a canonical path. */
  match(method: string, path: string): MatchedRoute | undefined
  /** The verbs that publishable keys may use on a path, for a preflight; empty when there is none. */
  publishableVerbs(path: string): Verb[]
}

const VERBS: readonly Verb[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** Compiles a catalog once; matching then costs one router look-up. */
export function compileRoutes(catalog: Catalog): RouteTable {
  return compileRouteRows(catalog.products)
}

/** The same for products that stand outside a catalog, as the management API does. */
export function compileRouteRows(products: readonly Product[]): RouteTable {
  const rows = products
    .flatMap((product) =>
      product.routes.map((route) => ({ product, route, pattern: fullPattern(product, route) })),
    )
    .toSorted((a, b) => compareSpecificity(a.pattern, b.pattern))
  const exact = compileRouter(rows, (pattern) => pattern)
  const folded = compileRouter(rows, fold)
  const match = (method: string, path: string): MatchedRoute | undefined => {
    const verb = method === 'HEAD' ? 'GET' : method
    const row = exact.match(verb, path)[0][0]?.[0]
    if (!row || !NEEDS_FOLDING.test(path)) return row
    return folded.match(verb, fold(path))[0][0]?.[0] === row ? row : undefined
  }
  return {
    match,
    publishableVerbs: (path) => VERBS.filter((verb) => match(verb, path)?.route.publishable),
  }
}

type Router = SmartRouter<MatchedRoute>

function compileRouter(rows: readonly MatchedRoute[], spell: (pattern: string) => string): Router {
  const router: Router = new SmartRouter({ routers: [new RegExpRouter(), new TrieRouter()] })
  for (const row of rows) {
    const pattern =
      spell(row.pattern.replace(/\/\*\*$/, '')) + (row.pattern.endsWith('/**') ? '/*' : '')
    for (const verb of row.route.verbs) router.add(verb, pattern, row)
  }
  return router
}

const NEEDS_FOLDING = /[A-Z]|\/$|(?:\.|%20)(?:\/|$)/

/** A path as the most forgiving upstream reads it. */
function fold(path: string): string {
  return path
    .replace(/(?<!\.|%20)(?:\.|%20)+(?=\/|$)/g, '')
    .replace(/\/$/, '')
    .toLowerCase()
}

/** Negative when `a` is the more specific pattern. */
function compareSpecificity(a: string, b: string): number {
  const left = a.split('/')
  const right = b.split('/')
  for (let i = 1; i < Math.max(left.length, right.length); i++) {
    const difference = rank(left[i]) - rank(right[i])
    if (difference !== 0) return difference
  }
  return 0
}

/** A literal, then the pattern's end, then a name, then everything below. */
function rank(segment: string | undefined): number {
  if (segment === undefined) return 1
  if (segment === '**') return 3
  return segment.startsWith(':') ? 2 : 0
}
