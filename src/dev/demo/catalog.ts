// The shipped catalog and, in the demo only, a monthly allowance of credits, a price for document
// verification, and routes that show what a JSON API does not: streaming, WebSockets, redirects, deadlines,
// and an upstream that answers with what it should not.

import { defineCatalog, type Plan, type Product, type Route } from '../../catalog/define.ts'
import { shipped } from '../../catalog.ts'

const READ = { verbs: ['GET'], scopes: ['sessions:read'] } as const

const DEMO_ROUTES: readonly Route[] = [
  { ...READ, pattern: '/demo/stream' },
  { ...READ, pattern: '/demo/ws' },
  { ...READ, pattern: '/demo/redirect' },
  { ...READ, pattern: '/demo/slow', deadlineMs: 2_000 },
  { ...READ, pattern: '/demo/hostile' },
]

/** Credits a month, by plan: what the calls that cost some are seen against. */
const CREDITS: Readonly<Record<string, number>> = {
  free: 1_000,
  starter: 10_000,
  professional: 50_000,
  enterprise: 250_000,
}

export const demoCatalog = defineCatalog({
  ...shipped,
  plans: Object.fromEntries(
    Object.entries(shipped.plans).map(([name, plan]): [string, Plan] => {
      const credits = { unit: 'credits', quota: CREDITS[name] ?? 1_000, window: 'month' } as const
      return [name, { ...plan, limits: [...plan.limits, { name: 'credits', ...credits }] }]
    }),
  ),
  products: shipped.products.map((product): Product => {
    if (product.id === 'verifa') {
      return { ...product, routes: [...product.routes, ...DEMO_ROUTES] }
    }
    if (product.id !== 'document_verification') return product
    const priced = product.routes.map((route): Route =>
      route.verbs.includes('POST') ? { ...route, credits: 2 } : route,
    )
    return { ...product, routes: priced }
  }),
})
