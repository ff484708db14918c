// An event of the audit, as the API shows it.

import { z } from '@hono/zod-openapi'

import { DECISIONS } from '../../../audit/event.ts'
import type { LinkedEvent } from '../../logs/link.ts'
import { nullableText as text } from './asked.ts'

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

export function eventView(event: LinkedEvent): z.infer<typeof Event> {
  return {
    id: event.id,
    at: event.at,
    organization_id: event.organization,
    key_id: event.key,
    kind: event.kind,
    service_user_id: event.serviceUser,
    source_system: event.sourceSystem,
    environment: event.environment,
    actor: event.actor,
    product: event.product,
    route: event.route,
    method: event.method,
    path: event.path,
    decision: event.decision,
    reason: event.reason,
    status: event.status,
    upstream_ms: event.upstreamMs,
    client_ip: event.clientIp,
    credits: event.credits,
    sequence: event.sequence,
    hash: event.hash,
  }
}
