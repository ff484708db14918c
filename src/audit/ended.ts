// The account of a connection that the gate has ended, beside that of the request which opened it.

import type { MatchedRoute } from '../catalog/match.ts'
import type { Denial } from '../gate/denial.ts'
import type { Passage } from '../gate/passage.ts'
import { describe } from '../gate/refuse.ts'
import type { KeyRecord } from '../credentials/record.ts'
import type { AuditDeps } from './deps.ts'
import { eventOf } from './event.ts'

/**
 * Accounts for the end as for a refusal, with the status that the same request would be answered with now.
 * Its id follows from the request's, so that there is one at most and each leads to the other.
 */
export function accountForEnd(
  { method, requestId, target, clientIp, waitUntil }: Passage,
  caller: KeyRecord,
  matched: MatchedRoute,
  denial: Denial,
  deps: AuditDeps,
): void {
  const { brand, importedPrefixes } = deps.settings
  const id = endId(requestId)
  const event = eventOf({
    requestId: id,
    nowMs: Date.now(),
    method,
    path: target.path,
    address: clientIp || null,
    brand,
    importedPrefixes,
    caller,
    matched,
    outcome: { decision: 'refused', reason: denial.reason, status: describe(denial).status },
  })
  console.warn(`connection ${requestId} ended: ${denial.reason}; on record as ${id}`)
  deps.events.add(event, waitUntil)
}

/** The request's id, a random UUID, with version 8 in place of 4 (RFC 9562 §5.8). */
export function endId(requestId: string): string {
  return `${requestId.slice(0, 14)}8${requestId.slice(15)}`
}
