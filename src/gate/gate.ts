// The gate: a request's way from the client to the upstream, read from top to bottom. Each step
// takes plain data and returns the next thing or a denial; the first denial ends it. The order is a
// promise: cheap and local first, the limiter last, so that only what would be forwarded spends.

import type { MatchedRoute } from '../catalog/match.ts'
import type { KeyRecord } from '../credentials/record.ts'
import { admit, confirmRefusal } from './admit.ts'
import { Ahead } from './ahead.ts'
import { authenticateFrom, recall, reload } from './authenticate.ts'
import { authorize } from './authorize.ts'
import { checkPreflight, preflightMethod } from './cors.ts'
import { readCredential } from './credential.ts'
import { broken, opened, refused } from './decided.ts'
import type { GateDeps } from './deps.ts'
import { forward } from './forward/forward.ts'
import { checkMethod } from './method.ts'
import type { Decided, Passage } from './passage.ts'
import { findRoute } from './route.ts'
import { checkSubprotocols } from './subprotocol.ts'

/** A fresh record is never stale, unless D1 knows no such credential any more: then it is looked for. */
const MAX_RELOADS = 3

/**
 * Decides about a request whose path has one meaning and whose host is ours, and forwards it, or says why
 * not: method → preflight → credential → authenticate → status → address → route → origin → grant → admit →
 * forward. The route is looked up before all of them, but that there is none is said after the address: who
 * has no valid credential is told that first. Where a guard says `stale` the decision is taken again on a
 * fresh record, so that nothing rests on what has been changed.
 */
export async function gate(passage: Passage, deps: GateDeps): Promise<Decided> {
  const { headers, target, address, nowMs, waitUntil } = passage
  let matched: MatchedRoute | undefined
  let record: KeyRecord | undefined
  let ahead: Ahead | undefined
  try {
    const method = checkMethod(passage.method)
    if (!method.ok) return refused(passage, method.error)

    const asks = preflightMethod(passage.method, headers)
    const route = findRoute(asks ?? passage.method, target, deps)
    if (!route.ok) return refused(passage, route.error)
    if (asks !== undefined) {
      const open = checkPreflight(asks, target.path, deps.routes)
      return open.ok ? opened(passage, open.value) : refused(passage, open.error)
    }
    matched = route.value

    const misplaced = checkSubprotocols(headers, deps.settings)
    if (!misplaced.ok) return refused(passage, misplaced.error, matched)
    const credential = readCredential(headers)
    if (!credential.ok) {
      return refused(passage, await deps.failures.count(credential.error, address, nowMs), matched)
    }
    const presented = credential.value

    const remembered = recall(presented, deps, nowMs)
    if (!remembered) ahead = new Ahead(deps, matched)
    let found =
      remembered ?? (await authenticateFrom(address, { presented, nowMs, waitUntil, ahead }, deps))
    if (!found.ok) {
      return refused(passage, await deps.failures.count(found.error, address, nowMs), matched)
    }
    const asked = { scheme: presented.scheme, address, headers, nowMs, matched }
    for (let reloads = 0; reloads <= MAX_RELOADS; reloads++) {
      const { key, fresh } = found.value
      record = key.principal.record
      // status → address → route → origin → grant
      const grant = authorize(key.principal, asked, deps)
      const admitted = grant.ok
        ? await admit({ passage, key, fresh, grant: grant.value, ahead }, deps)
        : await confirmRefusal(grant.error, { key, fresh }, deps)
      if (admitted.ok) {
        ahead?.end(waitUntil)
        return await forward({ passage, presented, admitted: admitted.value }, deps)
      }
      if (admitted.error !== 'stale') return refused(passage, admitted.error, matched, record)
      found = await reload({ presented, nowMs, waitUntil }, deps)
      if (!found.ok) return refused(passage, found.error, matched, record)
    }
    return refused(passage, { reason: 'records_unreachable' }, matched, record)
  } catch (error) {
    return broken(passage, error, matched, record)
  } finally {
    ahead?.end(waitUntil)
  }
}
