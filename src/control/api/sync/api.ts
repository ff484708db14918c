// What raw SQL changed, published at once.

import { z } from '@hono/zod-openapi'

import { longestLeaseMs } from '../../../guard/lease-terms.ts'
import { publishPending } from '../../../guard/publish.ts'
import { recordOpsChanges } from '../../logs/ops-changes.ts'
import { controlApp, define, json } from '../operation.ts'
import { judgeOrigins } from '../origin-owners.ts'

export const syncApi = controlApp()

define(syncApi, 'sync', {
  summary: 'Publish what raw SQL changed, now instead of with the next cron',
  request: { query: z.strictObject({}) },
  responses: {
    200: json(
      z.object({ published: z.int(), pending: z.int(), enforced_at: z.int().nullable() }),
      'How many keys were published and how many are still pending',
    ),
  },
  async handle(c) {
    const { edge, waitUntil } = c.env.context
    await judgeOrigins(edge.bindings)
    const published = await publishPending(edge.bindings, longestLeaseMs(edge.catalog))
    // On record now or by the cron; being in force does not wait for it.
    waitUntil(
      recordOpsChanges(edge.bindings.DB).catch((error: unknown) =>
        console.error('changes by ops are left to the cron', error),
      ),
    )
    return c.json(published, 200)
  },
})
