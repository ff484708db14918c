// What a record alone decides about a request. The gate asks it of a request, the watch over what is open
// asks it again, and explain asks it with a trace.

import type { MatchedRoute } from '../catalog/match.ts'
import type { Scheme } from '../credentials/kinds.ts'
import type { Principal } from '../credentials/principal.ts'
import type { Address } from '../lists/address.ts'
import { err, ok, type Result } from '../lib/result.ts'
import { checkAddress } from './address.ts'
import type { Denial } from '../reasons/denial.ts'
import type { HeaderReader } from './forward/sent-headers.ts'
import { checkGrant, type Grant, type GrantDeps } from './grant.ts'
import { checkOrigin } from './origin.ts'
import { checkStatus } from './status.ts'

/** What a request asks of a record. */
export interface Asked {
  readonly scheme: Scheme
  readonly address: Address | undefined
  readonly headers: HeaderReader
  readonly nowMs: number
  /** Undefined: the catalog has no such row, which is said after the address. */
  readonly matched: MatchedRoute | undefined
}

/** Told of each step as it is taken, by explain. */
export type Trace = (
  step: 'status' | 'address' | 'route' | 'origin' | 'grant',
  verdict: Result<unknown, Denial>,
) => void

/** Status → address → whether there is such a route → origin → grant. */
export function authorize(
  principal: Principal,
  { scheme, address, headers, nowMs, matched }: Asked,
  deps: GrantDeps,
  trace?: Trace,
): Result<Grant, Denial> {
  const status = checkStatus(principal, scheme, nowMs)
  trace?.('status', status)
  if (!status.ok) return status
  const from = checkAddress(principal, address)
  trace?.('address', from)
  if (!from.ok) return from
  const route = matched ? ok(matched) : err(ROUTE_UNKNOWN)
  trace?.('route', route)
  if (!route.ok) return route
  const origin = checkOrigin(principal, headers)
  trace?.('origin', origin)
  if (!origin.ok) return origin
  const grant = checkGrant(principal, route.value, headers, deps)
  trace?.('grant', grant)
  return grant
}

const ROUTE_UNKNOWN: Denial = { reason: 'route_unknown' }
