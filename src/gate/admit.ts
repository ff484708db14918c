// The last step before forwarding: a lease, or the credential's guard itself, confirms that the record
// is current and debits its limits. A refusal that rests on a record is confirmed too, so that a list entry or a
// scope that was just added counts on the next request.

import type { Catalog } from '../catalog/define.ts'
import type { MatchedRoute } from '../catalog/match.ts'
import { askGuard } from '../guard/ask.ts'
import { askGuardFor, spendLeased } from '../guard/lease.ts'
import type { Ask } from '../guard/lease.ts'
import type { AdmitAnswer } from '../guard/protocol.ts'
import type { Limit, LimitState, Standing } from '../guard/limit.ts'
import { Meter } from '../guard/meter.ts'
import { KINDS } from '../credentials/kinds.ts'
import type { KnownKey } from '../credentials/memo.ts'
import type { KeyRecord } from '../credentials/record.ts'
import type { WaitUntil } from '../credentials/store.ts'
import { addressBucket } from '../lists/address.ts'
import type { Address } from '../lists/address.ts'
import { err, ok } from '../lib/result.ts'
import type { Result } from '../lib/result.ts'
import type { Ahead } from './ahead.ts'
import type { Denial } from './denial.ts'
import type { GateDeps } from './deps.ts'

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
  for (const name of ['plan', ...further]) {
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
  const names = Object.keys(catalog.plans[record.plan] ?? {}).filter((name) => name !== 'plan')
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

/** How a request is debited. */
interface Spending {
  readonly ahead: Ahead | undefined
  readonly returnable: boolean
  readonly waitUntil: WaitUntil
  /** The record was read from D1 by this very request. */
  readonly fresh: boolean
}

/** What was debited. */
export interface Admission {
  readonly standing: Standing
  /** By which it is given back; null: it is not, because it was of a lease, or an upstream is asked. */
  readonly debit: number | null
}

/**
 * Debits one request, of a lease where there is one. `stale`: decide again on a fresh record.
 * @param returnable whether the request may still be refused here: then the guard itself is asked.
 */
export async function admit(
  deps: GateDeps,
  key: KnownKey,
  meter: Meter,
  { ahead, returnable, waitUntil, fresh }: Spending,
): Promise<Result<Admission, Denial | 'stale'>> {
  const { record } = key.principal
  const { id, generation } = record
  const { limits } = meter
  const ask: Ask = (asked) =>
    askGuard<AdmitAnswer>(deps.bindings, id, (guard) =>
      // Not where a later lease is asked for: that is for other requests.
      guard.admit({ generation, limits, ...asked, ...(fresh && asked.want > 0 && { fresh }) }),
    )
  const debited = ahead && (await ahead.use(record, limits))
  // Not the time at which the request began, nor that before the guard was waited for: an earlier one
  // would end the leases that others have been given since.
  const now = Date.now()
  meter.see(now)
  if (debited) return ok(debited)
  const leased = returnable ? undefined : spendLeased(meter, now, ask, waitUntil)
  if (leased) return ok({ standing: leased, debit: null })
  const asked = { id, generation, limits }
  const remembered = deps.refusals.get(asked, now)
  if (remembered && !key.asks.take(now)) {
    return err((await key.asks.foundStale()) ? 'stale' : limited(remembered))
  }
  const question = returnable
    ? ask({ want: 1, returnable })
    : askGuardFor(meter, 1, now, ask, waitUntil)
  if (remembered) key.asks.share(question.then(saysStale))
  const answer = await question
  if (!answer.ok) return err({ reason: 'guard_unreachable' })
  if (answer.value.verdict === 'stale') return err('stale')
  if (answer.value.verdict === 'granted') {
    deps.refusals.forget(asked)
    const { lease, limits: states, debit = null } = answer.value
    return ok({ standing: { limits: states, spare: lease?.tokens ?? 0, at: now }, debit })
  }
  // From before it was asked: nobody is refused for longer than the guard said.
  deps.refusals.set(asked, answer.value, now)
  return err(limited(answer.value))
}

function saysStale(answer: Result<AdmitAnswer, 'unreachable'>): boolean {
  return answer.ok && answer.value.verdict === 'stale'
}

/** Whether a refusal rests on a current record. A guard that does not answer lets it stand. */
export async function confirmRefusal(
  deps: GateDeps,
  key: KnownKey,
  fresh: boolean,
): Promise<'current' | 'stale'> {
  const { id, generation } = key.principal.record
  // Read from D1 by this very request.
  if (fresh) return 'current'
  // Asked often enough this second, by the clock: requests that began earlier are no second of their own.
  if (!key.asks.take(Date.now())) return (await key.asks.foundStale()) ? 'stale' : 'current'
  const question = askGuard(deps.bindings, id, (guard) => guard.confirm(generation))
  key.asks.share(question.then((answer) => answer.ok && answer.value === 'stale'))
  const answer = await question
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
