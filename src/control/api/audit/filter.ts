// What the audit is asked for: the parameters of a query, and the filter that they come to.

import { z } from '@hono/zod-openapi'

import { DECISIONS, MAX_LENGTH } from '../../../audit/event.ts'
import type { EventFilter } from '../../logs/query.ts'
import { ENVIRONMENTS, KIND_NAMES } from '../../../credentials/kinds.ts'
import { formatAddress, parseAddress } from '../../../lists/address.ts'
import { environmentOf } from '../actor.ts'
import type { ControlContext } from '../context.ts'
import { Id } from '../keys/schemas.ts'
import { Organization, organizationOfQuery } from './parameters.ts'

export const Filter = z.strictObject({
  organization: Organization,
  key: Id('key').optional(),
  kind: z.enum(KIND_NAMES).optional(),
  service_user: Id('su').optional(),
  source_system: z.string().max(64).optional(),
  environment: z.enum(ENVIRONMENTS).optional(),
  caller: z.enum(['credential', 'person']).optional().openapi({
    description: '`person`: what operators and people did, by token or in the console',
  }),
  actor: z.string().max(MAX_LENGTH.actor).optional().openapi({ example: 'person:ann@example.com' }),
  product: z.string().max(64).optional(),
  route: z.string().max(MAX_LENGTH.route).optional(),
  method: z
    .string()
    .regex(/^[A-Z-]{1,16}$/, 'must be a method, in capitals')
    .optional(),
  path: z
    .string()
    .max(MAX_LENGTH.path)
    .optional()
    .openapi({ description: 'What the path begins with' }),
  decision: z.enum(DECISIONS).optional(),
  reason: z.string().max(64).optional(),
  status: z
    .string()
    .regex(/^[1-9](?:\d\d|xx)$/, 'must be a status or a class, such as 404 or 4xx')
    .optional()
    .openapi({ description: 'One, or a class such as `4xx`' }),
  client_ip: z
    .string()
    .refine((given) => parseAddress(given) !== undefined, 'must be an IP address')
    .optional(),
  credits: z.coerce
    .number()
    .int()
    .min(0)
    .optional()
    .openapi({ description: 'So many or more; 1: whatever was charged' }),
  upstream_ms: z.coerce
    .number()
    .int()
    .min(0)
    .optional()
    .openapi({ description: 'The upstream took so long or longer' }),
  request_id: z.uuid().optional(),
  from: z.coerce.number().int().min(0).optional(),
  to: z.coerce.number().int().min(0).optional(),
})

export function filterOf(context: ControlContext, asked: z.infer<typeof Filter>): EventFilter {
  const { status, client_ip } = asked
  return {
    ...asked,
    organization: organizationOfQuery(context, asked.organization),
    confined: environmentOf(context.actor),
    status: status === undefined ? undefined : statusesOf(status),
    client_ip: client_ip === undefined ? undefined : plainAddress(client_ip),
  }
}

/** `404`, or `4xx` for all from 400 to 499. */
function statusesOf(asked: string): readonly [number, number] {
  return [Number(asked.replaceAll('x', '0')), Number(asked.replaceAll('x', '9'))]
}

/** In the one spelling that events have. */
function plainAddress(given: string): string {
  const address = parseAddress(given)
  return address ? formatAddress(address) : given
}
