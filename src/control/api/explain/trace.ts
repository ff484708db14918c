// Why a request would be forwarded or refused: the gate's own steps, in the gate's own order, on the
// record as D1 has it now. Nothing is spent, cached or forwarded.

import type { MatchedRoute } from '../../../catalog/match.ts'
import { KINDS, presentation, type Scheme } from '../../../credentials/kinds.ts'
import { compilePrincipal, type Principal } from '../../../credentials/principal.ts'
import type { KeyRecord } from '../../../credentials/record.ts'
import { peekRecord } from '../../../credentials/store.ts'
import { urlFor } from '../../../gate/admit.ts'
import { principalOf, prove } from '../../../gate/authenticate.ts'
import { authorize } from '../../../gate/authorize.ts'
import { readCredential } from '../../../gate/credential.ts'
import { chargeFor, everyLimit, limited } from '../../../gate/limits.ts'
import { checkMethod } from '../../../gate/method.ts'
import { canonicalPath } from '../../../gate/path.ts'
import { describe, type Denial } from '../../../reasons/denial.ts'
import { findRoute } from '../../../gate/route.ts'
import { askGuard } from '../../../guard/ask.ts'
import { weightOf, type LimitState } from '../../../lib/limit.ts'
import { parseAddress, type Address } from '../../../lists/address.ts'
import { err, ok, type Result } from '../../../lib/result.ts'
import type { ControlDeps } from '../../deps.ts'
import type { Explanation, Step } from './schemas.ts'

/** The request about which is asked. */
export interface Supposed {
  readonly method: string
  /** With or without a query. */
  readonly path: string
  readonly address: string | undefined
  readonly headers: Headers
}

/** What is known of the caller: a record, or a pasted credential still to be looked at. */
export type Caller =
  | { readonly record: KeyRecord }
  | { readonly scheme: Scheme; readonly credential: string }

/** Told of each step as it is taken; `detail` is said of one that was passed. */
type Note = (step: string, verdict: Result<unknown, Denial>, detail?: string) => void

/** Takes every step for a supposed request until one refuses. */
export async function explain(
  edge: ControlDeps,
  caller: Caller,
  supposed: Supposed,
  nowMs: number,
): Promise<Explanation & { readonly limits: readonly LimitState[] }> {
  const steps: Step[] = []
  const note: Note = (step, verdict, detail = PASSED[step] ?? '') => {
    const { reason, said } = verdict.ok
      ? { reason: null, said: detail }
      : { reason: verdict.error.reason, said: describe(verdict.error).detail }
    steps.push({ step, verdict: verdict.ok ? 'pass' : 'refuse', reason, detail: said })
  }
  const limits = await follow({ caller, supposed, nowMs }, edge, note)
  if (limits.ok) {
    return { verdict: 'forwarded', status: null, reason: null, steps, limits: limits.value }
  }
  const { error: denial } = limits
  const { status } = describe(denial)
  const stood = 'limits' in denial ? denial.limits : []
  return { verdict: 'refused', status, reason: denial.reason, steps, limits: stood }
}

interface Asking {
  readonly caller: Caller
  readonly supposed: Supposed
  readonly nowMs: number
}

/** The gate's line; where it leads through, where the limits stand. */
async function follow(
  { caller, supposed, nowMs }: Asking,
  edge: ControlDeps,
  note: Note,
): Promise<Result<readonly LimitState[], Denial>> {
  const method = checkMethod(supposed.method)
  const target = method.ok ? canonicalPath(`https://edge.invalid${supposed.path}`) : method
  note('path', target)
  if (!target.ok) return target
  const route = findRoute(supposed.method, target.value, edge)
  if (!route.ok) note('route', route)
  if (!route.ok) return route
  const found = await principalFor(caller, edge, nowMs)
  note('authenticate', found)
  if (!found.ok) return found
  const { record } = found.value
  const address = parseAddress(supposed.address ?? '')
  const { scheme } = KINDS[record.kind]
  const asked = { scheme, address, headers: supposed.headers, nowMs, matched: route.value }
  const grant = authorize(found.value, asked, edge, (step, verdict) =>
    note(step, verdict, step === 'route' ? `It is ${route.value?.pattern ?? ''}.` : undefined),
  )
  if (!grant.ok) return grant
  const url = urlFor(grant.value, target.value)
  const limits = url.ok ? await quotaLeft(record, grant.value.matched, address, edge) : url
  const spends = grant.value.matched.route.spends !== false
  note('admit', limits, spends ? 'There is quota left.' : 'Asking spends nothing.')
  return limits
}

/** Where the limits of a call stand, if there is quota for one more; nothing is debited. */
async function quotaLeft(
  record: KeyRecord,
  matched: MatchedRoute,
  address: Address | undefined,
  edge: ControlDeps,
): Promise<Result<readonly LimitState[], Denial>> {
  if (matched.route.spends === false) return ok([])
  const charge = chargeFor(edge.catalog, record, matched, address)
  if (!charge) return err({ reason: 'plan_unknown' })
  const { limits, weights } = charge
  const states = await askGuard(edge.bindings, record.id, (guard) => guard.peek(limits))
  if (!states.ok) return err({ reason: 'guard_unreachable' })
  const spent = states.value.find(({ remaining }, at) => remaining < weightOf(weights, at))
  if (!spent) return states
  return err(limited({ limits: states.value, retryAfterMs: spent.resetAfterMs }, weights))
}

const PASSED: Readonly<Record<string, string>> = {
  path: 'The path has one meaning.',
  authenticate: 'The credential is known.',
  status: 'It is neither revoked nor expired, and its owner is in good standing.',
  address: 'The client address is admitted.',
  origin: 'The origin is admitted.',
  grant: 'Kind, product, scope, department and environment are in order.',
}

async function principalFor(
  caller: Caller,
  edge: ControlDeps,
  nowMs: number,
): Promise<Result<Principal, Denial>> {
  if ('record' in caller) return ok(compilePrincipal(caller.record))
  const { scheme, credential } = caller
  const headers = new Headers([[...presentation(scheme, credential)]])
  const presented = readCredential(headers)
  if (!presented.ok) return presented
  const proof = await prove(presented.value, edge, nowMs)
  if (!proof.ok) return proof
  const record = await peekRecord(edge.bindings, proof.value.lookup, nowMs)
  return principalOf(record, proof.value, scheme)
}

/** Where every limit of a key stands now. Undefined: its plan is not in the catalog. */
export async function limitsNow(
  edge: ControlDeps,
  record: KeyRecord,
): Promise<Result<LimitState[], 'unreachable'> | undefined> {
  const limits = everyLimit(edge.catalog, record)
  if (!limits) return undefined
  return await askGuard<LimitState[]>(edge.bindings, record.id, (guard) => guard.peek(limits))
}
