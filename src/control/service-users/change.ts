// Making and changing service users. Each of their tokens is decided on together with them, so a
// change is in force when every token's guard has been told.

import type { z } from '@hono/zod-openapi'

import { randomBase62 } from '../../keys/format.ts'
import { environmentOf } from '../actor.ts'
import { commit, enforce } from '../change.ts'
import type { Receipt } from '../change.ts'
import type { ControlContext } from '../context.ts'
import { decide, onlyIf } from '../decide.ts'
import { commitOnce } from '../idempotency.ts'
import type { Idempotency } from '../idempotency.ts'
import { Problem } from '../problem.ts'
import type { CreateServiceUser, UpdateServiceUser } from './schemas.ts'

/** The condition that names the tokens of a service user to `enforce`. */
export const tokensOf = (id: string) => ({ where: 'c.service_user_id = ?1', bind: id })

/** Writes a new service user and returns its id, or the id that an equal request made before. */
export async function createServiceUser(
  context: ControlContext,
  organization: string,
  asked: z.infer<typeof CreateServiceUser>,
  idempotency: Idempotency | undefined,
): Promise<string> {
  const id = `su_${randomBase62(16)}`
  const departments = JSON.stringify([...new Set(asked.departments)])
  const insert = context.edge.bindings.DB.prepare(
    `INSERT INTO service_users (id, organization_id, name, source_system, departments, created_at)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6)`,
  ).bind(id, organization, asked.name, asked.source_system, departments, context.nowMs)
  return await commitOnce(context, id, [insert], idempotency)
}

/** Applies a change; its departments are replaced as a whole. */
export async function updateServiceUser(
  context: ControlContext,
  id: string,
  change: z.infer<typeof UpdateServiceUser>,
): Promise<Receipt> {
  const departments = change.departments && JSON.stringify([...new Set(change.departments)])
  const columns = Object.entries({ ...change, departments }).filter(([, v]) => v !== undefined)
  const sets = columns.map(([name], i) => `${name} = ?${i + 2}`).join(', ')
  await commitInOwnEnvironment(context, id, [
    context.edge.bindings.DB.prepare(`UPDATE service_users SET ${sets} WHERE id = ?1`).bind(
      id,
      ...columns.map(([, value]) => value),
    ),
  ])
  return await enforce(context, tokensOf(id))
}

const LIVE_TOKENS = `SELECT 1 FROM credentials WHERE service_user_id = ?1 AND environment = 'live'
  AND revoked_at IS NULL`

/** Commits a change of a service user. @throws Problem 403 where it would reach too far. */
export async function commitInOwnEnvironment(
  context: ControlContext,
  id: string,
  statements: readonly D1PreparedStatement[],
): Promise<void> {
  const confined = environmentOf(context.actor) === 'sandbox'
  await decide(async () => {
    await assertOwnEnvironment(context, id)
    await commit(context, [
      ...(confined ? [onlyIf(context, `NOT EXISTS (${LIVE_TOKENS})`, id)] : []),
      ...statements,
    ])
  })
}

/**
 * A service user has no environment, so what is done to it reaches all its tokens. A sandbox key must
 * not reach live ones. @throws Problem 403 where it would.
 */
export async function assertOwnEnvironment(context: ControlContext, id: string): Promise<void> {
  if (environmentOf(context.actor) !== 'sandbox') return
  const live = await context.edge.bindings.DB.withSession('first-primary')
    .prepare(`${LIVE_TOKENS} LIMIT 1`)
    .bind(id)
    .first()
  if (!live) return
  throw new Problem(
    403,
    'grant_beyond_own',
    'environment: the service user has live tokens, and a sandbox key must not change those',
  )
}
