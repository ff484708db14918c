// An event of the audit, as the API shows it.

import { z } from '@hono/zod-openapi'

import { DECISIONS } from '../../../audit/event.ts'
import type { LinkedEvent } from '../../logs/link.ts'
import { COLUMNS, MEMBERS } from '../../logs/row.ts'
import { nullableText as text } from './parameters.ts'

export const Event = z
  .object({
    id: z.string().openapi({
      description:
        'The request id, as in X-Request-Id; where the gate ended an open connection, its request’s with the version 8 in place of 4',
    }),
    at: z.int(),
    organization_id: text,
    key_id: text,
    kind: text,
    service_user_id: text,
    source_system: text,
    environment: text,
    actor: text.openapi({ description: 'Who called where no credential did' }),
    product: text,
    route: text,
    method: z.string(),
    path: z.string(),
    decision: z.enum(DECISIONS),
    reason: text,
    status: z.int().openapi({
      description:
        'As the client was answered; of a 502 or 504 in place of an answer of Cloudflare’s own, that one’s (520 to 530)',
    }),
    upstream_ms: z.int().nullable(),
    client_ip: text,
    credits: z.int().nullable(),
    sequence: z.int(),
    hash: z.string(),
  })
  .openapi('AuditEvent')

/** What the API calls the members of an event: as the columns, ids by what they are of. */
const NAMES = {
  ...COLUMNS,
  organization: 'organization_id',
  key: 'key_id',
  serviceUser: 'service_user_id',
} as const

type View = {
  readonly [M in Exclude<keyof LinkedEvent, 'previousHash'> as (typeof NAMES)[M]]: LinkedEvent[M]
}

export function eventView(event: LinkedEvent): z.infer<typeof Event> {
  const shown = MEMBERS.filter((member) => member !== 'previousHash')
  return Object.fromEntries(shown.map((member) => [NAMES[member], event[member]])) as View
}
