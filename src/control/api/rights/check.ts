// The decision on a write, from what a handler has at hand to the refusal on the wire.

import { KIND_LIMITS, limitsOf } from '../../../credentials/kinds.ts'
import { recordOf } from '../actor.ts'
import type { ControlContext } from '../context.ts'
import type { KeyView } from '../keys/schemas.ts'
import { Problem, problemAt } from '../problem.ts'
import { refusalOf, type WritingActor, type KeyState, type Write } from './decide.ts'
import { quotasInForce, type Extent } from './extent.ts'

/** @throws Problem 403 where the actor may not write this. */
export function checkWrite(context: ControlContext, write: Write): void {
  const refusal = refusalOf(authorOf(context), write)
  if (!refusal) return
  const { field, reason, sentence } = refusal
  throw field === undefined ? new Problem(reason, sentence) : problemAt(field, reason, sentence)
}

/** What of a key its reach is made of. */
export type Reaching = Pick<
  KeyView,
  'kind' | 'environment' | 'scopes' | 'products' | 'quotas' | 'ips' | 'origins' | 'expires_at'
>

/** A key as the decision sees it. It is on the plan of the organization, as the actor is. */
export function stateOf(context: ControlContext, id: string, key: Reaching): KeyState {
  const { actor, edge, nowMs } = context
  const plan = actor.type === 'key' ? actor.key.plan : ''
  const extent = {
    environment: key.environment,
    scopes: key.scopes,
    products: key.products,
    expiresAt: key.expires_at,
    ips: key.ips,
    origins: key.origins,
    quotas: quotasInForce(edge.catalog, plan, limitsOf(key.kind), key.quotas),
  }
  return { id, extent, ended: key.expires_at !== null && key.expires_at <= nowMs }
}

function authorOf({ actor, edge }: ControlContext): WritingActor {
  if (actor.type === 'operator') return { type: 'operator' }
  if (actor.type === 'person') return { type: 'person', role: actor.role }
  const { scopes, products, expiresAt } = actor.key
  const record = recordOf(actor)
  const extent: Extent = {
    environment: record.environment,
    scopes,
    products,
    expiresAt,
    ips: record.keyIps,
    origins: record.origins,
    // Also those of other kinds, of which it may make keys.
    quotas: quotasInForce(edge.catalog, record.plan, KIND_LIMITS, record.quotas),
  }
  return { type: 'key', id: record.id, extent }
}
