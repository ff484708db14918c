// Creating a service user.

import type { ServiceUserView } from '../../api/service-users/read.ts'
import { call } from '../api.ts'
import type { PageContext } from '../context.ts'
import { faultOf, type Fault } from '../kit/fault.ts'
import { Form, onceHeader, OnceField } from '../kit/form.tsx'
import { Problem } from '../kit/problem.tsx'
import { done, page, type Answered } from '../respond.tsx'
import { departmentsOf, formOfPost, USER_LABELS, UserFields, type UserForm } from './fields.tsx'
import { backToAll, userUrl } from './read.ts'

export function newServiceUser(c: PageContext): Answered {
  return creationPage(c, { name: '', source_system: '', departments: '' })
}

export async function createServiceUser(c: PageContext): Promise<Response> {
  const form = c.get('form')
  const values = formOfPost(form)
  const { name, source_system } = values
  const made = await call<ServiceUserView>(c, 'createServiceUser', {
    headers: onceHeader(form),
    body: { name, source_system, departments: departmentsOf(values) },
  })
  if (!made.ok) return creationPage(c, values, faultOf(made, USER_LABELS))
  return await done(c, userUrl(c, made.value.id), 'service_user_created')
}

function creationPage(c: PageContext, values: UserForm, fault?: Fault): Answered {
  const back = backToAll(c)
  return page(
    c,
    { title: 'Create a service user', back, fault },
    <>
      <Problem fault={fault} labels={USER_LABELS} />
      <Form c={c} submit="Create the service user" cancel={back.href}>
        <OnceField value={fault ? (c.get('form').get('once') ?? undefined) : undefined} />
        <UserFields values={values} fault={fault} />
      </Form>
    </>,
  )
}
