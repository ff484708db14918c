// The account of one request: its event goes into the buffer, or, where the route asks for it, onto
// record before the answer leaves. Preflights decide nothing and are not accounted for.

import type { Seen } from '../gate/passage.ts'
import { refuse } from '../gate/refuse.ts'
import type { WaitUntil } from './buffer.ts'
import type { AuditDeps } from './deps.ts'
import { eventOf } from './event.ts'
import type { AuditEvent, Outcome } from './event.ts'

/** What is to be accounted for. */
export interface Account {
  readonly method: string
  readonly requestId: string
  readonly nowMs: number
  /** Empty where it is not known. */
  readonly clientIp: string
  /** Canonical where there is one; without scheme and host. */
  readonly path: string
  readonly seen: Seen
}

/** Accounts for an answer, and gives it back; 503 in its place where a durable record failed. */
export async function accountFor(
  account: Account,
  response: Response,
  deps: AuditDeps,
  waitUntil: WaitUntil,
): Promise<Response> {
  if (account.method === 'OPTIONS' && response.status === 204) return response
  const { reason, record } = account.seen
  if (reason === 'secret_key_in_browser' && record) {
    waitUntil(deps.announceExposed(record.id, account.nowMs))
  }
  const event = eventFor(account, response, deps.settings)
  const durable = account.seen.matched?.route.audit === 'durable'
  if (!durable || event.decision === 'refused') {
    deps.events.add(event, waitUntil)
    return response
  }
  try {
    await deps.events.addDurable(event, waitUntil)
    return response
  } catch (error) {
    console.error('audit: a durable event was not taken', error)
    await response.body?.cancel()
    // Nobody will have it: what is behind it must not stay open.
    response.webSocket?.accept()
    response.webSocket?.close(1011, 'audit_unreachable')
    return refuse({ reason: 'audit_unreachable' }, account.nowMs)
  }
}

function eventFor(
  account: Account,
  response: Response,
  { brand, importedPrefixes }: AuditDeps['settings'],
): AuditEvent {
  const { seen, nowMs } = account
  const { reason, upstreamMs, platformStatus } = seen
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
    caller: seen.record,
    acting: seen.acting,
    matched: seen.matched,
    outcome,
  })
}
