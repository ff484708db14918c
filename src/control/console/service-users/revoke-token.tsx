// Revoking a token of a service user, for good and at once.

import type { KeyView } from '../../api/keys/schemas.ts'
import { call } from '../api.ts'
import type { Answer } from '../api.ts'
import type { PageContext } from '../context.ts'
import { ConfirmForm, confirmationFault } from '../kit/confirm-form.tsx'
import { faultOf } from '../kit/fault.ts'
import type { Fault } from '../kit/fault.ts'
import type { ChangeReceipt } from '../kit/receipt.tsx'
import { Time } from '../kit/time.tsx'
import { done, page, refused } from '../respond.tsx'
import type { Answered } from '../respond.tsx'
import { userUrl } from './read.ts'

export async function askTokenRevocation(c: PageContext): Promise<Response> {
  const found = await readToken(c)
  return found.ok ? revocationPage(c, found.value) : refused(c, found)
}

export async function revokeToken(c: PageContext): Promise<Response> {
  const found = await readToken(c)
  if (!found.ok) return refused(c, found)
  const token = found.value
  const fault = confirmationFault(c.get('form'), token.name)
  if (fault) return revocationPage(c, token, fault)
  const revoked = await call<ChangeReceipt>(c, 'revokeKey', { params: { id: token.id } })
  if (!revoked.ok) return revocationPage(c, token, faultOf(revoked))
  return await done(c, backToTokens(c).href, 'token_revoked', revoked.value)
}

/** The token that the address names, where it belongs to the service user that it names. */
async function readToken(c: PageContext): Promise<Answer<KeyView>> {
  const id = c.req.param('token') ?? ''
  const found = await call<KeyView>(c, 'getKey', { params: { id } })
  if (!found.ok || found.value.service_user_id === c.req.param('id')) return found
  const detail = 'This service user has no such token.'
  return { ok: false, status: 404, reason: 'not_found', detail }
}

const backToTokens = (c: PageContext) => ({
  href: userUrl(c, c.req.param('id') ?? '', 'tokens'),
  label: 'All tokens',
})

function revocationPage(
  c: PageContext,
  { name, environment, last_used_at }: KeyView,
  fault?: Fault,
): Answered {
  const back = backToTokens(c)
  return page(
    c,
    { title: 'Revoke the token', back, fault },
    <ConfirmForm c={c} submit="Revoke the token" expected={name} cancel={back.href} fault={fault}>
      <p>
        Every call with <strong>{name}</strong> ({environment}) is refused from then on, everywhere.
        This cannot be taken back; the service user’s other tokens go on. Last use:{' '}
        <Time ms={last_used_at} />.
      </p>
    </ConfirmForm>,
  )
}
