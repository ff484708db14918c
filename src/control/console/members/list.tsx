// The people who may sign in here for the organization, and a form for another.

import { parseEmail } from '../../api/members/email.ts'
import type { MemberView } from '../../api/members/schemas.ts'
import { call } from '../api.ts'
import type { PageContext } from '../context.ts'
import { Badge } from '../kit/badge.tsx'
import { Choices } from '../kit/choices.tsx'
import { Empty } from '../kit/empty.tsx'
import { faultOf, type Fault } from '../kit/fault.ts'
import { Field } from '../kit/field.tsx'
import { Form } from '../kit/form.tsx'
import { Problem } from '../kit/problem.tsx'
import { Table } from '../kit/table.tsx'
import { Time } from '../kit/time.tsx'
import { done, page, refused } from '../respond.tsx'
import { mayWrite } from '../session.ts'
import {
  backToMembers,
  isSelf,
  MEMBER_LABELS,
  memberUrl,
  readMembers,
  ROLE_CHOICES,
} from './read.ts'

export async function listMembers(c: PageContext): Promise<Response> {
  return await membersPage(c)
}

/** Makes a member; whoever is one already keeps their role until that is changed by name. */
export async function addMember(c: PageContext): Promise<Response> {
  const form = c.get('form')
  const email = (form.get('email') ?? '').trim()
  const members = await readMembers(c)
  if (!members.ok) return refused(c, members)
  if (members.value.some((one) => one.email === parseEmail(email))) {
    const sentence = 'is a member already; change the role in the list'
    return await membersPage(c, { field: 'email', sentence })
  }
  if (email === '') return await membersPage(c, { field: 'email', sentence: 'must not be empty' })
  const saved = await call<MemberView>(c, 'putMember', {
    params: { email },
    body: { role: form.get('role') ?? undefined },
  })
  if (!saved.ok) return await membersPage(c, faultOf(saved, MEMBER_LABELS))
  return await done(c, backToMembers(c).href, 'member_saved')
}

async function membersPage(c: PageContext, fault?: Fault): Promise<Response> {
  const found = await readMembers(c)
  if (!found.ok) return refused(c, found)
  return page(
    c,
    { title: 'Members', fault },
    <>
      <Problem fault={fault} labels={MEMBER_LABELS} />
      <Access c={c} />
      {found.value.length === 0 ? (
        <Empty title="There is no member yet.">
          <p>Until there is one, only operators see this organization here.</p>
        </Empty>
      ) : (
        <Rows c={c} members={found.value} />
      )}
      {mayWrite(c.get('session')) ? <AddForm c={c} fault={fault} /> : null}
    </>,
  )
}

/** How members sign in, and where they cannot. */
function Access({ c }: { c: PageContext }) {
  if (c.env.context.edge.settings.access) {
    return <p>Members sign in through Cloudflare Access with the address that stands here.</p>
  }
  return (
    <div class="notice warn">
      <p>
        Cloudflare Access is not configured in this deployment, so no member can sign in yet: only
        the admin token opens the console. See <code>ACCESS</code> in the settings.
      </p>
    </div>
  )
}

function Rows({ c, members }: { c: PageContext; members: readonly MemberView[] }) {
  const write = mayWrite(c.get('session'))
  const columns = ['E-mail address', 'Role', 'Member since', ...(write ? ['Actions'] : [])]
  return (
    <Table caption="Members, by their addresses" columns={columns}>
      {members.map((member) => (
        <tr>
          <th scope="row">
            {member.email} {isSelf(c, member) ? <Badge text="you" /> : null}
          </th>
          <td>{member.role}</td>
          <td>
            <Time ms={member.created_at} />
          </td>
          {write ? <Actions c={c} member={member} /> : null}
        </tr>
      ))}
    </Table>
  )
}

function Actions({ c, member }: { c: PageContext; member: MemberView }) {
  const { email } = member
  if (isSelf(c, member)) return <td>Another administrator can change your membership.</td>
  return (
    <td>
      <a href={memberUrl(c, email)} aria-label={`Change role of ${email}`}>
        Change role
      </a>
      {' · '}
      <a href={memberUrl(c, email, 'remove')} aria-label={`Remove ${email}`}>
        Remove
      </a>
    </td>
  )
}

function AddForm({ c, fault }: { c: PageContext; fault: Fault | undefined }) {
  const typed = fault ? c.get('form') : undefined
  return (
    <section aria-labelledby="add">
      <h2 id="add">Add a member</h2>
      <Form c={c} action={backToMembers(c).href} submit="Add the member">
        <Field
          name="email"
          label="E-mail address"
          type="email"
          required
          maxlength={254}
          value={typed?.get('email') ?? ''}
          hint="As Cloudflare Access knows the person, such as ann@example.com."
          fault={fault}
        />
        <Choices
          name="role"
          legend="Role"
          type="radio"
          choices={ROLE_CHOICES}
          chosen={[typed?.get('role') ?? 'viewer']}
          fault={fault}
        />
      </Form>
    </section>
  )
}
