// Changing a member's role.

import { call } from '../api.ts'
import { formPage } from '../kit/form-page.tsx'
import { done } from '../respond.tsx'
import { backToMembers, MEMBER_LABELS, memberUrl, readMember } from './read.ts'
import { RoleField } from './role-field.tsx'

export const editRole = formPage({
  read: readMember,
  title: ({ email }) => `Role of ${email}`,
  back: backToMembers,
  submit: 'Save',
  labels: MEMBER_LABELS,
  intro: () => (
    <p>With another role the person is signed out at once and has it when they sign in again.</p>
  ),
  content: (_c, { role }) => <RoleField role={role} />,
  outro: (c, { email }) => (
    <p>
      <a href={memberUrl(c, email, 'remove')}>Remove this member instead</a>
    </p>
  ),
  act: (c, { email }) => {
    const body = { role: c.get('form').get('role') ?? undefined }
    return call(c, 'putMember', { params: { email }, body })
  },
  answer: (c) => done(c, backToMembers(c).href, 'member_saved'),
})
