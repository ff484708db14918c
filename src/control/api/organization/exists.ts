// Whether there is an organization, for operators, who name one with each request.

import type { Bindings } from '../../../config/bindings.ts'
import { notFound } from '../problem.ts'

/** One that was deleted still has its audit. @throws Problem 404 where there is none of either. */
export async function checkOrganization(db: Bindings['DB'], id: string): Promise<void> {
  const known = await db
    .withSession('first-primary')
    .prepare(
      `SELECT EXISTS (SELECT 1 FROM organizations WHERE id = ?1)
         OR EXISTS (SELECT 1 FROM audit_heads WHERE organization = ?1) AS known`,
    )
    .bind(id)
    .first<number>('known')
  if (!known) throw notFound('organization')
}
