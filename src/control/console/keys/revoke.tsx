// Invalidating a key, for good and at once.

import type { KeyView } from '../../api/keys/schemas.ts'
import { call } from '../api.ts'
import type { PageContext } from '../context.ts'
import { ConfirmForm, confirmationFault } from '../kit/confirm-form.tsx'
import { faultOf } from '../kit/fault.ts'
import type { Fault } from '../kit/fault.ts'
import { Time } from '../kit/time.tsx'
import type { ChangeReceipt } from '../kit/receipt.tsx'
import { done, page, refused } from '../respond.tsx'
import type { Answered } from '../respond.tsx'
import { backToKey, keyUrl, readKey } from './read.ts'

export async function confirmRevocation(c: PageContext): Promise<Response> {
  const found = await readKey(c)
  return found.ok ? confirmationPage(c, found.value) : refused(c, found)
}

export async function revokeKey(c: PageContext): Promise<Response> {
  const found = await readKey(c)
  if (!found.ok) return refused(c, found)
  const key = found.value
  const fault = confirmationFault(c.get('form'), key.name)
  if (fault) return confirmationPage(c, key, fault)
  const revoked = await call<ChangeReceipt>(c, 'revokeKey', { params: { id: key.id } })
  if (!revoked.ok) return confirmationPage(c, key, faultOf(revoked))
  return await done(c, keyUrl(c, key.id), 'key_revoked', revoked.value)
}

function confirmationPage(c: PageContext, key: KeyView, fault?: Fault): Answered {
  const back = backToKey(c, key)
  return page(
    c,
    { title: 'Invalidate the key', back, fault },
    <ConfirmForm
      c={c}
      submit="Invalidate the key"
      expected={key.name}
      cancel={back.href}
      fault={fault}
    >
      <p>
        Every call with <strong>{key.name}</strong> is refused from then on, everywhere. This cannot
        be taken back. Last use: <Time ms={key.last_used_at} />.
      </p>
    </ConfirmForm>,
  )
}
