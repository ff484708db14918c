// Organizations out of D1.

import type { z } from '@hono/zod-openapi'

import type { ControlContext } from '../context.ts'
import type { Place } from '../page.ts'
import { notFound } from '../problem.ts'
import type { Organization, OrganizationFilter, OrganizationRow as Row } from './schemas.ts'

/** An organization in a page. */
export type OrganizationRow = z.infer<typeof Row>

/** An organization as the API answers with it. */
export type OrganizationView = z.infer<typeof Organization>

/** `?1` is the time. */
const COLUMNS = `o.id, o.name, o.plan, o.products, o.ip_restricted, o.created_at, o.suspended_at,
  (SELECT count(*) FROM credentials c WHERE c.organization_id = o.id AND c.revoked_at IS NULL
    AND (c.expires_at IS NULL OR c.expires_at > ?1)) AS active_keys`

/** One organization with its list. @throws Problem 404 where there is none. */
export async function readOrganization(
  context: ControlContext,
  id: string,
): Promise<OrganizationView> {
  const row = await context.edge.bindings.DB.withSession('first-primary')
    .prepare(
      `SELECT ${COLUMNS}, (SELECT json_group_array(cidr) FROM organization_ips
         WHERE organization_id = o.id) AS ips
       FROM organizations o WHERE o.id = ?2`,
    )
    .bind(context.nowMs, id)
    .first()
  if (!row) throw notFound('organization')
  const { ip_restricted: restricted, ...view } = rowOf(row)
  return { ...view, ips: restricted ? (JSON.parse(row['ips'] as string) as string[]) : null }
}

const OWNERS = ['credentials', 'service_users', 'webhook_endpoints', 'changes']
  .map((table) => `SELECT organization_id FROM ${table} WHERE id = ?8`)
  .join(' UNION ALL ')

/** A page of organizations, newest first; `after` is the cursor's place. */
export async function listOrganizations(
  context: ControlContext,
  { state, plan, search, owns }: z.infer<typeof OrganizationFilter>,
  after: Place | undefined,
  limit: number,
): Promise<OrganizationRow[]> {
  const { results } = await context.edge.bindings.DB.withSession('first-primary')
    .prepare(
      `SELECT ${COLUMNS} FROM organizations o
       WHERE (?2 IS NULL OR (?2 = 'suspended') = (o.suspended_at IS NOT NULL))
         AND (?3 IS NULL OR o.plan = ?3)
         AND (?4 IS NULL OR instr(lower(o.name), lower(?4)) > 0)
         AND (?5 IS NULL OR (o.created_at, o.id) < (?5, ?6))
         AND (?8 IS NULL OR o.id IN (${OWNERS}))
       ORDER BY o.created_at DESC, o.id DESC LIMIT ?7`,
    )
    .bind(
      context.nowMs,
      state ?? null,
      plan ?? null,
      search ?? null,
      after?.createdAt ?? null,
      after?.id ?? null,
      limit,
      owns ?? null,
    )
    .all()
  return results.map(rowOf)
}

function rowOf(row: Record<string, unknown>): OrganizationRow {
  const { ips: _, ...columns } = row
  return {
    ...(columns as unknown as OrganizationRow),
    products: JSON.parse(row['products'] as string) as string[],
    ip_restricted: row['ip_restricted'] === 1,
    state: row['suspended_at'] === null ? 'active' : 'suspended',
  }
}
