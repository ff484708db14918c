// The decision about a verified credential: what its record says, then what its guard says. On
// `stale` both are asked again with a fresh record, so that nothing rests on what has been changed.

import type { MatchedRoute } from '../catalog/match.ts'
import { askGuard } from '../guard/ask.ts'
import type { Scheme } from '../credentials/kinds.ts'
import type { KnownKey } from '../credentials/memo.ts'
import type { Principal } from '../credentials/principal.ts'
import type { Address } from '../lists/address.ts'
import { err, ok } from '../lib/result.ts'
import type { Result } from '../lib/result.ts'
import { checkAddress } from './address.ts'
import { admit, confirmRefusal, meterFor } from './admit.ts'
import type { Admission } from './admit.ts'
import type { Ahead } from './ahead.ts'
import { reload } from './authenticate.ts'
import type { Presented } from './credential.ts'
import type { Denial } from './denial.ts'
import type { GateDeps } from './deps.ts'
import { checkGrant } from './grant.ts'
import type { Grant } from './grant.ts'
import { checkOrigin } from './origin.ts'
import type { Passage } from './passage.ts'
import type { HeaderReader } from './forward/sent-headers.ts'
import { checkStatus } from './status.ts'
import { upstreamUrl } from './forward/upstream-url.ts'

/** A fresh record is never stale, unless D1 knows no such credential any more: then it is looked for. */
const MAX_RELOADS = 3

/** What was decided, with what the answer needs of it. */
export interface Admitted {
  readonly key: KnownKey
  readonly grant: Grant
  /** Null where nothing was spent. */
  readonly spent: Admission | null
  /** Where it goes; null: the edge answers itself. */
  readonly url: string | null
}

/**
 * Decides on what is known of the key, and again on a fresh record when the guard says `stale`.
 * `foundFresh`: as in Authenticated.
 */
export async function decide(
  passage: Passage,
  presented: Presented,
  known: KnownKey,
  matched: MatchedRoute | undefined,
  ahead: Ahead | undefined,
  deps: GateDeps,
  foundFresh: boolean,
): Promise<Result<Admitted, Denial>> {
  const { nowMs, address, headers } = passage
  let key = known
  let fresh = foundFresh
  for (let reloads = 0; reloads <= MAX_RELOADS; reloads++) {
    passage.seen.record = key.principal.record
    const asked = { scheme: presented.scheme, address, headers, nowMs, matched }
    const grant = authorize(key.principal, asked, deps)
    if (grant.ok) {
      // Before it is counted: what cannot be forwarded spends nothing.
      const url = urlOf(grant.value, passage)
      if (url === undefined) return err(DOES_NOT_SURVIVE)
      const spent = await spend(deps, key, grant.value.matched, passage, ahead, fresh)
      if (spent.ok) return ok({ key, grant: grant.value, spent: spent.value, url })
      if (spent.error !== 'stale') return err(spent.error)
    } else if ((await confirmRefusal(deps, key, fresh)) === 'current') {
      return grant
    }
    const reloaded = await reload(presented, deps, nowMs, passage.waitUntil)
    if (!reloaded.ok) return reloaded
    key = reloaded.value
    fresh = true
  }
  return err({ reason: 'records_unreachable' })
}

const DOES_NOT_SURVIVE: Denial = {
  reason: 'path_ambiguous',
  flaw: 'it does not survive forwarding',
}

/** Null where the edge answers itself; undefined where the upstream would get another path. */
function urlOf({ upstream }: Grant, { target }: Passage): string | null | undefined {
  return upstream && upstreamUrl(upstream, target.path, target.search)
}

/** What a request asks of a record. */
export interface Asked {
  readonly scheme: Scheme
  readonly address: Address | undefined
  readonly headers: HeaderReader
  readonly nowMs: number
  readonly matched: MatchedRoute | undefined
}

/** Told of each step as it is taken, by explain. */
export type Trace = (step: string, verdict: Result<unknown, Denial>) => void

/** Everything that a record alone decides: status → address → route → origin → grant. */
export function authorize(
  principal: Principal,
  { scheme, address, headers, nowMs, matched }: Asked,
  { settings }: Pick<GateDeps, 'settings'>,
  trace?: Trace,
): Result<Grant, Denial> {
  const status = checkStatus(principal, scheme, nowMs)
  trace?.('status', status)
  if (!status.ok) return status
  const place = checkAddress(principal, address)
  trace?.('address', place)
  if (!place.ok) return place
  if (!matched) return err({ reason: 'route_unknown' })
  const origin = checkOrigin(principal, headers)
  trace?.('origin', origin)
  if (!origin.ok) return origin
  const grant = checkGrant(principal, matched, headers, settings.upstreams)
  trace?.('grant', grant)
  return grant
}

/** Debits one request, or only makes sure of the record where asking costs nothing. */
async function spend(
  deps: GateDeps,
  key: KnownKey,
  matched: MatchedRoute,
  { address, waitUntil }: Passage,
  ahead: Ahead | undefined,
  fresh: boolean,
): Promise<Result<Admission | null, Denial | 'stale'>> {
  const { record } = key.principal
  const meter = meterFor(deps.catalog, key, matched, address)
  if (!meter) {
    const rests = await confirmRefusal(deps, key, fresh)
    return err(rests === 'stale' ? 'stale' : { reason: 'plan_unknown' })
  }
  if (matched.route.spends !== false) {
    const returnable = matched.product.internal ?? false
    return await admit(deps, key, meter, { ahead, returnable, waitUntil, fresh })
  }
  const current = await askGuard(deps.bindings, record.id, (guard) =>
    guard.confirm(record.generation, fresh),
  )
  if (!current.ok) return err({ reason: 'guard_unreachable' })
  return current.value === 'stale' ? err('stale') : ok(null)
}
