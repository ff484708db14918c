// The last step before forwarding: the credential's guard confirms that the record is current and
// debits its limits. A refusal that rests on a record is confirmed too, so that a list entry or a
// scope that was just added counts on the next request.

import type { Catalog } from '../catalog/define.ts'
import type { MatchedRoute } from '../catalog/match.ts'
import type { Edge } from '../edge.ts'
import { askGuard } from '../guard/ask.ts'
import type { AdmitAnswer } from '../guard/key-guard.ts'
import type { Limit, LimitState } from '../guard/limit.ts'
import type { KnownKey } from '../keys/memo.ts'
import type { KeyRecord } from '../keys/record.ts'
import { addressBucket } from '../lists/address.ts'
import type { Address } from '../lists/address.ts'
import { err, ok } from '../result.ts'
import type { Result } from '../result.ts'
import type { Denial } from './denial.ts'

/** Every limit that applies to a call; undefined when the catalog has no such plan. */
export function limitsFor(
  catalog: Catalog,
  record: KeyRecord,
  { route }: MatchedRoute,
  address: Address | undefined,
): Limit[] | undefined {
  return limitsOf(catalog, record, route.limits ?? [], address)
}

function limitsOf(
  catalog: Catalog,
  record: KeyRecord,
  further: readonly string[],
  address: Address | undefined,
): Limit[] | undefined {
  const plan = catalog.plans[record.plan]
  if (!plan) return undefined
  const limits: Limit[] = []
  for (const name of ['plan', ...further]) {
    const quota = plan[name]
    if (!quota) return undefined
    const { windowSeconds } = quota
    limits.push({ name, windowSeconds, quota: record.quotas[name] ?? quota.quota })
  }
  if (record.kind === 'publishable') {
    const { quota, windowSeconds, per } = catalog.publishable
    const own = record.quotas['publishable'] ?? quota
    const limit = { name: 'publishable', windowSeconds, quota: own }
    const partition = address ? addressBucket(address) : 'unknown'
    limits.push(per === 'address' ? { ...limit, partition } : limit)
  }
  return limits
}

/** Every limit that any call of a key may meet. */
export function everyLimit(catalog: Catalog, record: KeyRecord): Limit[] | undefined {
  const names = Object.keys(catalog.plans[record.plan] ?? {}).filter((name) => name !== 'plan')
  return limitsOf(catalog, record, names, undefined)
}

/** Debits one request. `stale`: decide again on a fresh record. */
export async function admit(
  edge: Edge,
  key: KnownKey,
  limits: readonly Limit[],
  nowMs: number,
): Promise<Result<readonly LimitState[], Denial | 'stale'>> {
  const { id, generation } = key.principal.record
  const remembered = edge.refusals.get(id, limits, nowMs)
  if (remembered && !key.asks.take(nowMs)) return err(limited(remembered))
  const answer = await askGuard<AdmitAnswer>(edge.bindings, id, (guard) =>
    guard.admit({ generation, limits, want: 1 }),
  )
  if (!answer.ok) return err({ reason: 'guard_unreachable' })
  if (answer.value.verdict === 'stale') return err('stale')
  if (answer.value.verdict === 'granted') return ok(answer.value.limits)
  edge.refusals.set(id, limits, answer.value, nowMs)
  return err(limited(answer.value))
}

/** Whether a refusal rests on a current record. A guard that does not answer lets it stand. */
export async function confirmRefusal(
  edge: Edge,
  key: KnownKey,
  nowMs: number,
): Promise<'current' | 'stale'> {
  const { id, generation, readAt } = key.principal.record
  // Read from D1 for this very request, or asked often enough this second.
  if (readAt === nowMs || !key.asks.take(nowMs)) return 'current'
  const answer = await askGuard(edge.bindings, id, (guard) => guard.confirm(generation))
  return answer.ok ? answer.value : 'current'
}

function limited({
  limits,
  retryAfterMs,
}: {
  limits: readonly LimitState[]
  retryAfterMs: number
}): Denial {
  const retryAfterSeconds = Math.max(1, Math.ceil(retryAfterMs / 1000))
  return { reason: 'rate_limited', limits, retryAfterSeconds }
}
