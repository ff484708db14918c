// The audit, as the API shows it. A key sees its own organization; operators name
// one, or see with `organization=none` what belonged to nobody. A key sees its own environment.

import { z } from '@hono/zod-openapi'

import { DECISIONS, MAX_LENGTH } from '../../accounts/event.ts'
import type { LinkedEvent } from '../../accounts/link.ts'
import { csvOf, searchEvents } from '../../accounts/query.ts'
import type { EventFilter } from '../../accounts/query.ts'
import { verifyChain } from '../../accounts/chain.ts'
import { ENVIRONMENTS, KINDS } from '../../catalog/define.ts'
import { formatAddress, parseAddress } from '../../lists/address.ts'
import { environmentOf } from '../actor.ts'
import type { ControlContext } from '../context.ts'
import { Id } from '../keys/schemas.ts'
import { controlApp, json, operation } from '../operation.ts'
import { invalid } from '../problem.ts'
import { nullableText as text, Organization, organizationAsked, Page } from './asked.ts'

export const auditApi = controlApp()

const Filter = z.strictObject({
  organization: Organization,
  key: Id('key').optional(),
  kind: z.enum(KINDS).optional(),
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

const BOUND =
  'All that is given must hold. By request_id, service_user or key an index finds the events; every ' +
  'other filter is checked on the organization’s events between from and to, so name these where ' +
  'what is looked for is rare.'

const Event = z
  .object({
    id: z.string().openapi({ description: 'The request id, as in X-Request-Id' }),
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
    status: z.int(),
    upstream_ms: z.int().nullable(),
    client_ip: text,
    credits: z.int().nullable(),
    sequence: z.int(),
    hash: z.string(),
  })
  .openapi('AuditEvent')

auditApi.openapi(
  operation('listAudit', {
    summary: 'Decisions, newest first',
    description: BOUND,
    request: { query: Filter.extend(Page) },
    responses: { 200: json(z.object({ items: z.array(Event), next_cursor: text }), 'A page') },
  }),
  async (c) => {
    const { context } = c.env
    const { limit, cursor, ...asked } = c.req.valid('query')
    const filter = filterOf(context, asked)
    const page = await searchEvents(context.edge.bindings.DB, filter, {
      limit,
      ...(cursor !== undefined && { cursor }),
    })
    if (!page.ok) throw invalid('cursor', 'must be the next_cursor of an earlier page')
    return c.json({ items: page.value.items.map(eventView), next_cursor: page.value.cursor }, 200)
  },
)

auditApi.openapi(
  operation('exportAudit', {
    summary: 'All decisions that match, as CSV',
    description: BOUND,
    request: { query: Filter },
    responses: {
      200: { description: 'RFC 4180', content: { 'text/csv': { schema: z.string() } } },
    },
  }),
  (c) => {
    const { context } = c.env
    const csv = csvOf(context.edge.bindings.DB, filterOf(context, c.req.valid('query')))
    return c.body(csv, 200, {
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': 'attachment; filename="audit.csv"',
    })
  },
)

auditApi.openapi(
  operation('verifyAudit', {
    summary: 'Whether the chain of events is whole',
    description: 'Every hash is computed again; the first row that does not hold is named.',
    request: { query: z.strictObject({ organization: Organization }) },
    responses: {
      200: json(
        z.object({
          intact: z.boolean(),
          events: z.int().nullable(),
          pruned: z.int().nullable(),
          head: z.object({ sequence: z.int(), hash: z.string() }).nullable(),
          broken: z
            .object({ flaw: z.string(), sequence: z.int(), id: text, detail: z.string() })
            .nullable(),
        }),
        'The verdict',
      ),
    },
  }),
  async (c) => {
    const { context } = c.env
    const organization = organizationAsked(context, c.req.valid('query').organization)
    const verdict = await verifyChain(context.edge.bindings.DB, organization)
    if (verdict.intact) return c.json({ ...verdict, head: verdict.head, broken: null }, 200)
    const { flaw, sequence, id, detail } = verdict
    const broken = { flaw, sequence, id, detail }
    return c.json({ intact: false, events: null, pruned: null, head: null, broken }, 200)
  },
)

function filterOf(context: ControlContext, asked: z.infer<typeof Filter>): EventFilter {
  return {
    organization: organizationAsked(context, asked.organization),
    key: asked.key,
    kind: asked.kind,
    serviceUser: asked.service_user,
    sourceSystem: asked.source_system,
    environment: asked.environment,
    confined: environmentOf(context.actor),
    caller: asked.caller,
    actor: asked.actor,
    product: asked.product,
    route: asked.route,
    method: asked.method,
    path: asked.path,
    decision: asked.decision,
    reason: asked.reason,
    status: asked.status === undefined ? undefined : statusesOf(asked.status),
    clientIp: asked.client_ip === undefined ? undefined : plainAddress(asked.client_ip),
    credits: asked.credits,
    upstreamMs: asked.upstream_ms,
    requestId: asked.request_id,
    from: asked.from,
    to: asked.to,
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

function eventView(event: LinkedEvent): z.infer<typeof Event> {
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
