// The gate: a request's way from the client to the upstream, read from top to bottom. Each step
// takes plain data and returns the next thing or a denial; the first denial ends it. The order is a
// promise: cheap and local first, the limiter last, so that only what would be forwarded spends.

import type { MatchedRoute } from '../catalog/match.ts'
import { err, ok } from '../lib/result.ts'
import type { Result } from '../lib/result.ts'
import { Ahead } from './ahead.ts'
import { authenticateFrom, recall } from './authenticate.ts'
import { credentialsOf } from './forward/caching.ts'
import { isPreflight, preflightResponse, setCors } from './cors.ts'
import { readCredential } from './credential.ts'
import type { Presented } from './credential.ts'
import { decide } from './decide.ts'
import type { Admitted } from './decide.ts'
import type { Denial } from './denial.ts'
import type { GateDeps } from './deps.ts'
import { filterHeaders } from './forward/filter-headers.ts'
import { DEADLINE_MS, outboundResponse, send } from './forward/send.ts'
import { setIdentity } from './forward/identity.ts'
import type { Passage } from './passage.ts'
import { platformDenial } from './forward/platform-answer.ts'
import { setRateLimitHeaders } from './rate-limit-headers.ts'
import { METHODS, refuse } from './refuse.ts'
import { isEndless } from './relay/endless.ts'
import { relay } from './relay/open.ts'
import { standingAfter } from './settle.ts'
import { checkSubprotocols } from './subprotocol.ts'
import { uploadOf } from './forward/upload.ts'

/** Below it are the edge's own operations, which pass the gate like any product's. */
const OWN_PREFIX = '/edge/v1/'

/** Decides about a request and forwards it, or tells why not. */
export async function gate(passage: Passage, deps: GateDeps): Promise<Response> {
  const { method, headers } = passage
  if (!METHODS.includes(method)) return deny(passage, { reason: 'method_unknown' })
  if (isPreflight(method, headers)) return preflight(passage, deps)
  const matched = findRoute(passage, deps)
  if (!matched.ok) return deny(passage, matched.error)
  passage.seen.matched = matched.value ?? null
  const response = await pass(passage, matched.value, deps)
  if (matched.value?.route.publishable) setCors(response.headers, headers.get('origin'))
  return response
}

async function pass(
  passage: Passage,
  matched: MatchedRoute | undefined,
  deps: GateDeps,
): Promise<Response> {
  const { headers, address, nowMs, waitUntil } = passage
  const subprotocols = checkSubprotocols(headers, deps.settings)
  if (!subprotocols.ok) return deny(passage, subprotocols.error)
  const credential = readCredential(headers)
  if (!credential.ok) {
    return deny(passage, await deps.failures.count(credential.error, address, nowMs))
  }
  const recalled = recall(credential.value, deps, nowMs)
  const ahead = recalled ? undefined : new Ahead(deps, matched)
  let key = recalled
  let fresh = false
  if (!key) {
    const ask = (id: string): void => ahead?.ask(id)
    const found = await authenticateFrom(passage, credential.value, deps, ask)
    key = found.ok ? ok(found.value.key) : found
    fresh = found.ok && found.value.fresh
  }
  const admitted = key.ok
    ? await decide(passage, credential.value, key.value, matched, ahead, deps, fresh)
    : err(await deps.failures.count(key.error, address, nowMs))
  ahead?.end(waitUntil)
  if (!admitted.ok) return deny(passage, admitted.error)
  const response = await forward(passage, credential.value, admitted.value, deps)
  const standing = await standingAfter(response, admitted.value, deps)
  if (standing) setRateLimitHeaders(response.headers, standing, nowMs)
  return response
}

function deny({ seen, nowMs }: Passage, denial: Denial): Response {
  seen.reason = denial.reason
  return refuse(denial, nowMs)
}

/** No row is no denial yet: who has no valid credential is told that first. */
function findRoute(
  { method, target }: Passage,
  deps: GateDeps,
): Result<MatchedRoute | undefined, Denial> {
  const table = target.path.startsWith(OWN_PREFIX) ? deps.ownRoutes : deps.routes
  const matched = table.match(method, target.path)
  return target.encodedSlash && !takesEncodedSlash(matched) ? err(ENCODED_SLASH) : ok(matched)
}

const ENCODED_SLASH: Denial = { reason: 'path_ambiguous', flaw: 'it holds an encoded slash' }

function takesEncodedSlash(matched: MatchedRoute | undefined): boolean {
  return matched?.product.encodedSlashes ?? false
}

/** A preflight cannot carry a key: it is answered from the catalog alone. */
function preflight(passage: Passage, deps: GateDeps): Response {
  const { headers, target } = passage
  const verbs = deps.routes.publishableVerbs(target.path)
  const asked = headers.get('access-control-request-method') ?? ''
  if (target.encodedSlash && !takesEncodedSlash(deps.routes.match(asked, target.path))) {
    return deny(passage, ENCODED_SLASH)
  }
  const verb = asked === 'HEAD' ? 'GET' : asked
  if (!verbs.some((one) => one === verb)) return deny(passage, { reason: 'preflight_not_open' })
  return preflightResponse(headers.get('origin'), verbs)
}

async function forward(
  passage: Passage,
  presented: Presented,
  admitted: Admitted,
  deps: GateDeps,
): Promise<Response> {
  const { key, grant, url } = admitted
  const { request, method, target, requestId, nowMs, seen } = passage
  const { product, route } = grant.matched
  if (!grant.upstream || url === null) {
    const own = await passage.answerOwn(key)
    seen.reason = own.headers.get('x-edge-reason')
    return own
  }
  const upload = uploadOf(request, method, passage.headers)
  const headers = new Headers(request.headers)
  filterHeaders(headers, passage.headers, product, upload.body !== null)
  // The handshake is a GET (RFC 6455 §4.1); of another method the runtime would make one.
  if (method !== 'GET') headers.delete('upgrade')
  const call = { requestId, method, path: target.path, clientIp: passage.clientIp }
  await setIdentity(headers, key.principal, grant, call, deps.signer, nowMs)
  const deadlineMs = route.deadlineMs ?? product.deadlineMs ?? DEADLINE_MS
  const upstream = await send(url, method, headers, upload, deadlineMs)
  seen.upstreamMs = Date.now() - nowMs
  if (!upstream.ok) return deny(passage, upstream.error)
  const absent = platformDenial(upstream.value, product)
  if (absent) {
    seen.platformStatus = upstream.value.status
    await upstream.value.body?.cancel()
    return deny(passage, absent)
  }
  const answer = outboundResponse(upstream.value, grant.upstream, credentialsOf(product))
  return isEndless(answer, route) ? relay(answer, passage, presented, admitted, deps) : answer
}
