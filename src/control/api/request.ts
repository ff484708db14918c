// What requests of many operations have in common: the organization, the id of one thing, a page, a key
// for making something once. And what their handlers take from it.

import { z } from '@hono/zod-openapi'

import { HEADERS } from '../../lib/header-names.ts'
import { readIdempotency, type Idempotency } from './idempotency.ts'
import { Id } from './keys/schemas.ts'
import { json } from './operation.ts'
import type { Call } from './target.ts'

/** The query of an operation within an organization. */
export const inOrganization = z.strictObject({
  organization: z
    .string()
    .regex(/^org_[0-9A-Za-z_]{1,60}$/)
    .optional()
    .openapi({ description: 'The organization to act in; operators only.', example: 'org_acme' }),
})

/** The request for one thing, whose ids begin with the prefix. */
export const byId = (prefix: string) => ({
  params: z.object({ id: Id(prefix) }),
  query: inOrganization,
})

/** The headers of an operation that makes something once for each Idempotency-Key. */
export const onceHeaders = {
  headers: z.object({ [HEADERS.idempotencyKey]: z.string().optional() }),
}

/** The answer of an operation that lists. */
export const listed = <T extends z.ZodType>(item: T) =>
  json(z.object({ items: z.array(item), next_cursor: z.string().nullable() }), 'A page')

/** The Idempotency-Key of a call; `request` is what an equal call repeats. */
export async function idempotencyOf(
  { env, req }: Call,
  operation: string,
  request: unknown,
): Promise<Idempotency | undefined> {
  return await readIdempotency(env.context, req.raw.headers, operation, request)
}
