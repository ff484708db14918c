// What Cloudflare answers itself where it gets no answer from an upstream: fetch does not throw then, it
// gives a response of Cloudflare's making, with a status that nothing else should have (Cloudflare docs,
// "Cloudflare 5xx errors") and a page that names the upstream's host. It is told from an answer of
// the upstream's own by what is missing: every application adds some header of its own.

import type { Product } from '../../catalog/define.ts'
import type { Denial } from '../../reasons/denial.ts'

/** No connection (522), or no answer on it (524), in time. */
const TIMEOUTS: ReadonlySet<number> = new Set([522, 524])

/** 520 to 527: trouble with the origin; 530: its name does not resolve, its tunnel is gone. */
function isPlatformStatus(status: number): boolean {
  return (status >= 520 && status <= 527) || status === 530
}

/** What Cloudflare's own error answers carry, besides cookies of its own. */
const OF_ERRORS: ReadonlySet<string> = new Set([
  ...['server', 'cf-ray', 'cf-cache-status', 'cf-mitigated', 'alt-svc', 'nel', 'report-to'],
  ...['server-timing', 'speculation-rules', 'date', 'connection', 'keep-alive', 'vary'],
  ...['content-type', 'content-length', 'content-encoding', 'transfer-encoding'],
  ...['cache-control', 'expires', 'pragma', 'retry-after', 'referrer-policy', 'x-frame-options'],
])
/** What it adds to every answer of a zone that is so configured, and what applications set too. */
const OF_ZONES: ReadonlySet<string> = new Set([
  'strict-transport-security',
  'x-content-type-options',
])
const OWN_COOKIE = /^_{1,2}cf/
/** By default; what a client accepts gets JSON or Markdown ("Error responses"). */
const PAGE = /^text\/(?:html|plain)\b/i

/**
 * The denial in whose place Cloudflare answered; undefined when the upstream did. An upstream that is
 * itself behind Cloudflare carries `server: cloudflare` and `cf-ray` too: those alone say nothing.
 */
export function platformDenial(
  response: Pick<Response, 'status' | 'headers'>,
  { own52x = false }: Pick<Product, 'own52x'>,
): Denial | undefined {
  const { status } = response
  if (!isPlatformStatus(status)) return undefined
  const { headers } = response
  if (headers.get('server')?.toLowerCase() !== 'cloudflare' || !headers.has('cf-ray')) {
    return undefined
  }
  const page = PAGE.test(headers.get('content-type') ?? '')
  if (own52x && !page) return undefined
  if ([...headers].some(([name, value]) => isOwn(name, value, page && !own52x))) return undefined
  return { reason: TIMEOUTS.has(status) ? 'upstream_timeout' : 'upstream_unreachable' }
}

/** Whether a header can only be the upstream's. */
function isOwn(name: string, value: string, page: boolean): boolean {
  if (name === 'set-cookie') return !OWN_COOKIE.test(value)
  return !OF_ERRORS.has(name) && !(page && OF_ZONES.has(name))
}
