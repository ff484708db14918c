// Which headers cross the gate, by name, with the reason beside each set. A name is judged as the
// most forgiving upstream reads it: CGI, WSGI and nginx fold `_` and `.` into `-`, so `X_Edge.Org`
// is `X-Edge-Org`.

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

const verdicts = new Map<string, boolean>()
const MAX_VERDICTS = 2_000

/** Whether an inbound header may go upstream, by its lower-case name. */
export function mayForward(name: string): boolean {
  const known = verdicts.get(name)
  if (known !== undefined) return known
  const folded = foldHeaderName(name)
  const verdict =
    !DROPPED.has(name) &&
    !DROPPED.has(folded) &&
    !CLAIM_PREFIXES.some((prefix) => folded.startsWith(prefix))
  if (verdicts.size < MAX_VERDICTS) verdicts.set(name, verdict)
  return verdict
}

/** The names that a `Connection` header lists, lower-case: they end at the next hop, which is us. */
export function connectionListed(headers: Headers): string[] {
  const names = headers.get('connection')?.split(',') ?? []
  return names.map((name) => name.trim().toLowerCase()).filter((name) => name !== '')
}

/** W3C Trace Context §3.2: version, trace id, parent id, flags; all-zero ids are invalid. */
const TRACEPARENT =
  /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?$/

/** Whether a trace may be continued; otherwise both its headers are dropped and a new one starts. */
export function isTraceparent(value: string): boolean {
  return TRACEPARENT.test(value) && (value.length === 55 || !value.startsWith('00'))
}
