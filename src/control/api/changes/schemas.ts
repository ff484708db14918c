// A change that the queue finishes, as the API shows it.

import { z } from '@hono/zod-openapi'

import { Id, Time } from '../keys/schemas.ts'

export const Change = z
  .object({
    id: Id('chg'),
    total: z.int().openapi({ description: 'Keys whose guards had to be told' }),
    pending: z.int().openapi({ description: 'Keys whose guards are still to be told' }),
    enforced_at: Time.nullable().openapi({
      description: 'From then on nothing older is admitted anywhere; null while any is pending',
    }),
    created_at: Time,
  })
  .openapi('Change')

export type Change = z.infer<typeof Change>
