// Questions about credentials that cost nothing: who am I, what is left, why was this refused.

import { HEADERS } from '../../../lib/header-names.ts'
import { z } from '@hono/zod-openapi'

import { Id } from '../keys/schemas.ts'
import { ROLES } from '../members/role.ts'
import { body, controlApp, json, define } from '../operation.ts'
import { invalid, Problem, problemAt } from '../problem.ts'
import { inOrganization } from '../request.ts'
import { parseAddress } from '../../../lists/address.ts'
import { recordOfSubject, schemeOf } from './subject.ts'
import { Explanation, LimitView, limitView } from './schemas.ts'
import { explain, limitsNow } from './trace.ts'

export const explainApi = controlApp()

/** What a header can hold, of those that matter here. */
const Header = (length: number) =>
  z
    .string()
    .max(length)
    .regex(/^[\x20-\x7e]*$/, 'must be printable ASCII, as in a header')

define(explainApi, 'whoami', {
  summary: 'What the presented credential is and may do',
  request: { query: z.strictObject({}) },
  responses: {
    200: json(
      z.object({
        type: z.enum(['key', 'operator', 'person']),
        id: z.string(),
        organization_id: z.string().nullable(),
        role: z.enum(ROLES).nullable().openapi({ description: 'A person’s; null of others' }),
        kind: z.string().nullable(),
        environment: z.string().nullable(),
        plan: z.string().nullable(),
        scopes: z.array(z.string()),
        products: z.array(z.string()),
        expires_at: z.int().nullable(),
      }),
      'The caller',
    ),
  },
  handle(c) {
    const { actor } = c.env.context
    if (actor.type !== 'key') {
      const person = actor.type === 'person' ? actor : undefined
      return c.json(
        {
          type: actor.type,
          id: actor.type === 'person' ? actor.email : actor.name,
          organization_id: person?.organizationId ?? null,
          role: person?.role ?? null,
          ...{ kind: null, environment: null, plan: null },
          ...{ scopes: [], products: [], expires_at: null },
        },
        200,
      )
    }
    const { key } = actor
    return c.json(
      {
        type: 'key' as const,
        id: key.id,
        organization_id: key.organization,
        role: null,
        kind: key.kind,
        environment: key.environment,
        plan: key.plan,
        scopes: [...key.scopes],
        products: [...key.products],
        expires_at: key.expiresAt,
      },
      200,
    )
  },
})

define(explainApi, 'getRateLimits', {
  summary: 'Where the limits stand now; asking spends nothing',
  description: 'Of the presented key, or of another key of the organization (`keys:read`).',
  request: { query: inOrganization.extend({ key: Id('key').optional() }) },
  responses: {
    200: json(z.object({ key: z.string(), limits: z.array(LimitView) }), 'The limits'),
  },
  async handle(c, { context }) {
    const { organization, key } = c.req.valid('query')
    const record = await recordOfSubject(context, organization, key)
    const states = await limitsNow(context.edge, record)
    if (!states)
      throw new Problem('plan_unknown', 'The plan of this organization is not known here.')
    if (!states.ok)
      throw new Problem('guard_unreachable', 'The limits could not be asked for. Retry.')
    return c.json({ key: record.id, limits: states.value.map(limitView) }, 200)
  },
})

define(explainApi, 'explain', {
  summary: 'Why a request would be forwarded or refused, step by step',
  description: 'The gate’s own steps, without side effects. Operators may paste a credential.',
  request: {
    query: inOrganization,
    ...body(
      z.strictObject({
        key_id: Id('key').optional(),
        credential: Header(8192).optional(),
        method: z.string().regex(/^[A-Z]{1,16}$/, 'must be a method in capitals, such as POST'),
        path: z.string().startsWith('/').max(8192),
        address: z.string().max(64).optional(),
        origin: Header(300).optional(),
        department: Header(64).optional(),
        from_browser: z.boolean().default(false),
      }),
    ),
  },
  responses: {
    200: json(Explanation.extend({ limits: z.array(LimitView) }), 'The verdict and the way to it'),
  },
  async handle(c, { context }) {
    const asked = c.req.valid('json')
    if ((asked.key_id === undefined) === (asked.credential === undefined)) {
      throw invalid('key_id', 'name a key, or (operators) paste a credential: exactly one of both')
    }
    if (asked.credential !== undefined && context.actor.type !== 'operator') {
      throw problemAt('credential', 'operators_only', 'only operators may paste one; name key_id')
    }
    if (asked.address !== undefined && !parseAddress(asked.address)) {
      throw invalid('address', 'must be an IPv4 or IPv6 address')
    }
    const headers = new Headers()
    if (asked.origin !== undefined) headers.set('origin', asked.origin)
    if (asked.department !== undefined) headers.set(HEADERS.department, asked.department)
    if (asked.from_browser) headers.set('sec-fetch-site', 'cross-site')
    const { organization } = c.req.valid('query')
    const caller =
      asked.credential === undefined
        ? { record: await recordOfSubject(context, organization, asked.key_id) }
        : { credential: asked.credential, scheme: schemeOf(asked.credential, context) }
    const supposed = { method: asked.method, path: asked.path, address: asked.address, headers }
    const { limits, ...explanation } = await explain(context.edge, caller, supposed, context.nowMs)
    return c.json({ ...explanation, limits: limits.map(limitView) }, 200)
  },
})
