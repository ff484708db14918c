// What was admitted goes to its upstream, or to one of the edge's own operations, and its answer back.

import { isEndless } from '../relay/endless.ts'
import { relay } from '../relay/open.ts'
import { setCors } from '../cors.ts'
import type { Denial } from '../../reasons/denial.ts'
import type { GateDeps } from '../deps.ts'
import type { Decided } from '../passage.ts'
import { setRateLimitHeaders } from '../../lib/rate-limit-headers.ts'
import { refuse } from '../../reasons/refuse.ts'
import { standingAfter } from '../settle.ts'
import { credentialsOf } from './caching.ts'
import { filterHeaders } from './filter-headers.ts'
import type { Forwarding } from './forwarding.ts'
import { setIdentity } from './identity.ts'
import { platformDenial } from './platform-answer.ts'
import { DEADLINE_MS, outboundResponse, send } from './send.ts'
import { uploadOf } from './upload.ts'

/** Forwards a request, and tells the client where its limits stand then. */
export async function forward(forwarding: Forwarding, deps: GateDeps): Promise<Decided> {
  const { passage, admitted } = forwarding
  const { upstream } = admitted.grant
  const decided = await (upstream ? ask(upstream, forwarding, deps) : answerOwn(forwarding))
  const { response, matched } = decided
  const standing = await standingAfter(response, admitted, deps)
  if (standing) setRateLimitHeaders(response.headers, standing, passage.nowMs)
  if (matched?.route.publishable) setCors(response.headers, passage.headers.get('origin'))
  return decided
}

async function answerOwn({ passage, admitted }: Forwarding): Promise<Decided> {
  const { key, grant } = admitted
  const { response, reason } = await passage.answerOwn(key)
  const { record } = key.principal
  const { matched } = grant
  return { response, record, matched, reason, upstreamMs: null, platformStatus: null }
}

/** Asks the upstream whose base URL is `base`, and gives its answer; or ours, where it gave none. */
async function ask(base: URL, forwarding: Forwarding, deps: GateDeps): Promise<Decided> {
  const { passage, admitted } = forwarding
  const { key, grant, url } = admitted
  const { request, method, target, requestId, nowMs } = passage
  const { matched } = grant
  const { product, route } = matched
  const upload = uploadOf(request, method, passage.headers)
  const headers = new Headers(request.headers)
  filterHeaders(headers, passage.headers, product, upload.body !== null)
  // The handshake is a GET (RFC 6455 §4.1); of another method the runtime would make one.
  if (method !== 'GET') headers.delete('upgrade')
  const call = { requestId, method, path: target.path, clientIp: passage.clientIp }
  await setIdentity(headers, key.principal, grant, call, deps.signer, nowMs)
  const deadlineMs = route.deadlineMs ?? product.deadlineMs ?? DEADLINE_MS
  const sent = await send(url, method, headers, upload, deadlineMs)
  const upstreamMs = Date.now() - nowMs
  if (!sent.ok) return unanswered(forwarding, sent.error, upstreamMs)
  try {
    const absent = platformDenial(sent.value, product)
    if (absent) {
      await sent.value.body?.cancel()
      return unanswered(forwarding, absent, upstreamMs, sent.value.status)
    }
    const answer = outboundResponse(sent.value, base, credentialsOf(product))
    const response = isEndless(answer, route) ? relay(answer, forwarding, deps) : answer
    const { record } = key.principal
    return { response, record, matched, reason: null, upstreamMs, platformStatus: null }
  } catch (error) {
    console.error(error)
    return unanswered(forwarding, { reason: 'internal_error' }, upstreamMs)
  }
}

/** Refused by us after the upstream was asked: on record it was forwarded. */
function unanswered(
  { passage, admitted }: Forwarding,
  denial: Denial,
  upstreamMs: number,
  platformStatus: number | null = null,
): Decided {
  const { record } = admitted.key.principal
  const { matched } = admitted.grant
  const response = refuse(denial, passage.nowMs)
  return { response, record, matched, reason: denial.reason, upstreamMs, platformStatus }
}
