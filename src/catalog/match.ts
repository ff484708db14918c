// From method and path to one row of the catalog. Rows are handed to hono's routers in order of
// specificity, so that the first match is the most specific: a literal segment before `:id`, `:id`
// before `/**`, decided segment by segment from the left.
//
// Many upstreams ignore case, a slash at the end, or a format (Express does the first two by default,
// Django REST Framework and Rails the third). A path that would be another row's for such an upstream
// (`/sessions/1/Result` or `/sessions/1/result.json`, which are below `/sessions/**` but not
// `/sessions/:id/result`) matches nothing: it is refused, not guessed.

import { RegExpRouter } from 'hono/router/reg-exp-router'
import { SmartRouter } from 'hono/router/smart-router'
import { TrieRouter } from 'hono/router/trie-router'

import { fullPattern } from './check.ts'
import type { Catalog, Product, Route, Verb } from './define.ts'
import { ForgivingRouter } from './forgiving.ts'
import { MAY_BE_READ_OTHERWISE } from './readings.ts'

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
  const router = compileRouter(rows)
  const forgiving = compileForgiving(rows)
  const match = (method: string, path: string): MatchedRoute | undefined => {
    const verb = method === 'HEAD' ? 'GET' : method
    const row = router.match(verb, path)[0][0]?.[0]
    if (!row || !MAY_BE_READ_OTHERWISE.test(path)) return row
    return forgiving.get(verb)?.takesOnly(row, path) ? row : undefined
  }
  return {
    match,
    publishableVerbs: (path) => VERBS.filter((verb) => match(verb, path)?.route.publishable),
  }
}

type Router = SmartRouter<MatchedRoute>

function compileRouter(rows: readonly MatchedRoute[]): Router {
  const router: Router = new SmartRouter({ routers: [new RegExpRouter(), new TrieRouter()] })
  for (const row of rows) {
    const pattern = row.pattern.replace(/\/\*\*$/, '/*')
    for (const verb of row.route.verbs) router.add(verb, pattern, row)
  }
  return router
}

function compileForgiving(rows: readonly MatchedRoute[]): Map<string, ForgivingRouter> {
  const routers = new Map<string, ForgivingRouter>()
  for (const row of rows) {
    for (const verb of row.route.verbs) {
      const router = routers.get(verb) ?? new ForgivingRouter()
      routers.set(verb, router)
      router.add(row)
    }
  }
  return routers
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
