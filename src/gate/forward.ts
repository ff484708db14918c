// Forwarding: the body streams and is never parsed, redirects go back unfollowed, nothing is cached
// on the way, and the deadline is for the response's headers only (DESIGN §5).

import type { Product } from '../catalog/define.ts'
import { err, ok } from '../result.ts'
import type { Result } from '../result.ts'
import type { Denial } from './denial.ts'
import { connectionListed, HOP_BY_HOP, isTraceparent, mayForward } from './headers.ts'

/** How long an upstream may take to begin its answer, unless product or route say otherwise. */
export const DEADLINE_MS = 60_000
/** What a client's own request id may look like to be passed on. */
const REQUEST_ID = /^[\w.-]{1,128}$/
/** Up to this declared length an upload counts as sent at once. */
const SMALL_BODY_BYTES = 1024 * 1024

/** The client's headers that may go upstream. Identity is set on the result, last. */
export function inboundHeaders(request: Request, product: Product): Headers {
  const headers = new Headers()
  const listed = connectionListed(request.headers)
  for (const [name, value] of request.headers) {
    if (mayForward(name) && !listed.includes(name)) headers.append(name, value)
  }
  if (!product.cookies) headers.delete('cookie')
  const traceparent = headers.get('traceparent')
  if (traceparent !== null && !isTraceparent(traceparent)) {
    headers.delete('traceparent')
    headers.delete('tracestate')
  }
  // It ends in logs and pages of the upstream; ours is X-Edge-Request-Id.
  if (!REQUEST_ID.test(headers.get('x-request-id') ?? '')) headers.delete('x-request-id')
  if (isWebSocket(request.headers)) headers.set('upgrade', 'websocket')
  if (!hasBody(request)) headers.delete('content-length')
  return headers
}

/**
 * Sends the request and gives the upstream's response as it is, or why there is none. The deadline
 * starts when a large upload has been sent, so that a slow client is not taken for a slow upstream.
 */
export async function send(
  request: Request,
  url: URL,
  headers: Headers,
  deadlineMs: number,
): Promise<Result<Response, Denial>> {
  const abort = new AbortController()
  let timer: ReturnType<typeof setTimeout> | null = null
  let answered = false
  let late = false
  const start = (): void => {
    if (answered) return
    timer = setTimeout(() => {
      late = true
      abort.abort()
    }, deadlineMs)
  }
  const { body, sent } = uploadOf(request)
  if (sent) void sent.then(start, start)
  else start()
  try {
    const response = await fetch(url, {
      method: request.method,
      headers,
      body,
      redirect: 'manual',
      cache: 'no-store',
      signal: abort.signal,
    })
    return ok(response)
  } catch (error) {
    // The text of the error names hosts and ports: it is for the operator, never for the client.
    if (!late) console.error(`upstream ${url.host} unreachable`, error)
    return err({ reason: late ? 'upstream_timeout' : 'upstream_unreachable' })
  } finally {
    answered = true
    clearTimeout(timer)
  }
}

/** CORS, identity and limits are told by the edge alone; what software answers is nobody's concern. */
const NOT_THE_UPSTREAMS =
  /^(?:access-control-|x-edge-|(?:x-)?rate-?limit(?:-|$)|server$|x-powered-by$)/

/** The upstream's answer as the client may see it: without its hop-by-hop headers and those above. */
export function outboundResponse(upstream: Response, base: URL): Response {
  const response = new Response(upstream.body, upstream)
  const { headers } = response
  for (const name of [...connectionListed(headers), ...HOP_BY_HOP]) {
    if (upstream.webSocket && (name === 'upgrade' || name === 'connection')) continue
    headers.delete(name)
  }
  for (const name of [...headers.keys()]) {
    if (NOT_THE_UPSTREAMS.test(name)) headers.delete(name)
  }
  if (!headers.has('cache-control')) headers.set('cache-control', 'private, no-store')
  const redirect = headers.get('location')
  const location = redirect === null ? null : URL.parse(redirect)
  if (location?.origin === base.origin) {
    // An absolute redirect within the upstream must not tell its address or lead around the gate.
    headers.set('location', withoutBase(location, base))
  }
  return response
}

function withoutBase(location: URL, base: URL): string {
  const prefix = base.pathname.replace(/\/$/, '')
  const path = location.pathname.startsWith(`${prefix}/`)
    ? location.pathname.slice(prefix.length)
    : location.pathname
  return path.replace(/^\/+/, '/') + location.search + location.hash
}

/** Whether the client asks for a WebSocket. */
export function isWebSocket(headers: Headers): boolean {
  return headers.get('upgrade')?.toLowerCase() === 'websocket'
}

/** A body on GET or HEAD has no meaning (RFC 9110 §9.3.1) and is not forwarded. */
function hasBody(request: Request): boolean {
  return request.body !== null && request.method !== 'GET' && request.method !== 'HEAD'
}

/** The body to send; of a large one also when it has been sent. Lengths stay as declared. */
function uploadOf(request: Request): { body: ReadableStream | null; sent?: Promise<void> } {
  if (!hasBody(request) || !request.body) return { body: null }
  const declared = request.headers.get('content-length')
  const length = declared === null ? undefined : Number(declared)
  if (length !== undefined && length <= SMALL_BODY_BYTES) return { body: request.body }
  const { readable, writable } =
    length === undefined ? new IdentityTransformStream() : new FixedLengthStream(length)
  return { body: readable, sent: request.body.pipeTo(writable) }
}
