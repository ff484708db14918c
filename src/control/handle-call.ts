// One call of the management API: on behalf of the key that the gate vouches for, or of the operator who
// is found behind the request.

import type { Answered, Call } from '../call/call.ts'
import type { WaitUntil } from '../lib/wait-until.ts'
import { refuse } from '../reasons/refuse.ts'
import { parseAddress } from '../lists/address.ts'
import { ok } from '../lib/result.ts'
import { readOperator } from './api/actor.ts'
import { actingOf } from './api/audit/acting.ts'
import type { ControlDeps } from './deps.ts'

/** Answers a call; null: nobody is behind it. The API itself is loaded once somebody is. */
export async function handleCall(
  request: Request,
  { key, requestId, address, now: nowMs }: Call,
  edge: ControlDeps,
  waitUntil: WaitUntil,
): Promise<Answered | null> {
  const actor = key
    ? ok({ type: 'key', key } as const)
    : await readOperator(request, edge, parseAddress(address), nowMs)
  if (!actor.ok) {
    const reason = 'authentication_failures'
    return { response: refuse({ reason, ...actor.error }, nowMs), reason, acting: null }
  }
  if (!actor.value) return null
  const { handleApiCall } = await import('./api/app.ts')
  const context = { edge, actor: actor.value, requestId, address, nowMs, waitUntil }
  const answer = await handleApiCall(request, context)
  return { ...answer, acting: await actingOf(actor.value, request, edge.bindings.DB) }
}
