// Forwarding: the body streams and is never parsed, redirects go back unfollowed, nothing is cached
// on the way, and the deadline is for the response's headers only.

import { err, ok, type Result } from '../../lib/result.ts'
import { keepPrivate, NOT_KEPT } from './caching.ts'
import type { Denial } from '../../reasons/denial.ts'
import { connectionListed, NO_NAMES, mayReturn } from './headers.ts'
import { lateAfter, type Upload } from './upload.ts'

/** How long an upstream may take to begin its answer, unless product or route say otherwise. */
export const DEADLINE_MS = 60_000
/** The last status that there is. */
const STATUS_MAX = 599

/**
 * Sends a request and gives the upstream's response as it is, or why there is none. While a large upload
 * comes in, the deadline counts only what the upstream takes; see Upload. What comes too late is left
 * alone: it ends with the client's request.
 */
export async function send(
  url: string,
  method: string,
  headers: Headers,
  { body, progress }: Upload,
  deadlineMs: number,
): Promise<Result<Response, Denial>> {
  try {
    const answer = fetch(url, { method, headers, body, redirect: 'manual', cache: 'no-store' })
    const late = progress ? lateAfter(progress, deadlineMs) : scheduler.wait(deadlineMs)
    const response = await Promise.race([answer, late])
    if (!response) return err({ reason: 'upstream_timeout' })
    return response.status > STATUS_MAX || isBareUpgrade(response)
      ? await unusable(response, url)
      : ok(response)
  } catch (error) {
    // The text of the error names hosts and ports: it is for the operator, never for the client.
    console.error(`upstream ${URL.parse(url)?.host} unreachable`, error)
    return err({ reason: 'upstream_unreachable' })
  }
}

/** Another protocol than the one that was asked for, or one where none was. */
function isBareUpgrade({ status, webSocket }: Response): boolean {
  return status === 101 && !webSocket
}

/** A status that no Response can have (RFC 9110 §15: 100 to 599). */
async function unusable(response: Response, url: string): Promise<Result<never, Denial>> {
  console.error(`upstream ${URL.parse(url)?.host} answered with status ${response.status}`)
  await response.body?.cancel()
  return err({ reason: 'upstream_invalid' })
}

/**
 * The upstream's answer as the client may see it: without what belongs to one connection, or to us.
 * @param credentials the headers by which the answer may differ, as in `Vary`.
 */
export function outboundResponse(upstream: Response, base: URL, credentials = ''): Response {
  const response = new Response(upstream.body, upstream)
  const { headers } = response
  const names = [...upstream.headers.keys()]
  const upgraded = upstream.webSocket !== null
  const listed = names.includes('connection') ? connectionListed(upstream.headers) : NO_NAMES
  for (const name of names) {
    if (upgraded && (name === 'upgrade' || name === 'connection')) continue
    if (!mayReturn(name) || listed.has(name)) headers.delete(name)
    else if (name === 'location') setLocation(headers, base)
  }
  if (!names.includes('cache-control') || listed.has('cache-control')) {
    // On a 304 it would throw away what the caller has kept as it was told to.
    if (upstream.status !== 304) headers.set('cache-control', NOT_KEPT)
  } else if (!upgraded) keepPrivate(headers, credentials)
  return response
}

/** A redirect within the upstream must not tell its address, lead around the gate, or miss it. */
function setLocation(headers: Headers, base: URL): void {
  const location = (headers.get('location') ?? '').trim()
  const target = URL.parse(location, base.href)
  if (!target || target.host !== base.host || !/^https?:$/.test(target.protocol)) return
  const prefix = base.pathname.replace(/\/$/, '')
  if (NAMES_HOST.test(location)) headers.set('location', withoutPrefix(target, prefix))
  else if (prefix !== '' && PATH_ABSOLUTE.test(location) && isBelow(target, prefix)) {
    headers.set('location', withoutPrefix(target, prefix))
  }
}

/** As browsers read it: `\\` is `/`, and tabs are nothing. */
const NAMES_HOST = /^(?:[a-z][a-z0-9+.-]*:|\t*[/\\]\t*[/\\])/i
const PATH_ABSOLUTE = /^\t*[/\\]/

function isBelow({ pathname }: URL, prefix: string): boolean {
  return pathname === prefix || pathname.startsWith(`${prefix}/`)
}

function withoutPrefix(target: URL, prefix: string): string {
  const path = isBelow(target, prefix) ? target.pathname.slice(prefix.length) : target.pathname
  return path.replace(/^\/*/, '/') + target.search + target.hash
}
