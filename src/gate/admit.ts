// The last step before forwarding: a lease, or the credential's guard itself, confirms that the record
// is current and debits its limits. A refusal that rests on a record is confirmed too, so that a list entry or a
// scope that was just added counts on the next request.

import type { Authenticated, KnownKey } from './memo.ts'
import { askGuard } from '../guard/ask.ts'
import { askGuardFor, spendLeased, type Ask } from '../guard/lease.ts'
import type { Meter } from '../guard/meter.ts'
import type { AdmitAnswer } from '../guard/protocol.ts'
import { err, ok, type Result } from '../lib/result.ts'
import type { Admission, Ahead } from './ahead.ts'
import type { Denial } from '../reasons/denial.ts'
import type { GateDeps } from './deps.ts'
import { upstreamUrl } from './forward/upstream-url.ts'
import type { Grant } from './grant.ts'
import { limited, meterFor } from './limits.ts'
import type { Passage } from './passage.ts'
import type { CanonicalTarget } from './path.ts'

/** A request that its record grants. */
export interface Admitting extends Authenticated {
  readonly passage: Passage
  readonly grant: Grant
  /** What was debited while the record was being read. */
  readonly ahead: Ahead | undefined
}

/** What was admitted, with what forwarding needs of it. */
export interface Admitted {
  readonly key: KnownKey
  readonly grant: Grant
  /** Null where nothing was spent. */
  readonly spent: Admission | null
  /** Where it goes; empty where the edge answers itself. */
  readonly url: string
}

const DOES_NOT_SURVIVE: Denial = {
  reason: 'path_ambiguous',
  flaw: 'it does not survive forwarding',
}

/** Where a request goes; empty where the edge answers itself. Another path than was decided about goes nowhere. */
export function urlFor(
  { upstream }: Grant,
  { path, search }: CanonicalTarget,
): Result<string, Denial> {
  const url = upstream ? upstreamUrl(upstream, path, search) : ''
  return url === undefined ? err(DOES_NOT_SURVIVE) : ok(url)
}

/**
 * Debits one request, or only makes sure of its record where asking costs nothing. What cannot be forwarded
 * spends nothing. `stale`: decide again on a fresh record.
 */
export async function admit(
  admitting: Admitting,
  deps: GateDeps,
): Promise<Result<Admitted, Denial | 'stale'>> {
  const { passage, key, fresh, grant } = admitting
  const { matched } = grant
  const url = urlFor(grant, passage.target)
  if (!url.ok) return url
  const meter = meterFor(deps.catalog, key, matched, passage.address)
  if (!meter) return await confirmRefusal({ reason: 'plan_unknown' }, { key, fresh }, deps)
  if (matched.route.spends === false) {
    const { id, generation } = key.principal.record
    const current = await askGuard(deps.bindings, id, (guard) => guard.confirm(generation, fresh))
    if (!current.ok) return err({ reason: 'guard_unreachable' })
    return current.value === 'stale'
      ? err('stale')
      : ok({ key, grant, spent: null, url: url.value })
  }
  const spent = await spend(admitting, meter, deps)
  return spent.ok ? ok({ key, grant, spent: spent.value, url: url.value }) : spent
}

/** Debits one request, of a lease where there is one. */
async function spend(
  { passage, key, fresh, grant, ahead }: Admitting,
  meter: Meter,
  deps: GateDeps,
): Promise<Result<Admission, Denial | 'stale'>> {
  const { waitUntil } = passage
  // The edge's own operation may still refuse: then the guard itself is asked, who can give it back.
  const returnable = grant.matched.product.internal ?? false
  const { record } = key.principal
  const { id, generation } = record
  const { charge, limits } = meter
  const ask: Ask = (asked) =>
    askGuard<AdmitAnswer>(deps.bindings, id, (guard) =>
      // Not where a later lease is asked for: that is for other requests.
      guard.admit({ generation, ...charge, ...asked, ...(fresh && asked.want > 0 && { fresh }) }),
    )
  const debited = ahead && (await ahead.use(record, limits))
  // Not the time at which the request began, nor that before the guard was waited for: an earlier one
  // would end the leases that others have been given since.
  const now = Date.now()
  meter.see(now)
  if (debited) return ok(debited)
  const leased = returnable ? undefined : spendLeased(meter, now, ask, waitUntil)
  if (leased) return ok({ standing: leased, debit: null })
  const asked = { id, generation, limits, weights: charge.weights }
  const remembered = deps.refusals.get(asked, now)
  if (remembered && !key.asks.take(now)) {
    return err((await key.asks.foundStale()) ? 'stale' : limited(remembered, charge.weights))
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
    const { weights } = charge
    return ok({ standing: { limits: states, spare: lease?.tokens ?? 0, weights, at: now }, debit })
  }
  // Of several at once one may have been given a lease meanwhile, which holds the last that there is.
  const late = returnable ? undefined : meter.spend(Date.now())
  if (late) return ok({ standing: late, debit: null })
  // From before it was asked: nobody is refused for longer than the guard said.
  deps.refusals.set(asked, answer.value, now)
  return err(limited(answer.value, charge.weights))
}

function saysStale(answer: Result<AdmitAnswer, 'unreachable'>): boolean {
  return answer.ok && answer.value.verdict === 'stale'
}

/** A refusal where it rests on a current record, else `stale`. A guard that does not answer lets it stand. */
export async function confirmRefusal(
  denial: Denial,
  { key, fresh }: Authenticated,
  deps: GateDeps,
): Promise<Result<never, Denial | 'stale'>> {
  return err((await isStale(key, fresh, deps)) ? 'stale' : denial)
}

async function isStale(key: KnownKey, fresh: boolean, deps: GateDeps): Promise<boolean> {
  const { id, generation } = key.principal.record
  // Read from D1 by this very request.
  if (fresh) return false
  // Asked often enough this second, by the clock: requests that began earlier are no second of their own.
  if (!key.asks.take(Date.now())) return await key.asks.foundStale()
  const question = askGuard(deps.bindings, id, (guard) => guard.confirm(generation))
  const stale = question.then((answer) => answer.ok && answer.value === 'stale')
  key.asks.share(stale)
  return await stale
}
