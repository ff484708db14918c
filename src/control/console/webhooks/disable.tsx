// Disabling an endpoint: what is on its way is held, and what happens meanwhile is never sent.

import { call } from '../api.ts'
import { formPage } from '../kit/form-page.tsx'
import { done } from '../respond.tsx'
import { backToEndpoint, endpointUrl, readEndpoint } from './read.ts'

export const disableEndpoint = formPage({
  read: readEndpoint,
  back: backToEndpoint,
  submit: 'Disable the endpoint',
  intro: (_c, { url }) => (
    <p>
      Nothing is sent to <strong>{url}</strong> any more. What is on its way now is held, and goes
      out when you enable it again. What happens while it is disabled is never sent.
    </p>
  ),
  act: (c, { id }) => call(c, 'updateEndpoint', { params: { id }, body: { enabled: false } }),
  answer: (c, { id }) => done(c, endpointUrl(c, id), 'endpoint_disabled'),
})
