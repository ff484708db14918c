// A catalog whose plan counts by the minute, the day and the month, and for ever; on requests and on credits.

import { defineCatalog } from '../../src/catalog/define.ts'

export const quotasCatalog = defineCatalog({
  scopes: { use: { description: 'Use it', byDefault: true } },
  plans: {
    metered: {
      limits: [
        { name: 'plan', quota: 500, window: 60 },
        { name: 'calls', quota: 400, window: 'day' },
        { name: 'credits', unit: 'credits', quota: 100, window: 'month' },
        { name: 'grant', unit: 'credits', quota: 1_000, window: 'balance' },
      ],
      lease: { seconds: 2 },
    },
  },
  publishable: { quota: 10, window: 60, per: 'key', scopes: [] },
  products: [
    {
      id: 'metered',
      accepts: ['secret'],
      routes: [
        { verbs: ['GET'], pattern: '/free', scopes: ['use'] },
        { verbs: ['GET'], pattern: '/priced', scopes: ['use'], credits: 7 },
      ],
    },
  ],
})
