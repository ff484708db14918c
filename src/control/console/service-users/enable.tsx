// Enabling a service user again: the tokens that it still has go on.

import type { ServiceUserView } from '../../api/service-users/read.ts'
import { call } from '../api.ts'
import type { PageContext } from '../context.ts'
import { faultOf } from '../kit/fault.ts'
import type { Fault } from '../kit/fault.ts'
import { Form } from '../kit/form.tsx'
import { Problem } from '../kit/problem.tsx'
import type { ChangeReceipt } from '../kit/receipt.tsx'
import { done, page, refused } from '../respond.tsx'
import type { Answered } from '../respond.tsx'
import { backToUser, readServiceUser, userUrl } from './read.ts'

export async function askEnabling(c: PageContext): Promise<Response> {
  const found = await readServiceUser(c)
  return found.ok ? enablingPage(c, found.value) : refused(c, found)
}

export async function enableServiceUser(c: PageContext): Promise<Response> {
  const found = await readServiceUser(c)
  if (!found.ok) return refused(c, found)
  const { id } = found.value
  const enabled = await call<ChangeReceipt>(c, 'enableServiceUser', { params: { id } })
  if (!enabled.ok) return enablingPage(c, found.value, faultOf(enabled))
  return await done(c, userUrl(c, id), 'service_user_enabled', enabled.value)
}

function enablingPage(c: PageContext, user: ServiceUserView, fault?: Fault): Answered {
  const back = backToUser(c, user)
  const tokens =
    user.active_tokens === 1 ? '1 token of it goes' : `${user.active_tokens} tokens of it go`
  return page(
    c,
    { title: 'Enable the service user', back, fault },
    <>
      <Problem fault={fault} />
      <Form c={c} submit="Enable the service user" cancel={back.href}>
        <p>
          {tokens} on with the next call: those that are neither revoked nor expired. If one of them
          has leaked, revoke it first.
        </p>
      </Form>
    </>,
  )
}
