// Forwarding: the body streams and is never parsed, redirects go back unfollowed, nothing is cached
// on the way, and the deadline is for the response's headers only (DESIGN §5).

import type { Product } from '../catalog/define.ts'
import { err, ok } from '../result.ts'
import type { Result } from '../result.ts'
import type { Denial } from './denial.ts'
import { connectionListed, isTraceparent, mayForward, mayReturn } from './headers.ts'
import type { HeaderReader, SentHeaders } from './sent-headers.ts'

/** How long an upstream may take to begin its answer, unless product or route say otherwise. */
export const DEADLINE_MS = 60_000
/** What a client's own request id may look like to be passed on. */
const REQUEST_ID = /^[\w.-]{1,128}$/
/** Up to this declared length an upload counts as sent at once. */
const SMALL_BODY_BYTES = 1024 * 1024

/** Takes from a copy of the client's headers what may not go upstream. */
export function filterHeaders(
  headers: Headers,
  sent: SentHeaders,
  product: Product,
  hasBody: boolean,
): void {
  const listed = connectionListed(sent)
  for (const name of sent.names()) {
    if (!mayForward(name) || listed.includes(name)) headers.delete(name)
    else if (CHECKED.has(name) && !isRight(name, sent, product)) headers.delete(name)
  }
  if (isWebSocket(sent)) headers.set('upgrade', 'websocket')
  if (!hasBody && sent.has('content-length')) headers.delete('content-length')
}

const CHECKED: ReadonlySet<string> = new Set([
  'cookie',
  'x-request-id',
  'traceparent',
  'tracestate',
])

/** Whether a header goes on that does so only in some cases. */
function isRight(name: string, sent: SentHeaders, product: Product): boolean {
  if (name === 'cookie') return product.cookies ?? false
  // It ends in logs and pages of the upstream; ours is X-Edge-Request-Id.
  if (name === 'x-request-id') return REQUEST_ID.test(sent.get(name) ?? '')
  return isTraceparent(sent.get('traceparent') ?? '')
}

/**
 * Sends a request and gives the upstream's response as it is, or why there is none. The deadline
 * starts when a large upload has been sent, so that a slow client is not taken for a slow upstream.
 * What comes too late is left alone: it ends with the client's request.
 */
export async function send(
  url: string,
  method: string,
  headers: Headers,
  { body, sent }: Upload,
  deadlineMs: number,
): Promise<Result<Response, Denial>> {
  try {
    const answer = fetch(url, { method, headers, body, redirect: 'manual', cache: 'no-store' })
    const late = sent ? lateAfter(sent, deadlineMs) : scheduler.wait(deadlineMs)
    const response = await Promise.race([answer, late])
    return response ? ok(response) : err({ reason: 'upstream_timeout' })
  } catch (error) {
    // The text of the error names hosts and ports: it is for the operator, never for the client.
    console.error(`upstream ${URL.parse(url)?.host} unreachable`, error)
    return err({ reason: 'upstream_unreachable' })
  }
}

async function lateAfter(sent: Promise<unknown>, deadlineMs: number): Promise<void> {
  await sent.catch(() => undefined)
  await scheduler.wait(deadlineMs)
}

/** The upstream's answer as the client may see it: without what belongs to one connection, or to us. */
export function outboundResponse(upstream: Response, base: URL): Response {
  const response = new Response(upstream.body, upstream)
  const { headers } = response
  const names = [...upstream.headers.keys()]
  const upgraded = upstream.webSocket !== null
  const listed = names.includes('connection') ? connectionListed(upstream.headers) : []
  for (const name of names) {
    if (upgraded && (name === 'upgrade' || name === 'connection')) continue
    if (!mayReturn(name) || listed.includes(name)) headers.delete(name)
    else if (name === 'location') setLocation(headers, base)
  }
  if (!names.includes('cache-control') || listed.includes('cache-control')) {
    headers.set('cache-control', 'private, no-store')
  }
  return response
}

/** An absolute redirect within the upstream must not tell its address or lead around the gate. */
function setLocation(headers: Headers, base: URL): void {
  const location = URL.parse(headers.get('location') ?? '')
  if (location?.origin === base.origin) headers.set('location', withoutBase(location, base))
}

function withoutBase(location: URL, base: URL): string {
  const prefix = base.pathname.replace(/\/$/, '')
  const path = location.pathname.startsWith(`${prefix}/`)
    ? location.pathname.slice(prefix.length)
    : location.pathname
  return path.replace(/^\/+/, '/') + location.search + location.hash
}

/** Whether the client asks for a WebSocket. */
export function isWebSocket(headers: HeaderReader): boolean {
  return headers.get('upgrade')?.toLowerCase() === 'websocket'
}

/** The body to send; of a large one also when it has been sent. */
export interface Upload {
  readonly body: ReadableStream | null
  readonly sent?: Promise<void>
}

/** A body on GET or HEAD has no meaning (RFC 9110 §9.3.1) and is not forwarded. Lengths stay as declared. */
export function uploadOf(request: Request, method: string, headers: HeaderReader): Upload {
  if (method === 'GET' || method === 'HEAD' || !request.body) return { body: null }
  const declared = headers.get('content-length')
  const length = declared === null ? undefined : Number(declared)
  if (length !== undefined && length <= SMALL_BODY_BYTES) return { body: request.body }
  const { readable, writable } =
    length === undefined ? new IdentityTransformStream() : new FixedLengthStream(length)
  return { body: readable, sent: request.body.pipeTo(writable) }
}
