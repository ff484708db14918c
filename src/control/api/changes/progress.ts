// How far a change has come that the queue publishes. What it waits for are the fences of its
// organization that were pending when it was made: a row keeps its date until it is published.

import type { Bindings } from '../../../config/bindings.ts'
import type { Change } from './schemas.ts'

type OwnedChange = Change & { readonly organization_id: string }

/** The pending fences of an organization, `?1`: of its credentials, and of those that have left it. */
export const PENDING_OF = `pending_fences p
  WHERE (EXISTS (SELECT 1 FROM credentials WHERE id = p.credential_id AND organization_id = ?1)
    OR EXISTS (SELECT 1 FROM former_owners WHERE owner = ?1 AND credential_id = p.credential_id))`

/** Those that a change waits for; `?2` is its date. */
export const AWAITED = `${PENDING_OF} AND p.created_at <= ?2`

/** A change as it now stands; the first to see nothing pending writes down when that was. */
export async function readChange(
  { DB }: Pick<Bindings, 'DB'>,
  id: string,
): Promise<OwnedChange | undefined> {
  const primary = DB.withSession('first-primary')
  const row = await primary
    .prepare(
      'SELECT id, organization_id, total, enforced_at, created_at FROM changes WHERE id = ?1',
    )
    .bind(id)
    .first<Omit<OwnedChange, 'pending'>>()
  if (!row) return undefined
  if (row.enforced_at !== null) return { ...row, pending: 0 }
  const waiting = await primary
    .prepare(`SELECT count(*) AS pending FROM ${AWAITED}`)
    .bind(row.organization_id, row.created_at)
    .first<{ pending: number }>()
  const pending = waiting?.pending ?? 0
  if (pending > 0) return { ...row, pending }
  // Dated after the look that found nothing, so that it is never earlier than the truth.
  const enforced = await primary
    .prepare(
      'UPDATE changes SET enforced_at = coalesce(enforced_at, ?2) WHERE id = ?1 RETURNING enforced_at',
    )
    .bind(id, Date.now())
    .first<{ enforced_at: number }>()
  return { ...row, pending, enforced_at: enforced?.enforced_at ?? null }
}
