// What is ours and what goes through the gate. Health and the JWKS are answered here. The management
// API is an operator's at once, and anyone else's through the gate, like any product; the console has
// sessions of its own. Everything else is forwarded or refused; nothing under /edge/ is ever forwarded.

import { HEALTH_PATH, isApiPath, JWKS_PATH, OPENAPI_PATH } from './lib/paths.ts'
import { HEADERS } from './lib/header-names.ts'
import { accountFor, factsOf } from './audit/account.ts'
import { isExport, measured } from './audit/exported.ts'
import type { Actor } from './control/api/actor.ts'
import type { Edge } from './edge.ts'
import { clientOf } from './gate/address.ts'
import type { Denial } from './gate/denial.ts'
import { gate } from './gate/gate.ts'
import { broken, refused } from './gate/decided.ts'
import type { Decided, OwnAnswer, Passage } from './gate/passage.ts'
import { SentHeaders } from './gate/forward/sent-headers.ts'
import { canonicalPath } from './gate/path.ts'
import type { CanonicalTarget } from './gate/path.ts'
import { refuse } from './gate/refuse.ts'
import { isInsecure } from './gate/scheme.ts'
import { err } from './lib/result.ts'
import type { Result } from './lib/result.ts'

const OWN_PATH = /^\/(?:edge|\.well-known)\//
const CONSOLE_PATH = /^\/edge\/console(?:\/|$)/
/** Verifiers may keep the JWKS so long; publish a new key at least this long before it signs. */
const JWKS_MAX_AGE_SECONDS = 300

/** What is used of a request's context. */
type Context = Pick<ExecutionContext, 'waitUntil'> & Partial<Pick<ExecutionContext, 'abort'>>

/** Answers a request, and puts what was decided on account. */
export async function handle(request: Request, edge: Edge, ctx: Context): Promise<Response> {
  const requestId = crypto.randomUUID()
  const target = targetOf(request.url, edge)
  const own = target.ok && OWN_PATH.test(target.value.path)
  const document = own ? await ownDocument(request, target.value.path, edge) : undefined
  const response = document ?? (await decided(request, target, edge, ctx, requestId))
  response.headers.set(HEADERS.requestId, requestId)
  return response
}

/** The address of a request; or that it has no single one, or came in the clear, whatever it asks. */
function targetOf(url: string, edge: Edge): Result<CanonicalTarget, Denial> {
  return isInsecure(url, edge.settings.issuer) ? err({ reason: 'insecure' }) : canonicalPath(url)
}

async function decided(
  request: Request,
  target: Result<CanonicalTarget, Denial>,
  edge: Edge,
  ctx: Context,
  requestId: string,
): Promise<Response> {
  const nowMs = Date.now()
  const headers = new SentHeaders(request.headers)
  const { method } = request
  const { address, ip: clientIp } = clientOf(headers)
  const waitUntil = (work: Promise<unknown>): void => ctx.waitUntil(work)
  const accounted = async (path: string, became: Decided): Promise<Response> => {
    const account = { method, requestId, nowMs, clientIp, path }
    const answer = await accountFor(account, became, edge, waitUntil)
    return answer.ok ? answer.value : refuse(answer.error, nowMs)
  }
  if (!target.ok || !edge.settings.hosts.has(target.value.host)) {
    const denial = target.ok ? ({ reason: 'host_unknown' } as const) : target.error
    const path = request.url.replace(/^https?:\/\/[^/]*/, '')
    return await accounted(path, refused({ headers, nowMs }, denial))
  }
  const { path } = target.value
  if (CONSOLE_PATH.test(path)) {
    const { answerConsole } = await import('./control/console/app.tsx')
    return await answerConsole(request, { edge, requestId, address, nowMs, waitUntil })
  }
  const passage: Passage = {
    request,
    method,
    headers,
    target: target.value,
    requestId,
    address,
    clientIp,
    nowMs,
    waitUntil,
    hangUp: (reason) => ctx.abort?.(new Error(reason)),
    answerOwn: (key) => control(passage, edge, { type: 'key', key }),
  }
  const became = isApiPath(path)
    ? await answerOwn(passage, edge).catch((error: unknown) => broken(passage, error))
    : await gate(passage, edge)
  // The file that an operation of ours answers with is on account with how much was taken of it.
  const { response } = became
  return isApiPath(path) && isExport(response)
    ? measured(
        response,
        new URL(request.url).searchParams,
        (measure) => accounted(path + measure, became),
        waitUntil,
      )
    : await accounted(path, became)
}

/** The management API is an operator's at once, and anyone else's through the gate. */
async function answerOwn(passage: Passage, edge: Edge): Promise<Decided> {
  const { request, target, address, nowMs } = passage
  const actors = await import('./control/api/actor.ts')
  const operator = await actors.readOperator(request, edge, address, nowMs)
  if (!operator.ok) {
    return refused(passage, { reason: 'authentication_failures', ...operator.error })
  }
  if (!operator.value) return await gate(passage, edge)
  const { response, reason } = await control(passage, edge, operator.value)
  const { actingOf } = await import('./control/api/audit/acting.ts')
  const acting = await actingOf(operator.value, request, edge.bindings.DB)
  const matched = edge.ownRoutes.match(request.method, target.path) ?? null
  return { ...factsOf(reason, acting), response, matched }
}

async function control(passage: Passage, edge: Edge, actor: Actor): Promise<OwnAnswer> {
  const { request, requestId, clientIp: address, nowMs, waitUntil } = passage
  const { answerControl } = await import('./control/api/app.ts')
  return await answerControl(request, { edge, actor, requestId, address, nowMs, waitUntil })
}

/** Health, the JWKS and the OpenAPI document: the same for everyone, and no decision. */
async function ownDocument(
  request: Request,
  path: string,
  edge: Edge,
): Promise<Response | undefined> {
  if (path === HEALTH_PATH) return send(request, { status: 'ok' }, 'no-store')
  if (path === JWKS_PATH) {
    return send(request, edge.settings.jwks, `public, max-age=${JWKS_MAX_AGE_SECONDS}`)
  }
  if (path === OPENAPI_PATH) {
    if (!isRead(request)) return refuse({ reason: 'method_unknown' }, Date.now())
    const { answerDocument } = await import('./control/api/document.ts')
    return await answerDocument(request, edge.settings.issuer)
  }
  return undefined
}

function send(request: Request, document: unknown, cacheControl: string): Response {
  if (!isRead(request)) return refuse({ reason: 'method_unknown' }, Date.now())
  return Response.json(document, { headers: { 'cache-control': cacheControl } })
}

function isRead({ method }: Request): boolean {
  return method === 'GET' || method === 'HEAD'
}
