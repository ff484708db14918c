// Invalidating a key, for good and at once.

import { call } from '../api.ts'
import { formPage } from '../kit/form-page.tsx'
import { Time } from '../kit/time.tsx'
import { done } from '../respond.tsx'
import { backToKey, keyUrl, readKey } from './read.ts'

export const revokeKey = formPage({
  read: readKey,
  back: backToKey,
  submit: 'Invalidate the key',
  typed: ({ name }) => name,
  content: (_c, { name, last_used_at }) => (
    <p>
      Every call with <strong>{name}</strong> is refused from then on, everywhere. This cannot be
      taken back. Last use: <Time ms={last_used_at} />.
    </p>
  ),
  act: (c, { id }) => call(c, 'revokeKey', { params: { id } }),
  answer: (c, { id }, receipt) => done(c, keyUrl(c, id), 'key_revoked', receipt),
})
