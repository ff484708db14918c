// The account of one request: its event goes into the buffer, or, where the route asks for it, onto
// record before the answer leaves. Preflights decide nothing and are not accounted for.

import type { MatchedRoute } from '../catalog/match.ts'
import type { Denial } from '../reasons/denial.ts'
import { err, ok, type Result } from '../lib/result.ts'
import type { WaitUntil } from '../lib/wait-until.ts'
import type { AuditDeps } from './deps.ts'
import { eventOf, type Acting, type AuditEvent, type Caller, type Outcome } from './event.ts'

/** The request that is to be accounted for. */
export interface Account {
  readonly method: string
  readonly requestId: string
  readonly nowMs: number
  /** Empty where it is not known. */
  readonly clientIp: string
  /** Canonical where there is one; without scheme and host. */
  readonly path: string
}

/** What became of a request, as far as its account needs it. */
export interface Facts {
  /** Null while nobody was recognised. A revoked or expired key is recognised. */
  readonly record: Caller | null
  readonly matched: MatchedRoute | null
  /** Why it was refused, by the gate or by the edge's own operation; null: it was not. */
  readonly reason: string | null
  /** Until the upstream's headers, or until it was clear that there would be none; null: it was not asked. */
  readonly upstreamMs: number | null
  /** What Cloudflare answered in an upstream's place; null: it did not. */
  readonly platformStatus: number | null
  /** Who called without a credential of ours. */
  readonly acting?: Acting | null
}

/** Where nothing is known of a request but why it was refused, if it was. */
export function factsOf(reason: string | null, acting: Acting | null = null): Facts {
  return { record: null, matched: null, reason, upstreamMs: null, platformStatus: null, acting }
}

/** An answer, with the facts for its account. */
export interface Accounted extends Facts {
  readonly response: Response
}

/** Accounts for an answer, and gives it back; a denial in its place where a durable record failed. */
export async function accountFor(
  account: Account,
  accounted: Accounted,
  deps: AuditDeps,
  waitUntil: WaitUntil,
): Promise<Result<Response, Denial>> {
  const { response, matched } = accounted
  if (account.method === 'OPTIONS' && response.status === 204) return ok(response)
  const event = eventFor(account, accounted, deps.settings)
  if (matched?.route.audit !== 'durable' || event.decision === 'refused') {
    deps.events.add(event, waitUntil)
    return ok(response)
  }
  try {
    await deps.events.addDurable(event, waitUntil)
    return ok(response)
  } catch (error) {
    console.error('audit: a durable event was not taken', error)
    await response.body?.cancel()
    // Nobody will have it: what is behind it must not stay open.
    response.webSocket?.accept()
    response.webSocket?.close(1011, 'audit_unreachable')
    return err({ reason: 'audit_unreachable' })
  }
}

function eventFor(
  account: Account,
  { response, record, matched, reason, upstreamMs, platformStatus, acting }: Accounted,
  { brand, importedPrefixes }: AuditDeps['settings'],
): AuditEvent {
  const { nowMs } = account
  const status = platformStatus ?? response.status
  const outcome: Outcome =
    reason !== null && upstreamMs === null
      ? { decision: 'refused', reason, status }
      : { decision: 'forwarded', reason, status, upstreamMs: upstreamMs ?? Date.now() - nowMs }
  return eventOf({
    requestId: account.requestId,
    nowMs,
    method: account.method,
    path: account.path,
    address: account.clientIp || null,
    brand,
    importedPrefixes,
    caller: record,
    acting: acting ?? null,
    matched,
    outcome,
  })
}
