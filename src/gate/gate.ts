// The gate: a request's way from the client to the upstream, read from top to bottom. Each step
// takes plain data and returns the next thing or a denial; the first denial ends it. The order is a
// promise: cheap and local first, the limiter last, so that only what would be forwarded spends.

import type { MatchedRoute } from '../catalog/match.ts'
import type { Edge } from '../edge.ts'
import type { LimitState } from '../guard/limit.ts'
import type { KnownKey } from '../keys/memo.ts'
import type { WaitUntil } from '../keys/store.ts'
import { addressBucket } from '../lists/address.ts'
import type { Address } from '../lists/address.ts'
import { err, ok } from '../result.ts'
import type { Result } from '../result.ts'
import { checkAddress } from './address.ts'
import { admit, confirmRefusal, limitsFor } from './admit.ts'
import { authenticate, reload } from './authenticate.ts'
import { isPreflight, preflightResponse, setCors } from './cors.ts'
import { readCredential } from './credential.ts'
import type { Presented } from './credential.ts'
import type { Denial } from './denial.ts'
import { DEADLINE_MS, inboundHeaders, outboundResponse, send } from './forward.ts'
import { checkGrant } from './grant.ts'
import type { Grant } from './grant.ts'
import { setIdentity } from './identity.ts'
import { checkOrigin } from './origin.ts'
import type { CanonicalTarget } from './path.ts'
import { setRateLimitHeaders } from './rate-limit-headers.ts'
import { METHODS, refuse } from './refuse.ts'
import { checkStatus } from './status.ts'
import { upstreamUrl } from './upstream-url.ts'

/** Failed authentications of one address are counted over so long; see AUTH_FAILURES. */
const AUTH_FAILURES_PERIOD_SECONDS = 60
/** A record that changed again while it was being reloaded is reloaded again, so often at most. */
const MAX_RELOADS = 3

/** One request on its way. */
export interface Passage {
  readonly request: Request
  readonly target: CanonicalTarget
  readonly requestId: string
  readonly address: Address | undefined
  readonly nowMs: number
  readonly waitUntil: WaitUntil
}

/** What was decided, with what the answer needs of it. */
interface Admitted {
  readonly key: KnownKey
  readonly grant: Grant
  readonly limits: readonly LimitState[]
}

/** Decides about a request and forwards it, or tells why not. */
export async function gate(passage: Passage, edge: Edge): Promise<Response> {
  const { request, target, nowMs } = passage
  if (!METHODS.includes(request.method)) return refuse({ reason: 'method_unknown' }, nowMs)
  if (isPreflight(request)) return preflight(request, target, edge, nowMs)
  const matched = findRoute(request.method, target, edge)
  if (!matched.ok) return refuse(matched.error, nowMs)
  const response = await pass(passage, matched.value, edge)
  if (matched.value?.route.publishable) setCors(response.headers, request.headers.get('origin'))
  return response
}

async function pass(
  passage: Passage,
  matched: MatchedRoute | undefined,
  edge: Edge,
): Promise<Response> {
  const { request, nowMs } = passage
  const credential = readCredential(request.headers)
  if (!credential.ok) return refuse(await countFailure(credential.error, passage, edge), nowMs)
  const key = await authenticate(credential.value, edge, nowMs, passage.waitUntil)
  if (!key.ok) return refuse(await countFailure(key.error, passage, edge), nowMs)
  const admitted = await decide(passage, credential.value, key.value, matched, edge)
  if (!admitted.ok) return refuse(admitted.error, nowMs)
  const response = await forward(passage, admitted.value, edge)
  setRateLimitHeaders(response.headers, admitted.value.limits, nowMs)
  return response
}

/** No row is no denial yet: who has no valid credential is told that first. */
function findRoute(
  method: string,
  { path, encodedSlash }: CanonicalTarget,
  edge: Edge,
): Result<MatchedRoute | undefined, Denial> {
  const matched = edge.routes.match(method, path)
  if (encodedSlash && !matched?.product.encodedSlashes) {
    return err({ reason: 'path_ambiguous', flaw: 'it holds an encoded slash' })
  }
  return ok(matched)
}

