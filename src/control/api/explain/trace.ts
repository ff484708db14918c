// Why a request would be forwarded or refused: the gate's own steps, in the gate's own order, on the
// record as D1 has it now. Nothing is spent, cached or forwarded.

import type { ControlDeps } from '../../deps.ts'
import { everyLimit, limitsFor } from '../../../gate/admit.ts'
import { prove } from '../../../gate/authenticate.ts'
import { readCredential } from '../../../gate/credential.ts'
import { authorize } from '../../../gate/decide.ts'
import type { Denial } from '../../../gate/denial.ts'
import { canonicalPath } from '../../../gate/path.ts'
import { describe, METHODS } from '../../../gate/refuse.ts'
import { askGuard } from '../../../guard/ask.ts'
import type { LimitState } from '../../../guard/limit.ts'
import { KINDS, presentation } from '../../../credentials/kinds.ts'
import type { Scheme } from '../../../credentials/kinds.ts'
import { compilePrincipal } from '../../../credentials/principal.ts'
import type { Principal } from '../../../credentials/principal.ts'
import type { KeyRecord } from '../../../credentials/record.ts'
import { peekRecord } from '../../../credentials/store.ts'
import { parseAddress } from '../../../lists/address.ts'
import { err, ok } from '../../../lib/result.ts'
import type { Result } from '../../../lib/result.ts'

/** The request about which is asked. */
export interface Supposed {
  readonly method: string
  /** With or without a query. */
  readonly path: string
  readonly address: string | undefined
  readonly headers: Headers
}

export interface Step {
  readonly step: string
  readonly verdict: 'pass' | 'refuse'
  readonly reason: string | null
  readonly detail: string
}

export interface Explanation {
  readonly verdict: 'forwarded' | 'refused'
  readonly status: number | null
  readonly reason: string | null
  readonly steps: Step[]
  readonly limits: readonly LimitState[]
}

/** What is known of the caller: a record, or a pasted credential still to be looked at. */
export type Caller =
  | { readonly record: KeyRecord }
  | { readonly scheme: Scheme; readonly credential: string }

/** Takes every step for a supposed request until one refuses. */
export async function explain(
  edge: ControlDeps,
  caller: Caller,
  supposed: Supposed,
  nowMs: number,
): Promise<Explanation> {
  const steps: Step[] = []
  const note = <T>(step: string, verdict: Result<T, Denial>, passed: string): Result<T, Denial> => {
    steps.push(
      verdict.ok
        ? { step, verdict: 'pass', reason: null, detail: passed }
        : {
            step,
            verdict: 'refuse',
            reason: verdict.error.reason,
            detail: describe(verdict.error).detail,
          },
    )
    return verdict
  }
  const refused = (denial: Denial, limits: readonly LimitState[] = []): Explanation => {
    const { status } = describe(denial)
    return { verdict: 'refused', status, reason: denial.reason, steps, limits }
  }

  if (!METHODS.includes(supposed.method)) {
    const denial = { reason: 'method_unknown' } as const
    note('path', err(denial), '')
    return refused(denial)
  }
  const way = canonicalPath(`https://edge.invalid${supposed.path}`)
  const target = note('path', way, 'The path has one meaning.')
  if (!target.ok) return refused(target.error)
  const { path, encodedSlash } = target.value
  const table = path.startsWith('/edge/v1/') ? edge.ownRoutes : edge.routes
  const matched = table.match(supposed.method, path)
  if (encodedSlash && !matched?.product.encodedSlashes) {
    const denial = { reason: 'path_ambiguous', flaw: 'it holds an encoded slash' } as const
    note('route', err(denial), '')
    return refused(denial)
  }
  const caught = note(
    'authenticate',
    await recordOf(edge, caller, nowMs),
    'The credential is known.',
  )
  if (!caught.ok) return refused(caught.error)
  const { record } = caught.value
  const asked = {
    scheme: KINDS[record.kind].scheme,
    address: parseAddress(supposed.address ?? ''),
    headers: supposed.headers,
    nowMs,
    matched,
  }
  const grant = authorize(caught.value.principal, asked, edge, (step, verdict) => {
    if (step === 'origin') note('route', ok(matched), `It is ${matched?.pattern ?? ''}.`)
    note(step, verdict, PASSED[step] ?? '')
  })
  if (!grant.ok) {
    if (grant.error.reason === 'route_unknown') note('route', grant, '')
    return refused(grant.error)
  }
  if (grant.value.matched.route.spends === false) {
    note('admit', ok(undefined), 'Asking spends nothing.')
    return { verdict: 'forwarded', status: null, reason: null, steps, limits: [] }
  }
  const limits = limitsFor(edge.catalog, record, grant.value.matched, asked.address)
  if (!limits) {
    const denial = { reason: 'plan_unknown' } as const
    note('admit', err(denial), '')
    return refused(denial)
  }
  const states = await askGuard(edge.bindings, record.id, (guard) => guard.peek(limits))
  if (!states.ok) {
    const denial = { reason: 'guard_unreachable' } as const
    note('admit', err(denial), '')
    return refused(denial)
  }
  const spent = states.value.find(({ remaining }) => remaining === 0)
  if (spent) {
    const retryAfterSeconds = Math.max(1, Math.ceil(spent.resetAfterMs / 1000))
    const denial = { reason: 'rate_limited', limits: states.value, retryAfterSeconds } as const
    note('admit', err(denial), '')
    return refused(denial, states.value)
  }
  note('admit', ok(undefined), 'There is quota left.')
  return { verdict: 'forwarded', status: null, reason: null, steps, limits: states.value }
}

const PASSED: Readonly<Record<string, string>> = {
  status: 'It is neither revoked nor expired, and its owner is in good standing.',
  address: 'The client address is admitted.',
  origin: 'The origin is admitted.',
  grant: 'Kind, product, scope, department and environment are in order.',
}

async function recordOf(
  edge: ControlDeps,
  caller: Caller,
  nowMs: number,
): Promise<Result<{ record: KeyRecord; principal: Principal }, Denial>> {
  if ('record' in caller) {
    return ok({ record: caller.record, principal: compilePrincipal(caller.record) })
  }
  const { scheme, credential } = caller
  const headers = new Headers([[...presentation(scheme, credential)]])
  const presented = readCredential(headers)
  if (!presented.ok) return presented
  const proof = await prove(presented.value, edge, nowMs)
  if (!proof.ok) return proof
  const record = await peekRecord(edge.bindings, proof.value.lookup, nowMs)
  if (record.ok && proof.value.agrees(record.value)) {
    const principal = compilePrincipal(record.value, proof.value.claims)
    return ok({ record: record.value, principal })
  }
  if (!record.ok && record.error === 'unreachable') return err({ reason: 'records_unreachable' })
  if (!record.ok && record.error === 'unreadable') return err({ reason: 'record_unreadable' })
  return err({ reason: 'credential_unknown', scheme })
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
