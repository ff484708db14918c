// Deleting an endpoint, with its deliveries and their log.

import { call } from '../api.ts'
import { formPage } from '../kit/form-page.tsx'
import { done } from '../respond.tsx'
import { backToEndpoint, backToEndpoints, hostOf, readEndpoint } from './read.ts'

export const deleteEndpoint = formPage({
  read: readEndpoint,
  back: backToEndpoint,
  submit: 'Delete the endpoint',
  typed: ({ url }) => hostOf(url),
  content: (_c, { url }) => (
    <p>
      <strong>{url}</strong> gets nothing any more. Its secret, its deliveries and their log are
      deleted with it, and what was not delivered yet never will be. This cannot be taken back.
    </p>
  ),
  act: (c, { id }) => call(c, 'deleteEndpoint', { params: { id } }),
  answer: (c) => done(c, backToEndpoints(c).href, 'endpoint_deleted'),
})
