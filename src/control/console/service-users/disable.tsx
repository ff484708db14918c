// Disabling a service user: all its tokens stop at once. The page names them before.

import type { ServiceUserView } from '../../api/service-users/read.ts'
import { call } from '../api.ts'
import type { PageContext } from '../context.ts'
import { ConfirmForm, confirmationFault } from '../kit/confirm-form.tsx'
import { faultOf } from '../kit/fault.ts'
import type { Fault } from '../kit/fault.ts'
import type { ChangeReceipt } from '../kit/receipt.tsx'
import { Time } from '../kit/time.tsx'
import { done, page, refused } from '../respond.tsx'
import { backToUser, readServiceUser, readTokens, userUrl } from './read.ts'

const NAMED_MAX = 20

export async function askDisabling(c: PageContext): Promise<Response> {
  const found = await readServiceUser(c)
  return found.ok ? await disablingPage(c, found.value) : refused(c, found)
}

export async function disableServiceUser(c: PageContext): Promise<Response> {
  const found = await readServiceUser(c)
  if (!found.ok) return refused(c, found)
  const user = found.value
  const fault = confirmationFault(c.get('form'), user.name)
  if (fault) return await disablingPage(c, user, fault)
  const disabled = await call<ChangeReceipt>(c, 'disableServiceUser', { params: { id: user.id } })
  if (!disabled.ok) return await disablingPage(c, user, faultOf(disabled))
  return await done(c, userUrl(c, user.id), 'service_user_disabled', disabled.value)
}

async function disablingPage(
  c: PageContext,
  user: ServiceUserView,
  fault?: Fault,
): Promise<Response> {
  const back = backToUser(c, user)
  return page(
    c,
    { title: 'Disable the service user', back, fault },
    <ConfirmForm
      c={c}
      submit="Disable the service user"
      expected={user.name}
      cancel={back.href}
      fault={fault}
    >
      <Stopping c={c} user={user} />
      <p>
        You can enable the service user again. What was revoked or has expired by then stays so.
      </p>
    </ConfirmForm>,
  )
}

/** The tokens that stop, the newest by name. */
async function Stopping({ c, user }: { c: PageContext; user: ServiceUserView }) {
  const active = await readTokens(c, user, { state: 'active', limit: NAMED_MAX })
  const named = active.ok ? active.value.items : []
  if (named.length === 0) {
    return <p>It has no active token, so nothing stops; none can be minted while it is disabled.</p>
  }
  const more = user.active_tokens - named.length
  return (
    <>
      <p>
        {user.active_tokens === 1
          ? 'This token stops at once, everywhere:'
          : `These ${user.active_tokens} tokens stop at once, everywhere:`}
      </p>
      <ul>
        {named.map(({ name, environment, last_used_at }) => (
          <li>
            <strong>{name}</strong>, {environment}, last use: <Time ms={last_used_at} />
          </li>
        ))}
        {more > 0 ? <li>and {more} more</li> : null}
      </ul>
    </>
  )
}
