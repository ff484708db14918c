// Which limits a call meets: those of the plan that its route names, a publishable key's own, or, of the
// edge's own operations, the one that they have instead.

import { PLAN_LIMIT, type Catalog } from '../catalog/define.ts'
import type { MatchedRoute } from '../catalog/match.ts'
import { KINDS } from '../credentials/kinds.ts'
import type { KnownKey } from './memo.ts'
import type { KeyRecord } from '../credentials/record.ts'
import type { Limit, LimitState } from '../lib/limit.ts'
import { Meter } from '../guard/meter.ts'
import { addressBucket, type Address } from '../lists/address.ts'
import type { Denial } from '../reasons/denial.ts'

/** Every limit that applies to a call; undefined when the catalog has no such plan. */
export function limitsFor(
  catalog: Catalog,
  record: KeyRecord,
  { route }: MatchedRoute,
  address: Address | undefined,
): Limit[] | undefined {
  const limits = limitsOf(catalog, record, route.limits ?? [], address)
  return limits && route.ownLimit ? [route.ownLimit] : limits
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
  for (const name of [PLAN_LIMIT, ...further]) {
    const quota = plan[name]
    if (!quota) return undefined
    const { windowSeconds } = quota
    limits.push({ name, windowSeconds, quota: record.quotas[name] ?? quota.quota })
  }
  const name = KINDS[record.kind].limit
  if (name !== null) {
    const { quota, windowSeconds, per } = catalog[name]
    const limit = { name, windowSeconds, quota: record.quotas[name] ?? quota }
    const partition = address ? addressBucket(address) : 'unknown'
    limits.push(per === 'address' ? { ...limit, partition } : limit)
  }
  return limits
}

/** Every limit that any call of a key may meet. */
export function everyLimit(catalog: Catalog, record: KeyRecord): Limit[] | undefined {
  const names = Object.keys(catalog.plans[record.plan] ?? {}).filter((name) => name !== PLAN_LIMIT)
  return limitsOf(catalog, record, names, undefined)
}

/**
 * The meter of a call's limits, made once for a key and what the route names; where each address has
 * a window of its own, for this call only. Undefined when the catalog has no such plan.
 */
export function meterFor(
  catalog: Catalog,
  key: KnownKey,
  matched: MatchedRoute,
  address: Address | undefined,
): Meter | undefined {
  const named = matched.route.ownLimit ?? matched.route.limits
  const known = key.meters.get(named)
  if (known) return known
  const limits = limitsFor(catalog, key.principal.record, matched, address)
  if (!limits) return undefined
  const meter = new Meter(limits)
  if (limits.every(({ partition }) => partition === undefined)) {
    key.meters.set(named, meter)
  }
  return meter
}

/** The refusal for lack of quota; a client is never told to come back at once. */
export function limited({
  limits,
  retryAfterMs,
}: {
  limits: readonly LimitState[]
  retryAfterMs: number
}): Denial {
  const retryAfterSeconds = Math.max(1, Math.ceil(retryAfterMs / 1000))
  return { reason: 'rate_limited', limits, retryAfterSeconds }
}
