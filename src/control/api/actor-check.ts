// Who makes a change must still be who they were when it is written. A person may be removed, and a key
// revoked or narrowed, between the check of a call and its transaction, so each transaction looks again.

import type { Denial } from '../../reasons/denial.ts'
import { checkStatus } from '../../gate/status.ts'
import { isSigned, KINDS } from '../../credentials/kinds.ts'
import { compilePrincipal } from '../../credentials/principal.ts'
import { peekRecord } from '../../credentials/store.ts'
import { err, ok, type Result } from '../../lib/result.ts'
import { recordOf, type Actor } from './actor.ts'
import type { ControlContext } from './context.ts'
import { failUnless } from './optimistic.ts'
import { Problem } from './problem.ts'
import type { Access } from '../../catalog/operations.ts'

const NOT_SO = 'the_author_is_another_by_now'

/** Statements for the front of a batch: they fail it where the actor is not as the check found it. */
export function actorUnchanged({ actor, edge, nowMs }: ControlContext): D1PreparedStatement[] {
  const { DB } = edge.bindings
  if (actor.type === 'operator') return []
  if (actor.type === 'person') {
    const member = `EXISTS (SELECT 1 FROM members
      WHERE organization_id = ?1 AND email = ?2 AND role = 'administrator')`
    return [failUnless(DB, NOT_SO, member, actor.organizationId, actor.email)]
  }
  // A generation is raised by all that counts at the gate.
  const { id, generation } = recordOf(actor)
  const key = `EXISTS (SELECT 1 FROM credentials c JOIN generations g ON g.credential_id = c.id
    WHERE c.id = ?1 AND g.generation = ?2 AND (c.expires_at IS NULL OR c.expires_at > ?3))`
  return [failUnless(DB, NOT_SO, key, id, generation, nowMs)]
}

/** The refusal of which `actorUnchanged` made a batch fail; undefined: it was something else. */
export function actorProblem(error: unknown): Problem | undefined {
  if (!String(error).includes(NOT_SO)) return undefined
  return new Problem(
    'author_changed',
    'Your own rights were changed at this moment; nothing was changed here. Ask again.',
  )
}

/**
 * The actor of a change, a key as D1 has it at this moment: what the gate knows may be a minute old where
 * raw SQL changed it. A JWT stays within what it says itself.
 */
export async function currentActor(
  { actor, edge, nowMs }: ControlContext,
  access: Access,
): Promise<Result<Actor, Denial>> {
  if (actor.type !== 'key') return ok(actor)
  const { key: known } = actor
  const by = { by: 'id', value: known.id } as const
  const record = await peekRecord(edge.bindings, by, nowMs)
  const { scheme } = KINDS[known.kind]
  if (!record.ok) {
    if (record.error === 'unreachable') return err({ reason: 'records_unreachable' })
    return err({ reason: 'credential_unknown', scheme })
  }
  const fresh = compilePrincipal(record.value)
  const principal = !isSigned(record.value.kind)
    ? fresh
    : {
        ...fresh,
        products: new Set([...fresh.products].filter((one) => known.products.includes(one))),
        expiresAt: Math.min(fresh.expiresAt, known.expiresAt ?? Infinity),
      }
  const status = checkStatus(principal, scheme, nowMs)
  if (!status.ok) return status
  const needed = typeof access === 'string' ? [] : access
  if (needed.length > 0 && !needed.some((scope) => principal.scopes.has(scope))) {
    return err({ reason: 'scope_missing', scope: needed[0] ?? '' })
  }
  const { scopes, products, expiresAt } = principal
  const key = {
    ...known,
    plan: record.value.plan,
    scopes: [...scopes],
    products: [...products],
    expiresAt: Number.isFinite(expiresAt) ? expiresAt : null,
  }
  return ok({ type: 'key', key, record: record.value })
}
