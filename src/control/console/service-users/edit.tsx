// Changing a service user. Only what differs is sent; all its tokens go by it at once.

import { call } from '../api.ts'
import { formPage } from '../kit/form-page.tsx'
import { done } from '../respond.tsx'
import { readPost, USER_LABELS, UserFields } from './fields.tsx'
import { backToUser, readServiceUser, userUrl, type ServiceUser } from './read.ts'

export const editServiceUser = formPage({
  read: readServiceUser,
  title: 'Edit the service user',
  back: backToUser,
  submit: 'Save',
  labels: USER_LABELS,
  intro: () => (
    <p>
      What you save holds for all its tokens at once: a call for a department that you take out is
      refused from then on.
    </p>
  ),
  content: (_c, user) => <UserFields initial={user} />,
  act: async (c, user) => {
    const body = changes(user, readPost(c.get('form')))
    if (Object.keys(body).length === 0) return c.redirect(userUrl(c, user.id), 303)
    return await call(c, 'updateServiceUser', { params: { id: user.id }, body })
  },
  answer: (c, { id }, { receipt }) => done(c, userUrl(c, id), 'service_user_saved', receipt),
})

function changes(user: ServiceUser, typed: ReturnType<typeof readPost>) {
  const { name, source_system, departments } = typed
  return {
    ...(name !== user.name && { name }),
    ...(source_system !== user.source_system && { source_system }),
    ...(departments.join('\n') !== user.departments.join('\n') && { departments }),
  }
}
