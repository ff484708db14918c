// A member as the pages need it.

import { parseEmail } from '../../api/members/email.ts'
import { call, notThere, type Answer, type AnswerOf } from '../api.ts'
import type { PageContext } from '../context.ts'
import type { Link } from '../respond.tsx'
import { pageUrl } from '../urls.ts'

export type Member = AnswerOf<'listMembers'>['items'][number]

/** The fields at which a refusal of the API is shown. */
export const MEMBER_LABELS = { email: 'E-mail address', role: 'Role' }

/** The member that the address names. Nobody has pages that change their own membership. */
export async function readMember(c: PageContext): Promise<Answer<Member>> {
  const found = await call(c, 'listMembers')
  if (!found.ok) return found
  const email = parseEmail(c.req.param('email') ?? '')
  const member = found.value.items.find((one) => one.email === email)
  if (!member) return notThere('There is no such member in this organization.')
  if (!isSelf(c, member)) return { ...found, value: member }
  return {
    ...{ ok: false, status: 409, reason: 'own_membership' },
    detail: 'You cannot change or remove your own membership; another administrator can.',
  }
}

export function isSelf(c: PageContext, { email }: Member): boolean {
  const { actor } = c.get('session')
  return actor.type === 'person' && actor.email === email
}

/** A page of a member: `remove`, or the one for the role. */
export function memberUrl(c: PageContext, email: string, part = ''): string {
  return pageUrl(c.get('organization').id, 'members', email, part)
}

export const backToMembers = (c: PageContext): Link => ({
  href: pageUrl(c.get('organization').id, 'members'),
  label: 'All members',
})
