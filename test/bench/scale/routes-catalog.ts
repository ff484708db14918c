// Catalogs of any number of routes.

import { defineCatalog, type Catalog, type Product } from '../../../src/catalog/define.ts'
import { shipped } from '../../../src/catalog.ts'

const ROUTES_PER_PRODUCT = 10

/** So many routes, ten a product: half literal, half with a parameter, the last for all below it. */
export function catalogOfRoutes(routes: number): Catalog {
  const { scopes, publishable } = shipped
  const plans = { enterprise: { limits: [{ name: 'plan', quota: 1_000, window: 60 }] } }
  return defineCatalog({ scopes, plans, publishable, products: productsOf(routes) })
}

/** A path that the last route of such a catalog matches. */
export const lastPath = (routes: number): string =>
  `/api/p${Math.ceil(routes / ROUTES_PER_PRODUCT) - 1}/all/of/it`

export function productIds(routes: number): string[] {
  return productsOf(routes).map(({ id }) => id)
}

function productsOf(routes: number): Product[] {
  return Array.from({ length: Math.ceil(routes / ROUTES_PER_PRODUCT) }, (_, p) => ({
    id: `product_${p}`,
    accepts: ['secret', 'publishable'],
    prefix: `/api/p${p}`,
    routes: [
      {
        verbs: ['POST'],
        pattern: '/open',
        scopes: ['sessions:create'],
        publishable: true,
      },
      ...Array.from({ length: (ROUTES_PER_PRODUCT - 2) / 2 }, (_r, r) => [
        { verbs: ['GET' as const], pattern: `/things${r}`, scopes: ['sessions:read'] },
        { verbs: ['GET' as const], pattern: `/things${r}/:id`, scopes: ['sessions:read'] },
      ]).flat(),
      { verbs: ['GET'], pattern: '/all/**', scopes: ['sessions:read'] },
    ],
  }))
}
