// Changing a member's role.

import type { MemberView } from '../../api/members/schemas.ts'
import { call } from '../api.ts'
import type { PageContext } from '../context.ts'
import { Choices } from '../kit/choices.tsx'
import { faultOf } from '../kit/fault.ts'
import type { Fault } from '../kit/fault.ts'
import { Form } from '../kit/form.tsx'
import { Problem } from '../kit/problem.tsx'
import { done, page, refused } from '../respond.tsx'
import type { Answered } from '../respond.tsx'
import { backToMembers, MEMBER_LABELS, memberUrl, readMember, ROLE_CHOICES } from './read.ts'

export async function editRole(c: PageContext): Promise<Response> {
  const found = await readMember(c)
  return found.ok ? rolePage(c, found.value) : refused(c, found)
}

export async function saveRole(c: PageContext): Promise<Response> {
  const found = await readMember(c)
  if (!found.ok) return refused(c, found)
  const saved = await call<MemberView>(c, 'putMember', {
    params: { email: found.value.email },
    body: { role: c.get('form').get('role') ?? undefined },
  })
  if (!saved.ok) return rolePage(c, found.value, faultOf(saved, MEMBER_LABELS))
  return await done(c, backToMembers(c).href, 'member_saved')
}

function rolePage(c: PageContext, { email, role }: MemberView, fault?: Fault): Answered {
  const back = backToMembers(c)
  return page(
    c,
    { title: `Role of ${email}`, back, fault },
    <>
      <Problem fault={fault} labels={MEMBER_LABELS} />
      <p>With another role the person is signed out at once and has it when they sign in again.</p>
      <Form c={c} submit="Save" cancel={back.href}>
        <Choices
          name="role"
          legend="Role"
          type="radio"
          choices={ROLE_CHOICES}
          chosen={[role]}
          fault={fault}
        />
      </Form>
      <p>
        <a href={memberUrl(c, email, 'remove')}>Remove this member instead</a>
      </p>
    </>,
  )
}
