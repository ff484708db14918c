// Revoking a token of a service user, for good and at once.

import { call, notThere, type Answer } from '../api.ts'
import type { PageContext } from '../context.ts'
import type { Key } from '../keys/read.ts'
import { formPage } from '../kit/form-page.tsx'
import { Time } from '../kit/time.tsx'
import { done, type Link } from '../respond.tsx'
import { userUrl } from './read.ts'

export const revokeToken = formPage({
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
  act: (c, { id }) => call(c, 'revokeKey', { params: { id } }),
  answer: (c, _token, receipt) => done(c, backToTokens(c).href, 'token_revoked', receipt),
})

/** The token that the address names, where it belongs to the service user that it names. */
async function readToken(c: PageContext): Promise<Answer<Key>> {
  const id = c.req.param('token') ?? ''
  const found = await call(c, 'getKey', { params: { id } })
  if (!found.ok || found.value.service_user_id === c.req.param('id')) return found
  return notThere('This service user has no such token.')
}

function backToTokens(c: PageContext): Link {
  return { href: userUrl(c, c.req.param('id') ?? '', 'tokens'), label: 'All tokens' }
}
