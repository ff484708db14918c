// The people who may sign in here for the organization, and a form for another.

import { parseEmail } from '../../api/members/email.ts'
import { call } from '../api.ts'
import type { PageContext } from '../context.ts'
import { Badge } from '../kit/badge.tsx'
import { Empty } from '../kit/empty.tsx'
import { faultOf, type Fault } from '../kit/fault.ts'
import { Field } from '../kit/field.tsx'
import { Form } from '../kit/form.tsx'
import { Problem } from '../kit/problem.tsx'
import { Notice, Section } from '../kit/section.tsx'
import { Table, type Cells } from '../kit/table.tsx'
import { Time } from '../kit/time.tsx'
import { done, page, refused } from '../respond.tsx'
import { mayWrite } from '../session.ts'
import { backToMembers, isSelf, MEMBER_LABELS, memberUrl, type Member } from './read.ts'
import { RoleField } from './role-field.tsx'

export async function listMembers(c: PageContext): Promise<Response> {
  return await membersPage(c)
}

/** Makes a member; whoever is one already keeps their role until that is changed by name. */
export async function addMember(c: PageContext): Promise<Response> {
  const form = c.get('form')
  const email = (form.get('email') ?? '').trim()
  const members = await call(c, 'listMembers')
  if (!members.ok) return refused(c, members)
  if (members.value.items.some((one) => one.email === parseEmail(email))) {
    const sentence = 'is a member already; change the role in the list'
    return await membersPage(c, { field: 'email', sentence })
  }
  if (email === '') return await membersPage(c, { field: 'email', sentence: 'must not be empty' })
  const body = { role: form.get('role') ?? undefined }
  const saved = await call(c, 'putMember', { params: { email }, body })
  if (!saved.ok) return await membersPage(c, faultOf(saved, MEMBER_LABELS))
  return await done(c, backToMembers(c).href, 'member_saved')
}

const COLUMNS = ['E-mail address', 'Role', 'Member since']

async function membersPage(c: PageContext, fault?: Fault): Promise<Response> {
  const found = await call(c, 'listMembers')
  if (!found.ok) return refused(c, found)
  const write = mayWrite(c.get('session'))
  const columns = write ? [...COLUMNS, 'Actions'] : COLUMNS
  const rows = found.value.items.map((member) => rowOf(c, member).slice(0, columns.length))
  return page(
    c,
    { title: 'Members', fault },
    <>
      <Problem fault={fault} labels={MEMBER_LABELS} />
      <Access c={c} />
      {rows.length === 0 ? (
        <Empty title="There is no member yet.">
          <p>Until there is one, only operators see this organization here.</p>
        </Empty>
      ) : (
        <Table caption="Members, by their addresses" columns={columns} rows={rows} />
      )}
      {write ? <AddForm c={c} fault={fault} /> : null}
    </>,
  )
}

/** How members sign in, and where they cannot. */
function Access({ c }: { c: PageContext }) {
  if (c.env.context.edge.settings.access) {
    return <p>Members sign in through Cloudflare Access with the address that stands here.</p>
  }
  return (
    <Notice tone="warn">
      Cloudflare Access is not configured in this deployment, so no member can sign in yet: only the
      admin token opens the console. See <code>ACCESS</code> in the settings.
    </Notice>
  )
}

function rowOf(c: PageContext, member: Member): Cells {
  const { email, role, created_at } = member
  const self = isSelf(c, member)
  return [
    <>
      {email} {self ? <Badge text="you" /> : null}
    </>,
    role,
    <Time ms={created_at} />,
    self ? (
      'Another administrator can change your membership.'
    ) : (
      <>
        <a href={memberUrl(c, email)} aria-label={`Change role of ${email}`}>
          Change role
        </a>
        {' · '}
        <a href={memberUrl(c, email, 'remove')} aria-label={`Remove ${email}`}>
          Remove
        </a>
      </>
    ),
  ]
}

function AddForm({ c, fault }: { c: PageContext; fault: Fault | undefined }) {
  const action = backToMembers(c).href
  return (
    <Section id="add" title="Add a member">
      <Form c={c} action={action} submit="Add the member" fault={fault} typed={c.get('form')}>
        <Field
          name="email"
          label="E-mail address"
          type="email"
          required
          maxlength={254}
          hint="As Cloudflare Access knows the person, such as ann@example.com."
        />
        <RoleField role="viewer" />
      </Form>
    </Section>
  )
}
