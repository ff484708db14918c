// What is ours and what goes through the gate. Everything under /edge/ and the JWKS is answered
// here; nothing of it is ever forwarded, and everything else is the gate's.

import { Hono } from 'hono'

import type { Edge } from './edge.ts'
import { clientAddress } from './gate/address.ts'
import { gate } from './gate/gate.ts'
import { canonicalPath } from './gate/path.ts'
import { errorResponse, refuse } from './gate/refuse.ts'
import { publishPending } from './guard/publish.ts'
import { equalInConstantTime } from './keys/digest.ts'

const JWKS_PATH = '/.well-known/jwks.json'
/** Verifiers refetch the JWKS at least so often; a new key is published this long before it signs. */
const JWKS_MAX_AGE_SECONDS = 300

/** Answers a request: the edge's own paths here, all others through the gate. */
export async function handle(
  request: Request,
  edge: Edge,
  ctx: Pick<ExecutionContext, 'waitUntil'>,
): Promise<Response> {
  const requestId = crypto.randomUUID()
  const response = await answer(request, edge, ctx, requestId)
  response.headers.set('x-request-id', requestId)
  return response
}

async function answer(
  request: Request,
  edge: Edge,
  ctx: Pick<ExecutionContext, 'waitUntil'>,
  requestId: string,
): Promise<Response> {
  const nowMs = Date.now()
  const target = canonicalPath(request.url)
  if (!target.ok) return refuse(target.error, nowMs)
  const { path, host } = target.value
  if (path === '/edge/health') return health(request)
  if (!edge.settings.hosts.has(host)) return refuse({ reason: 'host_unknown' }, nowMs)
  if (path === '/edge' || path.startsWith('/edge/') || path === JWKS_PATH) {
    return await control.fetch(request, { edge })
  }
  const passage = {
    request,
    target: target.value,
    requestId,
    address: clientAddress(request.headers),
    nowMs,
    waitUntil: (work: Promise<unknown>) => ctx.waitUntil(work),
  }
  return await gate(passage, edge)
}

/** Ready: the settings have been read and found right, or this would not be reached. */
function health(request: Request): Response {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return refuse({ reason: 'method_unknown' }, Date.now())
  }
  return Response.json({ status: 'ok' }, { headers: { 'cache-control': 'no-store' } })
}

const control = new Hono<{ Bindings: { edge: Edge } }>({ strict: true })

control.get(JWKS_PATH, (c) =>
  c.json(c.env.edge.settings.jwks, 200, {
    'cache-control': `public, max-age=${JWKS_MAX_AGE_SECONDS}`,
  }),
)

control.post('/edge/v1/sync', async (c) => {
  if (!(await isOperator(c.req.raw, c.env.edge))) {
    return refuse({ reason: 'credential_invalid', scheme: 'Bearer' }, Date.now())
  }
  return c.json(await publishPending(c.env.edge.bindings), 200, { 'cache-control': 'no-store' })
})

control.notFound(() => refuse({ reason: 'route_unknown' }, Date.now()))
control.onError((error) => {
  console.error('control plane failed', error)
  return errorResponse(500, 'Something went wrong here.')
})

/** The admin token as a bearer token. Digests are compared, so that length tells nothing either. */
async function isOperator(request: Request, edge: Edge): Promise<boolean> {
  const token = /^Bearer (\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
  if (!token) return false
  const [presented, expected] = await Promise.all([sha256(token), sha256(edge.settings.adminToken)])
  return equalInConstantTime(presented, expected)
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return String.fromCharCode(...new Uint8Array(digest))
}
