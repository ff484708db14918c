// Keys out of D1, within one organization and, for a key's own management, one environment.

import type { Environment, Kind } from '../../../catalog/define.ts'
import type { ControlContext } from '../context.ts'
import { environmentOf } from '../actor.ts'
import { onlyIf } from '../decide.ts'
import { notFound } from '../problem.ts'

/** A key as the API answers with it. */
export interface KeyView {
  id: string
  organization_id: string
  service_user_id: string | null
  kind: Kind
  environment: Environment
  name: string
  scopes: string[]
  products: string[]
  quotas: Record<string, number>
  ips: string[] | null
  origins: string[] | null
  metadata: Record<string, string>
  state: 'active' | 'expired' | 'revoked'
  created_at: number
  expires_at: number | null
  revoked_at: number | null
  last_used_at: number | null
  rotated_to: string | null
}

const COLUMNS = `c.id, c.organization_id, c.service_user_id, c.kind, c.environment, c.name, c.scopes,
  c.products, c.quotas, c.metadata, c.created_at, c.expires_at, c.revoked_at, c.rotated_to,
  (SELECT last_used_at FROM credential_usage WHERE key = c.id) AS last_used_at,
  CASE WHEN c.ip_restricted THEN (SELECT json_group_array(cidr) FROM credential_ips
    WHERE credential_id = c.id) END AS ips,
  CASE WHEN c.origin_restricted THEN (SELECT json_group_array(origin) FROM credential_origins
    WHERE credential_id = c.id) END AS origins`

/** One key of the organization. @throws Problem 404 where the actor has no such key. */
export async function readKey(
  context: ControlContext,
  organization: string,
  id: string,
): Promise<KeyView> {
  return viewOf(await readRow(context, organization, id, COLUMNS), context.nowMs)
}

/** A generation is raised by all that counts at the gate, the key's lists, owners and end included. */
const GENERATION = '(SELECT generation FROM generations WHERE credential_id = c.id)'

/**
 * One key, and the statement that fails a batch where the key is not as it was read any more.
 * @throws Problem 404 where the actor has no such key.
 */
export async function readKeyToChange(
  context: ControlContext,
  organization: string,
  id: string,
): Promise<{ key: KeyView; unchanged: D1PreparedStatement }> {
  const columns = `${COLUMNS}, ${GENERATION} AS generation`
  const { generation, ...row } = await readRow(context, organization, id, columns)
  const unchanged = onlyIf(
    context,
    `EXISTS (SELECT 1 FROM credentials c WHERE c.id = ?1
       AND (${GENERATION}, c.name, c.metadata, c.rotated_to) IS (?2, ?3, ?4, ?5))`,
    id,
    ...([generation, row['name'], row['metadata'], row['rotated_to']] as (
      | string
      | number
      | null
    )[]),
  )
  return { key: viewOf(row, context.nowMs), unchanged }
}

async function readRow(
  context: ControlContext,
  organization: string,
  id: string,
  columns: string,
): Promise<Record<string, unknown>> {
  const row = await context.edge.bindings.DB.withSession('first-primary')
    .prepare(`SELECT ${columns} FROM credentials c WHERE c.id = ?1 AND c.organization_id = ?2`)
    .bind(id, organization)
    .first()
  const environment = environmentOf(context.actor)
  if (!row || (environment && row['environment'] !== environment)) throw notFound('key')
  return row
}

export interface KeyFilter {
  readonly kind?: string | undefined
  readonly environment?: string | undefined
  readonly state?: 'active' | 'expired' | 'revoked' | undefined
  readonly service_user?: string | undefined
  /** Part of the name, any case. */
  readonly search?: string | undefined
  /** These and no others. */
  readonly ids?: readonly string[] | undefined
  /** `expires_at`: those that end, the soonest first; else the newest first. */
  readonly sort?: 'expires_at' | undefined
}

/** A page of keys; `after` is the cursor's place. */
export async function listKeys(
  context: ControlContext,
  organization: string,
  filter: KeyFilter,
  after: { createdAt: number; id: string } | undefined,
  limit: number,
): Promise<KeyView[]> {
  const conditions = ['c.organization_id = ?1']
  const values: (string | number)[] = [organization]
  const where = (condition: string, ...more: (string | number)[]): void => {
    conditions.push(condition.replace(/\$(\d)/g, (_, n: string) => `?${values.length + Number(n)}`))
    values.push(...more)
  }
  const environment = environmentOf(context.actor) ?? filter.environment
  if (environment) where('c.environment = $1', environment)
  if (filter.kind) where('c.kind = $1', filter.kind)
  if (filter.service_user) where('c.service_user_id = $1', filter.service_user)
  if (filter.search) where('instr(lower(c.name), lower($1)) > 0', filter.search)
  if (filter.state === 'revoked') where('c.revoked_at IS NOT NULL')
  if (filter.state === 'expired') {
    where('c.revoked_at IS NULL AND c.expires_at <= $1', context.nowMs)
  }
  if (filter.state === 'active') {
    where('c.revoked_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > $1)', context.nowMs)
  }
  if (filter.ids) {
    where('c.id IN (SELECT value FROM json_each($1))', JSON.stringify(filter.ids))
  }
  const soonest = filter.sort === 'expires_at'
  if (soonest) where('c.expires_at IS NOT NULL')
  const [column, comes] = soonest ? ['c.expires_at', '>'] : ['c.created_at', '<']
  if (after) where(`(${column}, c.id) ${comes} ($1, $2)`, after.createdAt, after.id)
  const direction = soonest ? 'ASC' : 'DESC'
  const { results } = await context.edge.bindings.DB.withSession('first-primary')
    .prepare(
      `SELECT ${COLUMNS} FROM credentials c WHERE ${conditions.join(' AND ')}
       ORDER BY ${column} ${direction}, c.id ${direction} LIMIT ${limit}`,
    )
    .bind(...values)
    .all()
  return results.map((row) => viewOf(row, context.nowMs))
}

/** The tokens of a service user that have not ended, of both environments. */
export async function activeTokens(
  { edge, nowMs }: ControlContext,
  organization: string,
  serviceUser: string,
): Promise<KeyView[]> {
  const { results } = await edge.bindings.DB.withSession('first-primary')
    .prepare(
      `SELECT ${COLUMNS} FROM credentials c WHERE c.service_user_id = ?1 AND c.organization_id = ?2
         AND c.revoked_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > ?3)`,
    )
    .bind(serviceUser, organization, nowMs)
    .all()
  return results.map((row) => viewOf(row, nowMs))
}

function viewOf(row: Record<string, unknown>, nowMs: number): KeyView {
  const view = { ...row } as unknown as KeyView
  for (const name of ['scopes', 'products', 'quotas', 'metadata', 'ips', 'origins'] as const) {
    Object.assign(view, { [name]: parseJson(row[name]) })
  }
  const expired = view.expires_at !== null && view.expires_at <= nowMs
  view.state = view.revoked_at !== null ? 'revoked' : expired ? 'expired' : 'active'
  return view
}

function parseJson(value: unknown): unknown {
  return typeof value === 'string' ? JSON.parse(value) : null
}
