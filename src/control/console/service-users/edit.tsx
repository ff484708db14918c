// Changing a service user. Only what differs is sent; all its tokens go by it at once.

import type { ServiceUserView } from '../../api/service-users/read.ts'
import { call } from '../api.ts'
import type { PageContext } from '../context.ts'
import { faultOf, type Fault } from '../kit/fault.ts'
import { Form } from '../kit/form.tsx'
import { Problem } from '../kit/problem.tsx'
import type { ChangeReceipt } from '../kit/receipt.tsx'
import { done, page, refused, type Answered } from '../respond.tsx'
import {
  departmentsOf,
  formOfPost,
  formOfUser,
  USER_LABELS,
  UserFields,
  type UserForm,
} from './fields.tsx'
import { backToUser, readServiceUser, userUrl } from './read.ts'

export async function editServiceUser(c: PageContext): Promise<Response> {
  const found = await readServiceUser(c)
  return found.ok ? editPage(c, found.value, formOfUser(found.value)) : refused(c, found)
}

export async function saveServiceUser(c: PageContext): Promise<Response> {
  const found = await readServiceUser(c)
  if (!found.ok) return refused(c, found)
  const user = found.value
  const values = formOfPost(c.get('form'))
  const body = changes(user, values)
  const own = userUrl(c, user.id)
  if (Object.keys(body).length === 0) return c.redirect(own, 303)
  const saved = await call<{ receipt: ChangeReceipt }>(c, 'updateServiceUser', {
    params: { id: user.id },
    body,
  })
  if (!saved.ok) return editPage(c, user, values, faultOf(saved, USER_LABELS))
  return await done(c, own, 'service_user_saved', saved.value.receipt)
}

function changes(user: ServiceUserView, values: UserForm): Record<string, unknown> {
  const departments = departmentsOf(values)
  const { name, source_system } = values
  const same = departments.join('\n') === user.departments.join('\n')
  return {
    ...(name === user.name ? {} : { name }),
    ...(source_system === user.source_system ? {} : { source_system }),
    ...(same ? {} : { departments }),
  }
}

function editPage(
  c: PageContext,
  user: ServiceUserView,
  values: UserForm,
  fault?: Fault,
): Answered {
  const back = backToUser(c, user)
  return page(
    c,
    { title: 'Edit the service user', back, fault },
    <>
      <Problem fault={fault} labels={USER_LABELS} />
      <p>
        What you save holds for all its tokens at once: a call for a department that you take out is
        refused from then on.
      </p>
      <Form c={c} submit="Save" cancel={back.href}>
        <UserFields values={values} fault={fault} />
      </Form>
    </>,
  )
}
