// Changing a member's role.

import type { MemberView } from '../../api/members/schemas.ts'
import { call } from '../api.ts'
import { Choices } from '../kit/choices.tsx'
import { confirmAction } from '../kit/confirm-action.tsx'
import { done } from '../respond.tsx'
import { backToMembers, MEMBER_LABELS, memberUrl, readMember, ROLE_CHOICES } from './read.ts'

export const editRole = confirmAction({
  read: readMember,
  title: ({ email }) => `Role of ${email}`,
  back: backToMembers,
  submit: 'Save',
  labels: MEMBER_LABELS,
  intro: () => (
    <p>With another role the person is signed out at once and has it when they sign in again.</p>
  ),
  content: (_c, { role }, fault) => (
    <Choices
      name="role"
      legend="Role"
      type="radio"
      choices={ROLE_CHOICES}
      chosen={[role]}
      fault={fault}
    />
  ),
  outro: (c, { email }) => (
    <p>
      <a href={memberUrl(c, email, 'remove')}>Remove this member instead</a>
    </p>
  ),
  act: (c, { email }) => {
    const body = { role: c.get('form').get('role') ?? undefined }
    return call<MemberView>(c, 'putMember', { params: { email }, body })
  },
  answer: (c) => done(c, backToMembers(c).href, 'member_saved'),
})
