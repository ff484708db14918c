// How keys end: revoked at once, or replaced with a time in which both go on.

import { JWT_MAX_LIFETIME_S } from '../../../credentials/jwt-claims.ts'
import { isSigned, KINDS } from '../../../credentials/kinds.ts'
import { commitChange, enforce, type Affected, type Fences } from '../change.ts'
import type { ControlContext } from '../context.ts'
import { retryOnConflict } from '../optimistic.ts'
import { grantProducts, grantScopes } from '../grants.ts'
import { keyEvent } from '../notify.ts'
import { Problem } from '../problem.ts'
import { checkWrite, stateOf } from '../rights/check.ts'
import { checkEnabled, readServiceUser } from '../service-users/read.ts'
import { createKey, type Made } from './create.ts'
import { readKey, readKeyToChange } from './read.ts'
import type { KeyView, Receipt } from './schemas.ts'

/** A key that ends at once is dated back, so that it has ended by the clock of every isolate. */
const SKEW_MS = 60_000

/** One key, as what a change touches. */
export const thisKey = (id: string): Affected => ({ keys: [id] })

/**
 * Revokes a key. When it returns with `enforced_at`, no request that begins later is forwarded with
 * it. A second call keeps the first time and finishes what the first could not.
 */
export async function revokeKey(
  context: ControlContext,
  key: KeyView,
): Promise<Receipt & { revoked_at: number }> {
  const { DB } = context.edge.bindings
  const statements =
    key.revoked_at === null
      ? [
          DB.prepare(
            'UPDATE credentials SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL',
          ).bind(key.id, context.nowMs),
          ...keyEvent(context, { change: 'ended', keyId: key.id }),
        ]
      : []
  const receipt = await enforce(context, await commitChange(context, statements, thisKey(key.id)))
  // Another call may have been faster.
  const { revoked_at } = await readKey(context, key.organization_id, key.id)
  return { revoked_at: revoked_at ?? context.nowMs, ...receipt }
}

/**
 * Makes a key of the same configuration; the old one ends after the grace, and never later than it
 * would have. Its deadline is in its record, so it also holds where the record is cached.
 */
export async function rotateKey(
  context: ControlContext,
  organization: string,
  id: string,
  graceSeconds: number,
): Promise<{ made: Made; receipt: Receipt; oldExpiresAt: number }> {
  const { fences, ...rotated } = await retryOnConflict(() =>
    replaceKey(context, organization, id, graceSeconds),
  )
  return { ...rotated, receipt: await enforce(context, fences) }
}

async function replaceKey(
  context: ControlContext,
  organization: string,
  id: string,
  graceSeconds: number,
): Promise<{ made: Made; oldExpiresAt: number; fences: Fences }> {
  const { key, unchanged } = await readKeyToChange(context, organization, id)
  checkRotatable(key)
  const own = context.actor.type === 'key' && context.actor.key.id === id
  // A key may replace itself; another one only where it covers it.
  if (!own) {
    const before = [stateOf(context, id, key)]
    checkWrite(context, { thing: 'key', moment: 'change', fields: ['grace_seconds'], before })
  }
  if (key.service_user_id !== null) {
    checkEnabled(await readServiceUser(context, organization, key.service_user_id))
  }
  const { DB } = context.edge.bindings
  const deadline = graceSeconds > 0 ? context.nowMs + graceSeconds * 1000 : context.nowMs - SKEW_MS
  const oldExpiresAt = Math.min(deadline, key.expires_at ?? deadline)
  // The one who rotates must be able to grant what the new key gets.
  grantScopes(context, key.kind, KINDS[key.kind].holds.scopes === 'none' ? undefined : key.scopes)
  await grantProducts(context, organization, key.kind, key.products)
  const draft = { ...key, expires_at: successorExpiry(context, key) }
  const { fences, ...made } = await createKey(context, organization, draft, undefined, {
    keys: [id],
    replaces: graceSeconds === 0,
    statements: (successor) => [
      unchanged,
      DB.prepare('UPDATE credentials SET rotated_to = ?3, expires_at = ?2 WHERE id = ?1').bind(
        id,
        oldExpiresAt,
        successor,
      ),
      ...keyEvent(context, { change: 'ended', keyId: id }),
    ],
  })
  return { made, oldExpiresAt, fences }
}

/** A JWT carries its expiry in itself: its successor lives as long, if it may. Others keep the date. */
function successorExpiry({ nowMs }: ControlContext, key: KeyView): number | null {
  if (!isSigned(key.kind) || key.expires_at === null) return key.expires_at
  return nowMs + Math.min(key.expires_at - key.created_at, JWT_MAX_LIFETIME_S * 1000)
}

/** @throws Problem 409 where the key has ended, or is being replaced already. */
function checkRotatable({ state, rotated_to }: KeyView): void {
  if (state !== 'active') {
    throw new Problem('key_not_active', `The key is ${state}; create a new one instead.`)
  }
  if (rotated_to !== null) {
    throw new Problem('key_rotated', `The key is being replaced by ${rotated_to} already.`)
  }
}
