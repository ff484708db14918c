// Service users out of D1, within one organization. They have no environment of their own; what a
// key sees of their tokens is of its own environment.

import type { z } from '@hono/zod-openapi'

import { environmentOf } from '../actor.ts'
import type { ControlContext } from '../context.ts'
import type { Place } from '../page.ts'
import { notFound, Problem } from '../problem.ts'
import type { ServiceUser, ServiceUserFilter } from './schemas.ts'

/** A service user as the API answers with it. */
export type ServiceUserView = z.infer<typeof ServiceUser>

/** `?1` is the time, `?2` the environment of the tokens to count, or null. */
const COLUMNS = `s.id, s.organization_id, s.name, s.source_system, s.departments, s.created_at,
  s.disabled_at,
  (SELECT count(*) FROM credentials c WHERE c.service_user_id = s.id
    AND c.revoked_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > ?1)
    AND (?2 IS NULL OR c.environment = ?2)) AS active_tokens,
  (SELECT max(u.last_used_at) FROM credentials c
    JOIN credential_usage u ON u.key = c.id WHERE c.service_user_id = s.id
    AND (?2 IS NULL OR c.environment = ?2)) AS last_used_at`

/** One service user of the organization. @throws Problem 404 where there is none. */
export async function readServiceUser(
  context: ControlContext,
  organization: string,
  id: string,
): Promise<ServiceUserView> {
  const row = await context.edge.bindings.DB.withSession('first-primary')
    .prepare(`SELECT ${COLUMNS} FROM service_users s WHERE s.id = ?3 AND s.organization_id = ?4`)
    .bind(context.nowMs, environmentOf(context.actor) ?? null, id, organization)
    .first()
  if (!row) throw notFound('service user')
  return viewOf(row)
}

/** @throws Problem 409 where it is disabled: it gets no new tokens then. */
export function checkEnabled({ disabled_at }: ServiceUserView): void {
  if (disabled_at === null) return
  throw new Problem('service_user_disabled', 'The service user is disabled; enable it first.')
}

/** A page of service users, newest first; `after` is the cursor's place. */
export async function listServiceUsers(
  context: ControlContext,
  organization: string,
  { state, source_system, search }: z.infer<typeof ServiceUserFilter>,
  after: Place | undefined,
  limit: number,
): Promise<ServiceUserView[]> {
  const { results } = await context.edge.bindings.DB.withSession('first-primary')
    .prepare(
      `SELECT ${COLUMNS} FROM service_users s
       WHERE s.organization_id = ?3 AND (?4 IS NULL OR (?4 = 'disabled') = (s.disabled_at IS NOT NULL))
         AND (?5 IS NULL OR s.source_system = ?5)
         AND (?6 IS NULL OR instr(lower(s.name), lower(?6)) > 0)
         AND (?7 IS NULL OR (s.created_at, s.id) < (?7, ?8))
       ORDER BY s.created_at DESC, s.id DESC LIMIT ?9`,
    )
    .bind(
      context.nowMs,
      environmentOf(context.actor) ?? null,
      organization,
      state ?? null,
      source_system ?? null,
      search ?? null,
      after?.createdAt ?? null,
      after?.id ?? null,
      limit,
    )
    .all()
  return results.map(viewOf)
}

function viewOf(row: Record<string, unknown>): ServiceUserView {
  const view = { ...row } as unknown as ServiceUserView
  view.departments = JSON.parse(row['departments'] as string) as string[]
  view.state = view.disabled_at === null ? 'active' : 'disabled'
  return view
}
