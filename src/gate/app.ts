// What is ours and what goes through the gate. Health and the JWKS are answered here; control answers
// the management API and the console. The API is an operator's at once, and anyone else's through the
// gate, like any product; the console has sessions of its own. Everything else is forwarded or refused,
// and needs no control; nothing under /edge/ is ever forwarded.

import type { OwnAnswer } from '../call/call.ts'
import { HEALTH_PATH, isApiPath, JWKS_PATH, OPENAPI_PATH } from '../lib/paths.ts'
import { HEADERS } from '../lib/header-names.ts'
import { accountFor, factsOf } from '../audit/account.ts'
import { isExport, measured } from '../audit/exported.ts'
import type { KnownKey } from './memo.ts'
import { err, type Result } from '../lib/result.ts'
import { clientOf } from './address.ts'
import { callOf, crossing, shownBy } from './crossing.ts'
import { broken, refused } from './decided.ts'
import type { Denial } from '../reasons/denial.ts'
import type { Edge } from './deps.ts'
import { SentHeaders } from './forward/sent-headers.ts'
import { gate } from './gate.ts'
import type { Decided, Passage } from './passage.ts'
import { canonicalPath, type CanonicalTarget } from './path.ts'
import { refuse } from '../reasons/refuse.ts'
import { isInsecure } from './scheme.ts'

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
    const call = callOf({ requestId, clientIp, nowMs }, null, edge.fingerprint)
    const page = await edge.control.console(crossing(request, 'person'), call)
    return page.ok ? page.value : refuse(page.error, nowMs)
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
    answerOwn: (key) => answerKey(passage, key, edge),
  }
  const became = isApiPath(path)
    ? await answerOwn(passage, edge).catch((error: unknown) => broken(passage, error))
    : await gate(passage, edge)
  if (became.reason === 'secret_key_in_browser' && became.record) {
    waitUntil(edge.control.announceExposed(became.record.id, nowMs))
  }
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
  const { request, method, target, headers } = passage
  const shown = shownBy(headers, edge.settings.brand)
  if (!shown.operator) return await gate(passage, edge)
  // Who turns out to be no operator may pass by a key all the same; then the body is needed again.
  const asked = crossing(shown.key ? request.clone() : request, 'operator')
  const found = await edge.control.answer(asked, callOf(passage, null, edge.fingerprint))
  if (!found.ok) return refused(passage, found.error)
  if (!found.value) return await gate(passage, edge)
  const { response, reason, acting } = found.value
  const matched = acting && (edge.ownRoutes.match(method, target.path) ?? null)
  return { ...factsOf(reason, acting), response, matched }
}

/** An operation that the gate has let a key pass to. */
async function answerKey(passage: Passage, key: KnownKey, edge: Edge): Promise<OwnAnswer> {
  const asked = crossing(passage.request, 'key')
  const found = await edge.control.answer(asked, callOf(passage, key, edge.fingerprint))
  if (found.ok && found.value) return found.value
  const denial = found.ok ? ({ reason: 'internal_error' } as const) : found.error
  return { response: refuse(denial, passage.nowMs), reason: denial.reason }
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
    const found = await edge.control.document(crossing(request, 'key'))
    return found.ok ? found.value : refuse(found.error, Date.now())
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
