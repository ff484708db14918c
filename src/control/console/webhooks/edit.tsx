// Changing where an endpoint sends and what.

import { call } from '../api.ts'
import { formPage } from '../kit/form-page.tsx'
import { done } from '../respond.tsx'
import { ENDPOINT_LABELS, EndpointFields, readPost } from './fields.tsx'
import { backToEndpoint, endpointUrl, readEndpoint } from './read.ts'

export const editEndpoint = formPage({
  read: readEndpoint,
  title: 'Edit the endpoint',
  back: backToEndpoint,
  submit: 'Save',
  labels: ENDPOINT_LABELS,
  intro: () => (
    <p>
      Another address has to be verified before anything is sent there. What is on its way then is
      held, and what happens meanwhile is never sent: to miss nothing, add a second endpoint, and
      delete this one when that is verified.
    </p>
  ),
  content: (_c, endpoint) => <EndpointFields initial={endpoint} />,
  act: (c, { id }) => {
    return call(c, 'updateEndpoint', { params: { id }, body: readPost(c.get('form')) })
  },
  answer: (c, { id }) => done(c, endpointUrl(c, id), 'endpoint_saved'),
})
