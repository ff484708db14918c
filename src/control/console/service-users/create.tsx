// Creating a service user.

import { call } from '../api.ts'
import { formPage } from '../kit/form-page.tsx'
import { onceHeader, OnceField } from '../kit/form.tsx'
import { done } from '../respond.tsx'
import { readPost, USER_LABELS, UserFields } from './fields.tsx'
import { backToAll, userUrl } from './read.ts'

export const createServiceUser = formPage({
  back: backToAll,
  submit: 'Create the service user',
  title: 'Create a service user',
  labels: USER_LABELS,
  content: (c) => (
    <>
      <OnceField c={c} />
      <UserFields />
    </>
  ),
  act: (c) => {
    const form = c.get('form')
    return call(c, 'createServiceUser', { headers: onceHeader(form), body: readPost(form) })
  },
  answer: (c, _, { id }) => done(c, userUrl(c, id), 'service_user_created'),
})
