// The catalog that the attack corpus speaks of: orders, billing and admin, each behind its scope.
// Its `/public/*` needs no credential there; nothing does not here, so it needs a key and no scope,
// save for the report of each, which is the administrators'.

import { defineCatalog, WRITES, type Product, type Route } from '../../../src/catalog/define.ts'

/** How long the upstream may take for `/orders/slow`. */
export const SLOW_DEADLINE_MS = 1_500

function area(id: string): Product {
  return {
    id,
    accepts: ['secret', 'publishable', 'jwt'],
    routes: [
      {
        verbs: ['GET'],
        pattern: `/${id}/**`,
        scopes: [`${id}:read`],
        publishable: id === 'orders',
      },
      { verbs: WRITES, pattern: `/${id}/**`, scopes: [`${id}:write`] },
    ],
  }
}

const SCOPES = ['orders', 'billing', 'admin'].flatMap((id) => [`${id}:read`, `${id}:write`])

const slow: Route = {
  verbs: ['GET', 'POST'],
  pattern: '/orders/slow',
  scopes: ['orders:read'],
  deadlineMs: SLOW_DEADLINE_MS,
}
const orders = area('orders')

export const corpusCatalog = defineCatalog({
  scopes: Object.fromEntries(SCOPES.map((scope) => [scope, { description: scope }])),
  plans: { standard: { limits: [{ name: 'plan', quota: 1000, window: 60 }] } },
  publishable: { quota: 10, window: 60, per: 'key', scopes: ['orders:read'] },
  products: [
    { ...orders, routes: [...orders.routes, slow] },
    area('billing'),
    area('admin'),
    {
      id: 'public',
      accepts: ['secret', 'jwt'],
      routes: [
        { verbs: ['GET'], pattern: '/public/**', scopes: [] },
        { verbs: ['GET'], pattern: '/public/:id/report', scopes: ['admin:read'] },
      ],
    },
  ],
})
