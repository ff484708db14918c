// Adding an endpoint. Its secret is in the answer and nowhere else.

import { call } from '../api.ts'
import type { PageContext } from '../context.ts'
import { faultOf, type Fault } from '../kit/fault.ts'
import { Form, onceHeader, OnceField } from '../kit/form.tsx'
import { Problem } from '../kit/problem.tsx'
import { page, type Answered } from '../respond.tsx'
import {
  ENDPOINT_LABELS,
  EndpointFields,
  formOfPost,
  SUGGESTION,
  type EndpointForm,
} from './fields.tsx'
import { backToEndpoints, endpointUrl, type NewEndpoint } from './read.ts'
import { ShownBefore, ShownSecret } from './shown.tsx'

export function newEndpoint(c: PageContext): Answered {
  return creationPage(c, SUGGESTION)
}

export async function createEndpoint(c: PageContext): Promise<Response> {
  const form = c.get('form')
  const values = formOfPost(form)
  const made = await call<NewEndpoint>(c, 'createEndpoint', {
    headers: onceHeader(form),
    body: values,
  })
  if (!made.ok) return creationPage(c, values, faultOf(made, ENDPOINT_LABELS))
  const { id, secret } = made.value
  return page(
    c,
    { title: 'Endpoint added', status: 201, back: backToEndpoints(c) },
    <>
      {secret === null ? (
        <ShownBefore then={endpointUrl(c, id)} />
      ) : (
        <ShownSecret secret={secret} then={endpointUrl(c, id)} />
      )}
      <p>
        Next, give the secret to your server, then{' '}
        <a href={endpointUrl(c, id)}>open the endpoint</a> and verify it. Until then nothing is sent
        to it.
      </p>
    </>,
  )
}

function creationPage(c: PageContext, values: EndpointForm, fault?: Fault): Answered {
  return page(
    c,
    { title: 'Add an endpoint', back: backToEndpoints(c), fault },
    <>
      <Problem fault={fault} labels={ENDPOINT_LABELS} />
      <Form c={c} submit="Add the endpoint" cancel={backToEndpoints(c).href}>
        <OnceField />
        <EndpointFields values={values} fault={fault} />
      </Form>
    </>,
  )
}
