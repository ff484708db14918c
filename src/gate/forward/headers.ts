// Which headers cross the gate, by name. A name is judged as the most forgiving upstream reads it: CGI,
// WSGI and nginx fold `_` and `.` into `-`, so `X_Edge.Org` is `X-Edge-Org`. What no client may claim is
// in catalog/claims.ts, since a product's list is checked by it.

import { HEADERS } from '../../lib/header-names.ts'
import { foldHeaderName, HOP_BY_HOP, isClaim, mayBeClaim } from '../../catalog/claims.ts'
import type { Product } from '../../catalog/define.ts'
import type { HeaderReader } from './sent-headers.ts'

export { foldHeaderName, HOP_BY_HOP }

/**
 * What is looked at before it goes on, or says how the request is to be read: a name that only some
 * upstream takes for one of these has not been looked at.
 */
const MIMICKED = new Set([
  'content-encoding',
  'content-length',
  'content-type',
  'cookie',
  'host',
  'origin',
  'referer',
  'traceparent',
  'tracestate',
  HEADERS.requestId,
])

/** What tells the message itself: it goes upstream whatever a product lists. */
const ALWAYS: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'cache-control',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'host',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'pragma',
  'range',
  'sec-websocket-extensions',
  'sec-websocket-key',
  'sec-websocket-protocol',
  'sec-websocket-version',
])

const MAX_VERDICTS = 2_000

/** Names are few and come again and again, so what was found of one is kept. */
function remembered(judge: (name: string) => boolean): (name: string) => boolean {
  const verdicts = new Map<string, boolean>()
  return (name) => {
    const known = verdicts.get(name)
    if (known !== undefined) return known
    const verdict = judge(name)
    if (verdicts.size < MAX_VERDICTS) verdicts.set(name, verdict)
    return verdict
  }
}

/** Whether an inbound header may go upstream where the product lists none, by its lower-case name. */
export const mayForward = remembered((name) => {
  const folded = foldHeaderName(name)
  return (name === folded || !MIMICKED.has(folded)) && !isClaim(folded) && !mayBeClaim(folded)
})

const listed = new WeakMap<readonly string[], ReadonlySet<string>>()

/** Whether one may go upstream to a product; what its list names has been found right. */
export function mayForwardTo({ headers, cookies }: Product, name: string): boolean {
  if (headers === undefined) return mayForward(name)
  const known = listed.get(headers) ?? new Set(headers.map((one) => one.toLowerCase()))
  listed.set(headers, known)
  return ALWAYS.has(name) || known.has(name) || (name === 'cookie' && cookies === true)
}

/**
 * CORS, identity and limits are told by the edge alone, and no cache that many share has a say; what
 * software answers is nobody's concern.
 */
const NOT_THE_UPSTREAMS =
  /^(?:access-control-|x-edge-|(?:x-)?rate-?limit(?:-|$)|(?:cloudflare-)?cdn-cache-control$|surrogate-control$|cf-cache-status$|server$|x-powered-by$)/

/** Whether an upstream's header may go to the client, by its lower-case name. */
export const mayReturn = remembered(
  (name) => !HOP_BY_HOP.has(name) && !NOT_THE_UPSTREAMS.test(name),
)

/** What no `Connection` header lists. */
export const NO_NAMES: ReadonlySet<string> = new Set()

/** The names that a `Connection` header lists, lower-case: they end at the next hop, which is us. */
export function connectionListed(headers: HeaderReader): ReadonlySet<string> {
  const connection = headers.get('connection')
  if (connection === null) return NO_NAMES
  const names = connection.split(',').map((name) => name.trim().toLowerCase())
  return new Set(names.filter((name) => name !== ''))
}

/** W3C Trace Context §3.2: version, trace id, parent id, flags; all-zero ids are invalid. */
const TRACEPARENT =
  /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?$/

/** Whether a trace may be continued; otherwise both its headers are dropped and a new one starts. */
export function isTraceparent(value: string): boolean {
  return TRACEPARENT.test(value) && (value.length === 55 || !value.startsWith('00'))
}
