// What requests of many operations have in common: the organization, the id of one thing, a page, a key
// for making something once. And what their handlers take from it.

import { z } from '@hono/zod-openapi'

import { HEADERS } from '../../lib/header-names.ts'
import { organizationOf } from './actor.ts'
import type { ControlContext, ControlEnv } from './context.ts'
import { readIdempotency, type Idempotency } from './idempotency.ts'
import { Id } from './keys/schemas.ts'
import { json } from './operation.ts'

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

/** A validated request, as far as it is the same for all operations. */
interface Call {
  readonly env: ControlEnv['Bindings']
  readonly req: {
    query(name: string): string | undefined
    param(name: string): string | undefined
    readonly raw: Request
  }
}

/** The organization in which an operation is called, and the id of the thing, where it has one. */
export function targetOf({ env, req }: Call): {
  readonly context: ControlContext
  readonly organization: string
  readonly id: string
} {
  const { context } = env
  const organization = organizationOf(context.actor, req.query('organization'))
  return { context, organization, id: req.param('id') ?? '' }
}

/** The Idempotency-Key of a call; `request` is what an equal call repeats. */
export async function idempotencyOf(
  { env, req }: Call,
  operation: string,
  request: unknown,
): Promise<Idempotency | undefined> {
  return await readIdempotency(env.context, req.raw.headers, operation, request)
}
