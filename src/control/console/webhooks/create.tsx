// Adding an endpoint. Its secret is in the answer and nowhere else.

import { call } from '../api.ts'
import { AlreadyShown } from '../kit/code.tsx'
import { formPage } from '../kit/form-page.tsx'
import { onceHeader, OnceField } from '../kit/form.tsx'
import { page } from '../respond.tsx'
import { ENDPOINT_LABELS, EndpointFields, readPost } from './fields.tsx'
import { backToEndpoints, endpointUrl } from './read.ts'
import { NewSecret } from './new-secret.tsx'

export const createEndpoint = formPage({
  title: 'Add an endpoint',
  back: backToEndpoints,
  submit: 'Add the endpoint',
  labels: ENDPOINT_LABELS,
  content: (c) => (
    <>
      <OnceField c={c} />
      <EndpointFields />
    </>
  ),
  act: (c) => {
    const form = c.get('form')
    return call(c, 'createEndpoint', { headers: onceHeader(form), body: readPost(form) })
  },
  answer: (c, _, { id, secret }) => {
    const own = endpointUrl(c, id)
    return page(
      c,
      { title: 'Endpoint added', status: 201, back: backToEndpoints(c) },
      <>
        {secret === null ? (
          <AlreadyShown then={own}>
            This endpoint was added by the same form before, and its secret was shown then. If it
            was not copied, <a href={own}>open the endpoint</a> and rotate its secret.
          </AlreadyShown>
        ) : (
          <NewSecret secret={secret} then={own} />
        )}
        <p>
          Next, give the secret to your server, then <a href={own}>open the endpoint</a> and verify
          it. Until then nothing is sent to it.
        </p>
      </>,
    )
  },
})
