// The answer 202: a change is made, and the queue is still telling the guards.

import { API_PREFIX } from '../../../lib/paths.ts'
import { z } from '@hono/zod-openapi'

import type { Receipt } from '../change.ts'
import type { ControlContext } from '../context.ts'
import { json } from '../operation.ts'

/** The header that says where to follow a change; none where it is in force already. */
export function changeLocation(
  { actor }: ControlContext,
  organization: string,
  { change_id }: Receipt,
): Record<string, string> {
  if (change_id === undefined) return {}
  const query = actor.type === 'operator' ? `?organization=${organization}` : ''
  return { location: `${API_PREFIX}/changes/${change_id}${query}` }
}

/** The entry of an answer that says: made, and not yet in force everywhere. */
export function accepted<T extends z.ZodType>(schema: T) {
  return {
    ...json(schema, 'Made; above 50 keys the guards are told one after the other. See Location.'),
    headers: z.object({
      location: z.string().openapi({ description: 'Where to follow it: getChange' }),
    }),
  }
}
