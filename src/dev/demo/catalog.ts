// The shipped catalog and, in the demo only, routes that show what a JSON API does not: streaming,
// WebSockets, redirects, deadlines, and an upstream that answers with what it should not.

import { defineCatalog, type Product, type Route } from '../../catalog/define.ts'
import { shipped } from '../../catalog.ts'

const READ = { verbs: ['GET'], scopes: ['sessions:read'] } as const

const DEMO_ROUTES: readonly Route[] = [
  { ...READ, pattern: '/demo/stream' },
  { ...READ, pattern: '/demo/ws' },
  { ...READ, pattern: '/demo/redirect' },
  { ...READ, pattern: '/demo/slow', deadlineMs: 2_000 },
  { ...READ, pattern: '/demo/hostile' },
]

export const demoCatalog = defineCatalog({
  ...shipped,
  products: shipped.products.map((product): Product =>
    product.id === 'verifa' ? { ...product, routes: [...product.routes, ...DEMO_ROUTES] } : product,
  ),
})
