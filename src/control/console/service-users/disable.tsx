// Disabling a service user: all its tokens stop at once. The page names them before.

import { call } from '../api.ts'
import type { PageContext } from '../context.ts'
import { formPage } from '../kit/form-page.tsx'
import { Time } from '../kit/time.tsx'
import { done } from '../respond.tsx'
import { backToUser, readServiceUser, userUrl, type ServiceUser } from './read.ts'

const NAMED_MAX = 20

export const disableServiceUser = formPage({
  read: readServiceUser,
  back: backToUser,
  submit: 'Disable the service user',
  typed: ({ name }) => name,
  content: (c, user) => (
    <>
      <Stopping c={c} user={user} />
      <p>
        You can enable the service user again. What was revoked or has expired by then stays so.
      </p>
    </>
  ),
  act: (c, { id }) => call(c, 'disableServiceUser', { params: { id } }),
  answer: (c, { id }, receipt) => done(c, userUrl(c, id), 'service_user_disabled', receipt),
})

/** The tokens that stop, the newest by name. */
async function Stopping({ c, user }: { c: PageContext; user: ServiceUser }) {
  const query = { state: 'active', limit: NAMED_MAX }
  const active = await call(c, 'listTokens', { params: { id: user.id }, query })
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
