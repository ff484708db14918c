// Disabling a service user stops all its tokens at once; enabling lets those go on that have neither
// been revoked nor expired meanwhile.

import { enforce } from '../change.ts'
import type { Receipt } from '../change.ts'
import type { ControlContext } from '../context.ts'
import { keyEvent } from '../notify.ts'
import { assertOwnEnvironment, commitInOwnEnvironment, tokensOf } from './change.ts'
import { readServiceUser } from './read.ts'
import type { ServiceUserView } from './read.ts'

export type DisabledReceipt = Receipt & { readonly disabled_at: number | null }

/**
 * Disables a service user. When it returns with `enforced_at`, no request that begins later is
 * forwarded with any of its tokens. A second call keeps the first time, tells of no token again, and
 * finishes what the first could not.
 */
export async function disableServiceUser(
  context: ControlContext,
  user: ServiceUserView,
): Promise<DisabledReceipt> {
  if (user.disabled_at !== null) await assertOwnEnvironment(context, user.id)
  else {
    await commitInOwnEnvironment(context, user.id, [
      context.edge.bindings.DB.prepare(
        'UPDATE service_users SET disabled_at = ?2 WHERE id = ?1 AND disabled_at IS NULL',
      ).bind(user.id, context.nowMs),
      ...keyEvent(context, { change: 'ended', serviceUserId: user.id }),
    ])
  }
  const receipt = await enforce(context, tokensOf(user.id))
  // Another call may have been faster.
  const { disabled_at } = await readServiceUser(context, user.organization_id, user.id)
  return { disabled_at, ...receipt }
}

/** Lets its tokens be used again. */
export async function enableServiceUser(
  context: ControlContext,
  user: ServiceUserView,
): Promise<DisabledReceipt> {
  await commitInOwnEnvironment(context, user.id, [
    context.edge.bindings.DB.prepare(
      'UPDATE service_users SET disabled_at = NULL WHERE id = ?1 AND disabled_at IS NOT NULL',
    ).bind(user.id),
  ])
  return { disabled_at: null, ...(await enforce(context, tokensOf(user.id))) }
}
