// Revoking a token of a service user, for good and at once.

import type { KeyView } from '../../api/keys/schemas.ts'
import { call, type Answer } from '../api.ts'
import type { PageContext } from '../context.ts'
import { confirmAction } from '../kit/confirm-action.tsx'
import type { ChangeReceipt } from '../kit/receipt.tsx'
import { Time } from '../kit/time.tsx'
import { done } from '../respond.tsx'
import { userUrl } from './read.ts'

export const revokeToken = confirmAction({
  read: readToken,
  back: backToTokens,
  submit: 'Revoke the token',
  typed: ({ name }) => name,
  content: (_c, { name, environment, last_used_at }) => (
    <p>
      Every call with <strong>{name}</strong> ({environment}) is refused from then on, everywhere.
      This cannot be taken back; the service user’s other tokens go on. Last use:{' '}
      <Time ms={last_used_at} />.
    </p>
  ),
  act: (c, { id }) => call<ChangeReceipt>(c, 'revokeKey', { params: { id } }),
  answer: (c, _token, receipt) => done(c, backToTokens(c).href, 'token_revoked', receipt),
})

/** The token that the address names, where it belongs to the service user that it names. */
async function readToken(c: PageContext): Promise<Answer<KeyView>> {
  const id = c.req.param('token') ?? ''
  const found = await call<KeyView>(c, 'getKey', { params: { id } })
  if (!found.ok || found.value.service_user_id === c.req.param('id')) return found
  const detail = 'This service user has no such token.'
  return { ok: false, status: 404, reason: 'not_found', detail }
}

function backToTokens(c: PageContext) {
  return { href: userUrl(c, c.req.param('id') ?? '', 'tokens'), label: 'All tokens' }
}
