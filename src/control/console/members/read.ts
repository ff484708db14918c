// A member as the pages need it.

import { parseEmail } from '../../api/members/email.ts'
import type { MemberView } from '../../api/members/schemas.ts'
import { call, type Answer } from '../api.ts'
import type { PageContext } from '../context.ts'
import { pageUrl } from '../urls.ts'

export const ROLE_CHOICES = [
  { value: 'viewer', label: 'Viewer', hint: 'Sees everything here and changes nothing.' },
  {
    value: 'administrator',
    label: 'Administrator',
    hint: 'Manages keys, service users, lists, webhooks and members.',
  },
]

/** The fields at which a refusal of the API is shown. */
export const MEMBER_LABELS = { email: 'E-mail address', role: 'Role' }

export async function readMembers(c: PageContext): Promise<Answer<readonly MemberView[]>> {
  const found = await call<{ items: readonly MemberView[] }>(c, 'listMembers')
  return found.ok ? { ...found, value: found.value.items } : found
}

/** The member that the address names. Nobody has pages that change their own membership. */
export async function readMember(c: PageContext): Promise<Answer<MemberView>> {
  const found = await readMembers(c)
  if (!found.ok) return found
  const email = parseEmail(c.req.param('email') ?? '')
  const member = found.value.find((one) => one.email === email)
  const missing = { ok: false, status: 404, reason: 'not_found' } as const
  if (!member) return { ...missing, detail: 'There is no such member in this organization.' }
  if (!isSelf(c, member)) return { ...found, value: member }
  return {
    ...{ ok: false, status: 409, reason: 'own_membership' },
    detail: 'You cannot change or remove your own membership; another administrator can.',
  }
}

export function isSelf(c: PageContext, { email }: MemberView): boolean {
  const { actor } = c.get('session')
  return actor.type === 'person' && actor.email === email
}

/** A page of a member: `remove`, or the one for the role. */
export function memberUrl(c: PageContext, email: string, part = ''): string {
  return pageUrl(c.get('organization').id, 'members', email, part)
}

export const backToMembers = (c: PageContext) => ({
  href: pageUrl(c.get('organization').id, 'members'),
  label: 'All members',
})
