// What a call is charged with: the limits of the plan that count it, a publishable key's own, or, of the
// edge's own operations, the one that they have instead.

import type { Catalog, PlanLimit, Route } from '../catalog/define.ts'
import type { MatchedRoute } from '../catalog/match.ts'
import { KINDS } from '../credentials/kinds.ts'
import type { KnownKey } from './memo.ts'
import type { KeyRecord } from '../credentials/record.ts'
import { weightOf, type Limit, type LimitState } from '../lib/limit.ts'
import { Meter } from '../guard/meter.ts'
import { addressBucket, type Address } from '../lists/address.ts'
import type { Denial } from '../reasons/denial.ts'

/** What a call costs: of each limit, its weight. */
export interface Charge {
  readonly limits: readonly Limit[]
  /** Beside `limits`; not said: one of each. */
  readonly weights?: readonly number[]
}

/** Every limit that counts a call, and how much of each it costs; undefined when the catalog has no such plan. */
export function chargeFor(
  catalog: Catalog,
  record: KeyRecord,
  { route }: MatchedRoute,
  address: Address | undefined,
): Charge | undefined {
  const plan = catalog.plans[record.plan]
  if (!plan) return undefined
  if (route.ownLimit) return { limits: [route.ownLimit] }
  const { limits: named = [], credits = 0 } = route
  const counting = plan.limits.filter(
    ({ name, routes, unit }) =>
      (routes !== 'named' || named.includes(name)) && (unit !== 'credits' || credits > 0),
  )
  // One that is missing is none that is met.
  if (!named.every((name) => counting.some((limit) => limit.name === name))) return undefined
  const kinds = ofKind(catalog, record, address)
  const limits = [...counting.map((limit) => limitOf(limit, record)), ...kinds]
  if (!counting.some(({ unit }) => unit === 'credits')) return { limits }
  const weights = counting.map(({ unit }) => (unit === 'credits' ? credits : 1))
  return { limits, weights: [...weights, ...kinds.map(() => 1)] }
}

/** Every limit that any call of a key may meet. */
export function everyLimit(catalog: Catalog, record: KeyRecord): Limit[] | undefined {
  const plan = catalog.plans[record.plan]
  if (!plan) return undefined
  const limits = plan.limits.map((limit) => limitOf(limit, record))
  return [...limits, ...ofKind(catalog, record, undefined)]
}

/** Seconds: how long each period is at most. */
const LENGTHS = { day: 86_400, month: 31 * 86_400, balance: 0 } as const

function limitOf({ name, quota, window }: PlanLimit, { quotas }: KeyRecord): Limit {
  const own = quotas[name] ?? quota
  if (typeof window === 'number') return { name, quota: own, windowSeconds: window }
  return { name, quota: own, windowSeconds: LENGTHS[window], period: window }
}

/** What a publishable key may do besides. */
function ofKind(catalog: Catalog, record: KeyRecord, address: Address | undefined): Limit[] {
  const name = KINDS[record.kind].limit
  if (name === null) return []
  const { quota, window, per } = catalog[name]
  const limit = limitOf({ name, quota, window }, record)
  const partition = address ? addressBucket(address) : 'unknown'
  return [per === 'address' ? { ...limit, partition } : limit]
}

/** By what a guard remembers the limits of calls like this one: who asks ahead does not know its plan. */
export function chargeName({ ownLimit, limits = [], credits = 0 }: Route): string {
  return ownLimit?.name ?? [...limits, credits].join(' ')
}

const names = new WeakMap<Route, string>()

/**
 * The meter of a call's charge, made once for a key and what the route costs; where each address has
 * a window of its own, for this call only. Undefined when the catalog has no such plan.
 */
export function meterFor(
  catalog: Catalog,
  key: KnownKey,
  matched: MatchedRoute,
  address: Address | undefined,
): Meter | undefined {
  const { route } = matched
  const name = names.get(route) ?? chargeName(route)
  names.set(route, name)
  const known = key.meters.get(name)
  if (known) return known
  const { record } = key.principal
  const charge = chargeFor(catalog, record, matched, address)
  if (!charge) return undefined
  const seconds = catalog.plans[record.plan]?.lease?.seconds
  const plannedMs = seconds === undefined ? undefined : seconds * 1000
  const meter = new Meter({ ...charge, name, plannedMs })
  if (charge.limits.every(({ partition }) => partition === undefined)) key.meters.set(name, meter)
  return meter
}

/** The refusal for lack of quota; a client is never told to come back at once. */
export function limited(
  {
    limits,
    retryAfterMs,
  }: { readonly limits: readonly LimitState[]; readonly retryAfterMs: number },
  weights?: readonly number[],
): Denial {
  const retryAfterSeconds = Math.max(1, Math.ceil(retryAfterMs / 1000))
  const used = limits.find(
    ({ period, remaining }, at) => period !== undefined && remaining < weightOf(weights, at),
  )
  return used
    ? { reason: 'quota_exceeded', limits, retryAfterSeconds, used }
    : { reason: 'rate_limited', limits, retryAfterSeconds }
}
