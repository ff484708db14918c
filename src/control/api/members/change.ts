// Making, changing and removing members. The triggers of schema.sql revoke the sessions of a person
// whose membership changes, in the same transaction.

import { commit } from '../change.ts'
import type { ControlContext } from '../context.ts'
import { notFound, Problem } from '../problem.ts'
import { checkWrite } from '../rights/check.ts'
import type { Role } from './role.ts'
import type { MemberView } from './schemas.ts'

/** As many as fit on a page; there is no paging. */
export const MEMBERS_MAX = 200

/** Gives a person a role, whether they were a member or not. @throws Problem 409. */
export async function putMember(
  context: ControlContext,
  organization: string,
  email: string,
  role: Role,
): Promise<{ member: MemberView; created: boolean }> {
  checkWrite(context, { thing: 'member', moment: 'make', fields: ['email', 'role'] })
  checkIsNotSelf(context, email)
  const { DB } = context.edge.bindings
  const one = 'organization_id = ?1 AND email = ?2'
  const columns = 'organization_id, email, role, created_at'
  const [before, , after] = await commit(context, [
    DB.prepare(`SELECT 1 FROM members WHERE ${one}`).bind(organization, email),
    DB.prepare(
      `INSERT INTO members (${columns}) SELECT ?1, ?2, ?3, ?4
       WHERE EXISTS (SELECT 1 FROM members WHERE ${one})
         OR (SELECT count(*) FROM members WHERE organization_id = ?1) < ${MEMBERS_MAX}
       ON CONFLICT DO UPDATE SET role = excluded.role
         WHERE role <> excluded.role AND (role <> 'administrator' OR ${ANOTHER_ADMINISTRATOR})`,
    ).bind(organization, email, role, context.nowMs),
    DB.prepare(`SELECT ${columns} FROM members WHERE ${one}`).bind(organization, email),
  ])
  const [member] = (after?.results ?? []) as MemberView[]
  if (member && member.role !== role) throw lastAdministrator()
  if (member) return { member, created: before?.results.length === 0 }
  throw new Problem('too_many_members', `An organization has at most ${MEMBERS_MAX} members.`)
}

/** Removes a person from the organization. @throws Problem 404, 409. */
export async function removeMember(
  context: ControlContext,
  organization: string,
  email: string,
): Promise<void> {
  checkWrite(context, { thing: 'member', moment: 'change', fields: ['role'] })
  checkIsNotSelf(context, email)
  const { DB } = context.edge.bindings
  const one = 'organization_id = ?1 AND email = ?2'
  const [removed, left] = await commit(context, [
    DB.prepare(
      `DELETE FROM members
       WHERE ${one} AND (role <> 'administrator' OR ${ANOTHER_ADMINISTRATOR}) RETURNING email`,
    ).bind(organization, email),
    DB.prepare(`SELECT 1 FROM members WHERE ${one}`).bind(organization, email),
  ])
  if (removed?.results.length === 1) return
  throw left?.results.length === 1 ? lastAdministrator() : notFound('member')
}

/** Looked at as it is written, so that two who go at once do not both find the other one there. */
const ANOTHER_ADMINISTRATOR = `EXISTS (SELECT 1 FROM members other
  WHERE other.organization_id = ?1 AND other.email <> ?2 AND other.role = 'administrator')`

function lastAdministrator(): Problem {
  return new Problem(
    'last_administrator',
    'This is the only administrator of the organization; make another one first.',
  )
}

/** So that nobody locks themselves out by mistake. */
function checkIsNotSelf({ actor }: ControlContext, email: string): void {
  if (actor.type !== 'person' || actor.email !== email) return
  throw new Problem(
    'own_membership',
    'You cannot change or remove your own membership; another administrator can.',
  )
}
