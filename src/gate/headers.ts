// Which headers cross the gate, by name, with the reason beside each set. A name is judged as the
// most forgiving upstream reads it: CGI, WSGI and nginx fold `_` and `.` into `-`, so `X_Edge.Org`
// is `X-Edge-Org`.

import type { HeaderReader } from './sent-headers.ts'

/** RFC 9110 §7.6.1: they belong to one connection. `Upgrade` is set again for WebSockets. */
export const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** The credential is ours; the upstream gets the assertion. `Expect` was answered by the edge. */
const CONSUMED = ['x-api-key', 'authorization', 'expect']

/** Claims about where the request came from or what it really is: only ours count. */
const CLAIMS = [
  'forwarded',
  // CGI programs take it for HTTP_PROXY, their own proxy setting (CVE-2016-5385).
  'proxy',
  'x-real-ip',
  'true-client-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-original-url',
  'x-original-uri',
  'x-original-method',
  'x-rewrite-url',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-approver-department',
]

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
  'x-request-id',
])

/** Whole families: identity (ours), proxies, forwarding, the platform's own, framework internals. */
const CLAIM_PREFIXES = ['x-edge', 'proxy-', 'x-forwarded', 'cf-', 'cloudflare-', 'x-middleware-']

const DROPPED = new Set([...HOP_BY_HOP, ...CONSUMED, ...CLAIMS])

/** Lower-case, with every run of other characters than letters and digits as one `-`. */
export function foldHeaderName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
}

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

/** Whether an inbound header may go upstream, by its lower-case name. */
export const mayForward = remembered((name) => {
  const folded = foldHeaderName(name)
  return (
    !DROPPED.has(name) &&
    !DROPPED.has(folded) &&
    (name === folded || !MIMICKED.has(folded)) &&
    !CLAIM_PREFIXES.some((prefix) => folded.startsWith(prefix))
  )
})

/** CORS, identity and limits are told by the edge alone; what software answers is nobody's concern. */
const NOT_THE_UPSTREAMS =
  /^(?:access-control-|x-edge-|(?:x-)?rate-?limit(?:-|$)|server$|x-powered-by$)/

/** Whether an upstream's header may go to the client, by its lower-case name. */
export const mayReturn = remembered(
  (name) => !HOP_BY_HOP.has(name) && !NOT_THE_UPSTREAMS.test(name),
)

/** The names that a `Connection` header lists, lower-case: they end at the next hop, which is us. */
export function connectionListed(headers: HeaderReader): readonly string[] {
  const connection = headers.get('connection')
  if (connection === null) return []
  return connection
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '')
}

/** W3C Trace Context §3.2: version, trace id, parent id, flags; all-zero ids are invalid. */
const TRACEPARENT =
  /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?$/

/** Whether a trace may be continued; otherwise both its headers are dropped and a new one starts. */
export function isTraceparent(value: string): boolean {
  return TRACEPARENT.test(value) && (value.length === 55 || !value.startsWith('00'))
}
