// Enabling a service user again: the tokens that it still has go on.

import { call } from '../api.ts'
import { formPage } from '../kit/form-page.tsx'
import { done } from '../respond.tsx'
import { backToUser, readServiceUser, userUrl } from './read.ts'

export const enableServiceUser = formPage({
  read: readServiceUser,
  back: backToUser,
  submit: 'Enable the service user',
  content: (_c, { active_tokens: tokens }) => (
    <p>
      {tokens === 1 ? '1 token of it goes' : `${tokens} tokens of it go`} on with the next call:
      those that are neither revoked nor expired. If one of them has leaked, revoke it first.
    </p>
  ),
  act: (c, { id }) => call(c, 'enableServiceUser', { params: { id } }),
  answer: (c, { id }, receipt) => done(c, userUrl(c, id), 'service_user_enabled', receipt),
})
