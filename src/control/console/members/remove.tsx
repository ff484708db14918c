// Removing a member.

import { call } from '../api.ts'
import { formPage } from '../kit/form-page.tsx'
import { done } from '../respond.tsx'
import { backToMembers, readMember } from './read.ts'

export const removeMember = formPage({
  read: readMember,
  title: ({ email }) => `Remove ${email}`,
  back: backToMembers,
  submit: 'Remove the member',
  typed: ({ email }) => email,
  content: () => (
    <p>
      The person is signed out at once and sees nothing of this organization any more. Keys that
      they created go on; invalidate those that the person may still have.
    </p>
  ),
  act: (c, { email }) => call(c, 'removeMember', { params: { email } }),
  answer: (c) => done(c, backToMembers(c).href, 'member_removed'),
})
