// The account of a connection that the gate has ended, beside that of the request which opened it.

import type { MatchedRoute } from '../catalog/match.ts'
import { describe, type Denial } from '../reasons/denial.ts'
import type { WaitUntil } from '../lib/wait-until.ts'
import type { AuditDeps } from './deps.ts'
import { eventOf, type Caller } from './event.ts'

/** A connection that was opened by a request, and why it ended. */
export interface Ended {
  /** Of the request. */
  readonly method: string
  readonly requestId: string
  readonly path: string
  readonly clientIp: string
  readonly waitUntil: WaitUntil
  readonly caller: Caller
  readonly matched: MatchedRoute
  readonly denial: Denial
}

/**
 * Accounts for the end as for a refusal, with the status that the same request would be answered with now.
 * Its id follows from the request's, so that there is one at most and each leads to the other.
 */
export function accountForEnd(ended: Ended, deps: AuditDeps): void {
  const { method, requestId, path, clientIp, caller, matched, denial } = ended
  const { brand, importedPrefixes } = deps.settings
  const id = endId(requestId)
  const event = eventOf({
    requestId: id,
    nowMs: Date.now(),
    method,
    path,
    address: clientIp || null,
    brand,
    importedPrefixes,
    caller,
    matched,
    outcome: { decision: 'refused', reason: denial.reason, status: describe(denial).status },
  })
  console.warn(`connection ${requestId} ended: ${denial.reason}; on record as ${id}`)
  deps.events.add(event, ended.waitUntil)
}

/** The request's id, a random UUID, with version 8 in place of 4 (RFC 9562 §5.8). */
export function endId(requestId: string): string {
  return `${requestId.slice(0, 14)}8${requestId.slice(15)}`
}
