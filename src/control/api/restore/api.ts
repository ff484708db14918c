// What an operator asks for once D1 has been set back to an earlier state.

import { z } from '@hono/zod-openapi'

import { controlApp, json, define } from '../operation.ts'
import { inOrganization } from '../request.ts'
import { compareRecords, type Ahead } from './records.ts'
import { republish } from './republish.ts'

export const restoreApi = controlApp()

/** Pages of KV that one call compares; each takes three calls. */
const PAGES = 10
/** Keys that an answer names. */
const NAMED = 20

define(restoreApi, 'republish', {
  summary: 'After D1 was set back: raise and publish generations, a slice with each call',
  description:
    'Call it again with `after` = `next` until `next` is null. From `enforced_at` of the last call on nothing is admitted on a record that D1 does not have. `pending` counts keys whose guards were not reached: the cron goes on with those.',
  request: { query: inOrganization.extend({ after: z.string().max(2_000).optional() }) },
  responses: {
    200: json(
      z.object({
        published: z.int(),
        pending: z.int(),
        enforced_at: z.int().nullable(),
        next: z.string().nullable(),
      }),
      'What this slice came to',
    ),
  },
  async handle(c) {
    const { organization, after = '' } = c.req.valid('query')
    return c.json(await republish(c.env.context.edge, organization, after), 200)
  },
})

define(restoreApi, 'compareRecords', {
  summary: 'Whether KV knows records that D1 does not have: then D1 was set back',
  request: { query: z.strictObject({ after: z.string().max(2_000).optional() }) },
  responses: {
    200: json(
      z.object({
        records: z.int().openapi({ description: 'Records looked at' }),
        ahead: z.int().openapi({ description: 'Those of a generation that D1 has not' }),
        keys: z.array(z.string()).openapi({ description: `At most ${NAMED} of them` }),
        next: z.string().nullable().openapi({ description: 'Go on with `after` = this' }),
        settings_differ: z
          .array(z.string())
          .openapi({ description: 'Settings in which the gate and control are not alike' }),
      }),
      'What was found',
    ),
  },
  async handle(c) {
    const { bindings, differing } = c.env.context.edge
    let cursor: string | null = c.req.valid('query').after ?? null
    let records = 0
    const ahead: Ahead[] = []
    for (let page = 0; page < PAGES; page++) {
      const compared = await compareRecords(bindings, cursor)
      records += compared.records
      ahead.push(...compared.ahead)
      cursor = compared.cursor
      if (cursor === null) break
    }
    const keys = ahead.slice(0, NAMED).map(({ id }) => id)
    return c.json(
      { records, ahead: ahead.length, keys, next: cursor, settings_differ: [...differing] },
      200,
    )
  },
})
