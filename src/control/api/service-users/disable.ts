// Disabling a service user stops all its tokens at once; enabling lets those go on that have neither
// been revoked nor expired meanwhile.

import { environmentOf } from '../actor.ts'
import { capsFor, withinCap } from '../caps.ts'
import { commitChange, enforce } from '../change.ts'
import type { ControlContext } from '../context.ts'
import { retryOnConflict, onlyIf } from '../optimistic.ts'
import { activeTokens } from '../keys/read.ts'
import type { KeyView, Receipt } from '../keys/schemas.ts'
import { keyEvent } from '../notify.ts'
import { checkWrite, stateOf } from '../rights/check.ts'
import { tokensOf } from './change.ts'
import { readServiceUser, type ServiceUserView } from './read.ts'

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
  checkWrite(context, { thing: 'service_user', moment: 'change', fields: ['disabled_at'] })
  const statements =
    user.disabled_at === null
      ? [
          context.edge.bindings.DB.prepare(
            'UPDATE service_users SET disabled_at = ?2 WHERE id = ?1 AND disabled_at IS NULL',
          ).bind(user.id, context.nowMs),
          ...keyEvent(context, { change: 'ended', serviceUserId: user.id }),
        ]
      : []
  const receipt = await enforce(context, await commitChange(context, statements, tokensOf(user)))
  // Another call may have been faster.
  const { disabled_at } = await readServiceUser(context, user.organization_id, user.id)
  return { disabled_at, ...receipt }
}

/** Lets its tokens be used again; a key that does must cover each of them. */
export async function enableServiceUser(
  context: ControlContext,
  user: ServiceUserView,
): Promise<DisabledReceipt> {
  const fields = ['disabled_at']
  const organization = user.organization_id
  const caps = await capsFor(context, organization)
  const fences = await retryOnConflict(async () => {
    checkWrite(context, { thing: 'service_user', moment: 'change', fields })
    const { tokens, unchanged } = await returning(context, user)
    // It stands for both environments, so a live key that may enable it brings sandbox tokens back too.
    const environment = environmentOf(context.actor)
    const after = tokens.map((token) =>
      stateOf(context, token.id, { ...token, environment: environment ?? token.environment }),
    )
    checkWrite(context, { thing: 'service_user', moment: 'change', fields, after })
    const statements = [
      ...unchanged,
      context.edge.bindings.DB.prepare(
        'UPDATE service_users SET disabled_at = NULL WHERE id = ?1 AND disabled_at IS NOT NULL',
      ).bind(user.id),
      ...(user.disabled_at === null
        ? []
        : [withinCap(context, organization, caps, 'serviceUsers')]),
    ]
    return await commitChange(context, statements, tokensOf(user))
  })
  return { disabled_at: null, ...(await enforce(context, fences)) }
}

/** A sum of generations: it rises with whatever becomes of any of the tokens. */
const GENERATIONS = `(SELECT count(*) || ' ' || coalesce(sum(g.generation), 0)
  FROM credentials c JOIN generations g ON g.credential_id = c.id WHERE c.service_user_id = ?1)`

/** The tokens that a key would bring back, and the statement that fails where they are others by then. */
async function returning(
  context: ControlContext,
  { id, organization_id: organization }: ServiceUserView,
): Promise<{ tokens: KeyView[]; unchanged: D1PreparedStatement[] }> {
  if (context.actor.type !== 'key') return { tokens: [], unchanged: [] }
  const { DB } = context.edge.bindings
  const sum = await DB.withSession('first-primary')
    .prepare(`SELECT ${GENERATIONS} AS sum`)
    .bind(id)
    .first<string>('sum')
  return {
    tokens: await activeTokens(context, organization, id),
    unchanged: [onlyIf(context, `${GENERATIONS} = ?2`, id, sum)],
  }
}
