// Whether what is open may stay open: the gate's own steps once more, without spending, on the record
// that the key's guard confirms. A key with a thousand open connections asks as often as one with one.

import type { MatchedRoute } from '../../catalog/match.ts'
import type { KnownKey } from '../memo.ts'
import type { WaitUntil } from '../../lib/wait-until.ts'
import { err, ok, type Result } from '../../lib/result.ts'
import { authenticate, recall, reload } from '../authenticate.ts'
import { authorize, type Asked } from '../authorize.ts'
import type { Presented } from '../credential.ts'
import type { Denial } from '../../reasons/denial.ts'
import type { GateDeps } from '../deps.ts'
import { chargeFor } from '../limits.ts'

/** What a connection was opened with. */
export interface Opened {
  readonly presented: Presented
  readonly asked: Omit<Asked, 'nowMs'> & { readonly matched: MatchedRoute }
}

/** How long it may stay without being asked about, in Unix ms. */
export interface Stay {
  /** What it rests on was current then. */
  readonly confirmedAt: number
  readonly expiresAt: number
}

/**
 * Decides once more. `unknown`: neither guard nor database said, or another connection of the key is
 * asking at this moment. A refusal that cannot be confirmed stands.
 */
export async function recheck(
  { presented, asked }: Opened,
  deps: GateDeps,
  waitUntil: WaitUntil,
): Promise<Result<Stay, Denial> | 'unknown'> {
  const nowMs = Date.now()
  const authenticating = { presented, nowMs, waitUntil }
  const found = recall(presented, deps, nowMs) ?? (await authenticate(authenticating, deps))
  if (!found.ok) return failed(found.error)
  const { key } = found.value
  const rests = await deps.confirmations.ask(deps.bindings, key, deps.watch.everyMs)
  if (rests === 'busy') return 'unknown'
  if (rests !== 'stale') return stay(key, asked, deps, rests)
  // Read from D1 by this very recheck, it is current as of now, whoever edits meanwhile.
  const fresh = await reload(authenticating, deps)
  return fresh.ok ? stay(fresh.value.key, asked, deps, nowMs) : failed(fresh.error)
}

function stay(
  key: KnownKey,
  asked: Opened['asked'],
  deps: GateDeps,
  confirmedAt: number | 'unreachable',
): Result<Stay, Denial> | 'unknown' {
  const verdict = judge(key, asked, deps)
  if (!verdict.ok) return verdict
  if (confirmedAt === 'unreachable') return 'unknown'
  return ok({ confirmedAt, expiresAt: key.principal.expiresAt })
}

function judge(
  { principal }: KnownKey,
  asked: Opened['asked'],
  deps: GateDeps,
): Result<void, Denial> {
  const now = { ...asked, nowMs: Date.now() }
  const grant = authorize(principal, now, deps)
  if (!grant.ok) return grant
  const charge = chargeFor(deps.catalog, principal.record, asked.matched, asked.address)
  return charge ? ok(undefined) : err({ reason: 'plan_unknown' })
}

function failed(denial: Denial): Result<never, Denial> | 'unknown' {
  return denial.reason === 'records_unreachable' ? 'unknown' : err(denial)
}
