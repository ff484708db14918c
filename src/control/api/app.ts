// The management API as one app, and its OpenAPI document from the same definitions. Loaded with its
// first request, so that it costs the gate's start nothing.

import { z } from '@hono/zod-openapi'
import { bodyLimit } from 'hono/body-limit'
import { HTTPException } from 'hono/http-exception'

import { takeOpsChanges } from '../logs/ops-changes.ts'
import { refuse } from '../../gate/refuse.ts'
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
import { Problem } from './problem.ts'
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
    onError: () => badRequest(`body: must have at most ${BODY_MAX_BYTES} bytes`),
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

api.notFound(() => refuse({ reason: 'route_unknown' }, Date.now()))

api.onError((error) => {
  if (error instanceof Problem) return error.toResponse()
  if (error instanceof z.ZodError) return badRequest(sentenceOf(error))
  if (error instanceof HTTPException && error.status === 415) {
    return badRequest('Content-Type: must be application/json')
  }
  if (error instanceof HTTPException && error.status < 500) {
    return badRequest(`body: ${error.message}`)
  }
  console.error('management API failed', error)
  return refuse({ reason: 'internal_error' }, Date.now())
})

/** Answers one call of the API on behalf of an actor. */
export async function answerControl(request: Request, context: ControlContext): Promise<Response> {
  const response = await api.fetch(request, { context })
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
  name: 'X-API-Key',
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

function badRequest(detail: string): Response {
  return new Problem(400, 'request_invalid', detail).toResponse()
}

/** The first issue, beginning with the field. */
function sentenceOf(error: z.ZodError): string {
  const issue = error.issues[0]
  if (!issue) return 'The request is malformed.'
  const path = issue.path.map(String).join('.')
  if (issue.code === 'unrecognized_keys') {
    return `${[path, issue.keys[0]].filter(Boolean).join('.')}: there is no such field here`
  }
  return `${path || 'body'}: ${issue.message}`
}
