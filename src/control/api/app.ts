// The management API as one app, and its OpenAPI document from the same definitions. Loaded with its
// first request, so that it costs the gate's start nothing.

import { SPELLED } from '../../lib/header-names.ts'
import { z } from '@hono/zod-openapi'
import { bodyLimit } from 'hono/body-limit'

import { takeOpsChanges } from '../logs/ops-changes.ts'
import type { OwnAnswer } from '../../call/call.ts'
import { judgeOrigins } from './origin-owners.ts'
import { publishPending } from '../../guard/publish.ts'
import { changesApi } from './changes/api.ts'
import { auditApi } from './audit/api.ts'
import { usageApi } from './audit/usage-api.ts'
import { BODY_MAX_BYTES } from './body-bounds.ts'
import type { ControlContext } from './context.ts'
import { explainApi } from './explain/api.ts'
import { keysApi } from './keys/api.ts'
import { membersApi } from './members/api.ts'
import { controlApp, json, operation } from './operation.ts'
import { organizationApi } from './organization/api.ts'
import { Denied, invalid } from './problem.ts'
import { refusalOf } from './refusal.ts'
import { restoreApi } from './restore/api.ts'
import { serviceUsersApi } from './service-users/api.ts'
import { tokensApi } from './service-users/tokens-api.ts'
import { webhooksApi } from './webhooks/api.ts'
import { deliveriesApi } from './webhooks/deliveries-api.ts'
import { verifyApi } from './webhooks/verify-api.ts'

const api = controlApp()

api.use(
  bodyLimit({
    maxSize: BODY_MAX_BYTES,
    onError: () => {
      throw invalid('body', `must have at most ${BODY_MAX_BYTES} bytes`)
    },
  }),
)
api.route('/', keysApi)
api.route('/', auditApi)
api.route('/', usageApi)
api.route('/', serviceUsersApi)
api.route('/', tokensApi)
api.route('/', organizationApi)
api.route('/', membersApi)
api.route('/', changesApi)
api.route('/', explainApi)
api.route('/', webhooksApi)
api.route('/', verifyApi)
api.route('/', deliveriesApi)
api.route('/', restoreApi)

api.openapi(
  operation('sync', {
    summary: 'Publish what raw SQL changed, now instead of with the next cron',
    request: { query: z.strictObject({}) },
    responses: {
      200: json(
        z.object({ published: z.int(), pending: z.int(), enforced_at: z.int().nullable() }),
        'How many keys were published and how many are still pending',
      ),
    },
  }),
  async (c) => {
    const { edge, waitUntil } = c.env.context
    await judgeOrigins(edge.bindings)
    const published = await publishPending(edge.bindings)
    // On record now or by the cron; being in force does not wait for it.
    waitUntil(
      takeOpsChanges(edge.bindings.DB).catch((error: unknown) =>
        console.error('changes by ops are left to the cron', error),
      ),
    )
    return c.json(published, 200)
  },
)

api.notFound(() => {
  throw new Denied({ reason: 'route_unknown' })
})

// A refusal leaves the app as it was thrown, so that its reason is known where it is answered.
api.onError((error) => {
  throw error
})

/** Answers one call of the API on behalf of an actor, and says why it was refused. Never throws. */
export async function answerControl(request: Request, context: ControlContext): Promise<OwnAnswer> {
  try {
    const response = await api.fetch(request, { context })
    return { response: notStored(response), reason: null }
  } catch (error) {
    const { response, reason } = refusalOf(error, context.nowMs)
    return { response: notStored(response), reason }
  }
}

function notStored(response: Response): Response {
  const answer = new Response(response.body, response)
  answer.headers.set('cache-control', 'no-store')
  return answer
}

/** The OpenAPI 3.1 document of the API. */
export function openApiDocument(issuer: string): unknown {
  return api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Portcullis management API',
      version: '1',
      description:
        'Keys, service users, allowlists, members, webhooks, audit and usage. Times are Unix milliseconds.',
    },
    servers: [{ url: issuer }],
  })
}

api.openAPIRegistry.registerComponent('securitySchemes', 'key', {
  type: 'apiKey',
  in: 'header',
  name: SPELLED.apiKey,
})
api.openAPIRegistry.registerComponent('securitySchemes', 'jwt', {
  type: 'http',
  scheme: 'bearer',
  bearerFormat: 'JWT',
  description: 'A JWT API key',
})
api.openAPIRegistry.registerComponent('securitySchemes', 'operator', {
  type: 'http',
  scheme: 'bearer',
  description: 'The admin token',
})