function preflight(
  request: Request,
  { path, encodedSlash }: CanonicalTarget,
  edge: Edge,
  nowMs: number,
): Response {
  const verbs = encodedSlash ? [] : edge.routes.publishableVerbs(path)
  if (verbs.length === 0) return refuse({ reason: 'preflight_not_open' }, nowMs)
  return preflightResponse(request, verbs)
}

/** Decides on what is known of the key, and again on a fresh record when the guard says `stale`. */
async function decide(
  passage: Passage,
  presented: Presented,
  known: KnownKey,
  matched: MatchedRoute | undefined,
  edge: Edge,
): Promise<Result<Admitted, Denial>> {
  let key = known
  for (let reloads = 0; reloads <= MAX_RELOADS; reloads++) {
    const grant = authorize(passage, presented, key, matched, edge)
    if (grant.ok) {
      const limits = limitsFor(
        edge.catalog,
        key.principal.record,
        grant.value.matched,
        passage.address,
      )
      if (!limits) return err({ reason: 'plan_unknown' })
      const admission = await admit(edge, key, limits, passage.nowMs)
      if (admission.ok) return ok({ key, grant: grant.value, limits: admission.value })
      if (admission.error !== 'stale') return err(admission.error)
    } else if ((await confirmRefusal(edge, key, passage.nowMs)) === 'current') {
      return grant
    }
    const fresh = await reload(presented, edge, passage.nowMs, passage.waitUntil)
    if (!fresh.ok) return fresh
    key = fresh.value
  }
  return err({ reason: 'records_unreachable' })
}

/** Everything that a record alone decides: status → address → route → origin → grant. */
function authorize(
  { request, address, nowMs }: Passage,
  { scheme }: Presented,
  { principal }: KnownKey,
  matched: MatchedRoute | undefined,
  edge: Edge,
): Result<Grant, Denial> {
  const status = checkStatus(principal, scheme, nowMs)
  if (!status.ok) return status
  const place = checkAddress(principal, address)
  if (!place.ok) return place
  if (!matched) return err({ reason: 'route_unknown' })
  const origin = checkOrigin(principal, request.headers)
  if (!origin.ok) return origin
  return checkGrant(principal, matched, request.headers, edge.settings.upstreams)
}

async function forward(
  { request, target, requestId, address, nowMs }: Passage,
  { key, grant }: Admitted,
  edge: Edge,
): Promise<Response> {
  const { product, route } = grant.matched
  const url = upstreamUrl(grant.upstream, target.path, target.search)
  if (!url)
    return refuse({ reason: 'path_ambiguous', flaw: 'it does not survive forwarding' }, nowMs)
  const headers = inboundHeaders(request, product)
  const call = { requestId, method: request.method, path: target.path, address }
  const signer = {
    issuer: edge.settings.issuer,
    keys: edge.settings.signingKeys,
    memo: edge.assertions,
  }
  await setIdentity(headers, key.principal, grant, call, signer, nowMs)
  const deadlineMs = route.deadlineMs ?? product.deadlineMs ?? DEADLINE_MS
  const upstream = await send(request, url, headers, deadlineMs)
  if (!upstream.ok) return refuse(upstream.error, nowMs)
  return outboundResponse(upstream.value, grant.upstream)
}

/** Counts what did not authenticate against the address, and answers 429 once it is too much. */
async function countFailure(denial: Denial, { address }: Passage, edge: Edge): Promise<Denial> {
  if (denial.reason !== 'credential_invalid' && denial.reason !== 'credential_unknown')
    return denial
  const key = address ? addressBucket(address) : 'unknown'
  const { success } = await edge.bindings.AUTH_FAILURES.limit({ key }).catch(() => ({
    success: true,
  }))
  if (success) return denial
  return { reason: 'authentication_failures', retryAfterSeconds: AUTH_FAILURES_PERIOD_SECONDS }
}
