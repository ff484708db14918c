// Keys out of D1, within one organization and, for a key's own management, one environment.

import type { z } from '@hono/zod-openapi'

import { selected, SHOWN } from '../../../credentials/fields.ts'
import type { ControlContext } from '../context.ts'
import { environmentOf } from '../actor.ts'
import { onlyIf } from '../optimistic.ts'
import type { Place } from '../page.ts'
import { notFound } from '../problem.ts'
import type { KeyFilter, KeyView } from './schemas.ts'

const COLUMNS = selected(SHOWN)

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

/** A page of keys; `after` is the cursor's place. */
export async function listKeys(
  context: ControlContext,
  organization: string,
  filter: z.infer<typeof KeyFilter>,
  after: Place | undefined,
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
    where('c.id IN (SELECT value FROM json_each($1))', JSON.stringify(filter.ids.split(',')))
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

/** A key as it is shown, also where the gate would not believe its record. */
function viewOf(row: Record<string, unknown>, nowMs: number): KeyView {
  const view = Object.fromEntries(
    Object.entries(SHOWN).map(([name, { columns, json }]) => {
      const value = row[Object.keys(columns)[0] ?? name]
      return [name, json && typeof value === 'string' ? JSON.parse(value) : value]
    }),
  ) as Omit<KeyView, 'state'>
  const expired = view.expires_at !== null && view.expires_at <= nowMs
  return { ...view, state: view.revoked_at !== null ? 'revoked' : expired ? 'expired' : 'active' }
}
