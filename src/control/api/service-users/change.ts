// Making and changing service users. Each of their tokens is decided on together with them, so a
// change is in force when every token's guard has been told.

import type { z } from '@hono/zod-openapi'

import { randomBase62 } from '../../../credentials/format.ts'
import { capsFor, withinCap } from '../caps.ts'
import { commitChange, enforce, type Affected } from '../change.ts'
import type { ControlContext } from '../context.ts'
import type { Receipt } from '../keys/schemas.ts'
import { commitOnce, type Idempotency } from '../idempotency.ts'
import { checkWrite } from '../rights/check.ts'
import type { ServiceUserView } from './read.ts'
import type { CreateServiceUser, UpdateServiceUser } from './schemas.ts'

/** The tokens of a service user, as what a change touches. */
export const tokensOf = ({ id, organization_id }: Owned): Affected => ({
  owner: id,
  organization: organization_id,
})

type Owned = Pick<ServiceUserView, 'id' | 'organization_id'>

/** Writes a new service user and returns its id, or the id that an equal request made before. */
export async function createServiceUser(
  context: ControlContext,
  organization: string,
  asked: z.infer<typeof CreateServiceUser>,
  idempotency: Idempotency | undefined,
): Promise<string> {
  checkWrite(context, { thing: 'service_user', moment: 'make', fields: Object.keys(asked) })
  const id = `su_${randomBase62(16)}`
  const departments = JSON.stringify([...new Set(asked.departments)])
  const insert = context.edge.bindings.DB.prepare(
    `INSERT INTO service_users (id, organization_id, name, source_system, departments, created_at)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6)`,
  ).bind(id, organization, asked.name, asked.source_system, departments, context.nowMs)
  const caps = await capsFor(context, organization)
  const within = withinCap(context, organization, caps, 'serviceUsers')
  return await commitOnce(context, id, [insert, within], idempotency)
}

/** Applies a change; its departments are replaced as a whole. */
export async function updateServiceUser(
  context: ControlContext,
  user: Owned,
  change: z.infer<typeof UpdateServiceUser>,
): Promise<Receipt> {
  checkWrite(context, { thing: 'service_user', moment: 'change', fields: Object.keys(change) })
  const departments = change.departments && JSON.stringify([...new Set(change.departments)])
  const columns = Object.entries({ ...change, departments }).filter(([, v]) => v !== undefined)
  const sets = columns.map(([name], i) => `${name} = ?${i + 2}`).join(', ')
  const statements = [
    context.edge.bindings.DB.prepare(`UPDATE service_users SET ${sets} WHERE id = ?1`).bind(
      user.id,
      ...columns.map(([, value]) => value),
    ),
  ]
  return await enforce(context, await commitChange(context, statements, tokensOf(user)))
}
