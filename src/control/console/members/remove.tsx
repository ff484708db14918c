// Removing a member.

import type { MemberView } from '../../api/members/schemas.ts'
import { call } from '../api.ts'
import type { PageContext } from '../context.ts'
import { ConfirmForm, confirmationFault } from '../kit/confirm-form.tsx'
import { faultOf } from '../kit/fault.ts'
import type { Fault } from '../kit/fault.ts'
import { done, page, refused } from '../respond.tsx'
import type { Answered } from '../respond.tsx'
import { backToMembers, readMember } from './read.ts'

export async function askRemoval(c: PageContext): Promise<Response> {
  const found = await readMember(c)
  return found.ok ? removalPage(c, found.value) : refused(c, found)
}

export async function removeMember(c: PageContext): Promise<Response> {
  const found = await readMember(c)
  if (!found.ok) return refused(c, found)
  const { email } = found.value
  const fault = confirmationFault(c.get('form'), email)
  if (fault) return removalPage(c, found.value, fault)
  const removed = await call<null>(c, 'removeMember', { params: { email } })
  if (!removed.ok) return removalPage(c, found.value, faultOf(removed))
  return await done(c, backToMembers(c).href, 'member_removed')
}

function removalPage(c: PageContext, { email }: MemberView, fault?: Fault): Answered {
  const back = backToMembers(c)
  return page(
    c,
    { title: `Remove ${email}`, back, fault },
    <ConfirmForm c={c} submit="Remove the member" expected={email} cancel={back.href} fault={fault}>
      <p>
        The person is signed out at once and sees nothing of this organization any more. Keys that
        they created go on; invalidate those that the person may still have.
      </p>
    </ConfirmForm>,
  )
}
