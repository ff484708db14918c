// Which of the client's headers go upstream, and as what.

import { HEADERS } from '../../lib/header-names.ts'
import type { Product } from '../../catalog/define.ts'
import { keepCondition } from './caching.ts'
import { connectionListed, isTraceparent, mayForwardTo } from './headers.ts'
import type { HeaderReader, SentHeaders } from './sent-headers.ts'

/** What a client's own request id may look like to be passed on. */
const REQUEST_ID = /^[\w.-]{1,128}$/

/** Takes from a copy of the client's headers what may not go upstream. */
export function filterHeaders(
  headers: Headers,
  sent: SentHeaders,
  product: Product,
  hasBody: boolean,
): void {
  const listed = connectionListed(sent)
  for (const name of sent.names()) {
    if (!mayForwardTo(product, name) || listed.has(name)) headers.delete(name)
    else if (CHECKED.has(name) && !isRight(name, sent, product)) headers.delete(name)
  }
  if (isWebSocket(sent)) headers.set('upgrade', 'websocket')
  if (!hasBody && sent.has('content-length')) headers.delete('content-length')
  keepCondition(headers, sent)
}

const CHECKED: ReadonlySet<string> = new Set([
  'cookie',
  HEADERS.requestId,
  'traceparent',
  'tracestate',
])

/** Whether a header goes on that does so only in some cases. */
function isRight(name: string, sent: SentHeaders, product: Product): boolean {
  if (name === 'cookie') return product.cookies ?? false
  // It ends in logs and pages of the upstream; ours is X-Edge-Request-Id.
  if (name === HEADERS.requestId) return REQUEST_ID.test(sent.get(name) ?? '')
  return isTraceparent(sent.get('traceparent') ?? '')
}

/** Whether the client asks for a WebSocket. */
export function isWebSocket(headers: HeaderReader): boolean {
  return headers.get('upgrade')?.toLowerCase() === 'websocket'
}
