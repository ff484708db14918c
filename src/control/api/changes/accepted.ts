// How a change answers that may touch many keys: 200 with its receipt, or 202 while the queue is still
// telling the guards.

import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'

import { API_PREFIX } from '../../../lib/paths.ts'
import type { Receipt } from '../keys/schemas.ts'
import type { ControlEnv } from '../context.ts'
import { json } from '../operation.ts'

/** The entries of both answers. */
export function changeResponses<T extends z.ZodType>(schema: T, description: string) {
  return {
    200: json(schema, description),
    202: {
      ...json(schema, 'Made; above 50 keys the guards are told one after the other. See Location.'),
      headers: z.object({
        location: z.string().openapi({ description: 'Where to follow it: getChange' }),
      }),
    },
  }
}

/** The answer, with where to follow the change while it is not in force yet. */
export function answerChange<T extends object>(
  c: Context<ControlEnv>,
  organization: string,
  { change_id }: Receipt,
  answer: T,
) {
  if (change_id === undefined) return c.json(answer, 200)
  const query = c.env.context.actor.type === 'operator' ? `?organization=${organization}` : ''
  return c.json(answer, 202, { location: `${API_PREFIX}/changes/${change_id}${query}` })
}
