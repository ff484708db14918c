// Adding an endpoint. Its secret is in the answer and nowhere else.

import { call } from '../api.ts'
import type { PageContext } from '../context.ts'
import { Secret } from '../kit/code.tsx'
import { faultOf } from '../kit/fault.ts'
import type { Fault } from '../kit/fault.ts'
import { Form, onceHeader, OnceField } from '../kit/form.tsx'
import { Problem } from '../kit/problem.tsx'
import { errorPage, formStatus, page } from '../respond.tsx'
import type { Answered } from '../respond.tsx'
import { mayWrite } from '../session.ts'
import { pageUrl } from '../urls.ts'
import { ENDPOINT_LABELS, EndpointFields, formOfPost, SUGGESTION } from './fields.tsx'
import type { EndpointForm } from './fields.tsx'
import { endpointUrl } from './read.ts'
import type { NewEndpoint } from './read.ts'

export function newEndpoint(c: PageContext): Answered {
  if (!mayWrite(c.get('session'))) {
    return errorPage(c, 403, 'Viewers may only read. An administrator can add endpoints.')
  }
  return creationPage(c, SUGGESTION)
}

export async function createEndpoint(c: PageContext): Promise<Response> {
  const form = c.get('form')
  const values = formOfPost(form)
  const made = await call<NewEndpoint>(c, 'createEndpoint', {
    headers: onceHeader(form),
    body: values,
  })
  if (!made.ok) return creationPage(c, values, faultOf(made, ENDPOINT_LABELS), formStatus(made))
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
        Next, <a href={endpointUrl(c, id)}>open the endpoint</a> and send it a test event.
      </p>
    </>,
  )
}

function ShownBefore({ then }: { then: string }) {
  return (
    <div class="notice warn" data-once={then}>
      <p>
        This endpoint was added by the same form before, and its secret was shown then. If it was
        not copied, <a href={then}>open the endpoint</a> and rotate its secret.
      </p>
    </div>
  )
}

/** A signing secret at the one moment when it is known. */
export function ShownSecret({ secret, then }: { secret: string; then: string }) {
  return (
    <Secret label="The signing secret" value={secret} then={then}>
      <p>
        Your server checks each delivery by it, as Standard Webhooks describes: libraries take it as
        it is, <code>whsec_</code> included.
      </p>
    </Secret>
  )
}

const backToEndpoints = (c: PageContext) => ({
  href: pageUrl(c.get('organization').id, 'webhooks'),
  label: 'All endpoints',
})

function creationPage(
  c: PageContext,
  values: EndpointForm,
  fault?: Fault,
  status: ReturnType<typeof formStatus> = 400,
): Answered {
  return page(
    c,
    { title: 'Add an endpoint', back: backToEndpoints(c), status: fault ? status : 200 },
    <>
      <Problem fault={fault} labels={ENDPOINT_LABELS} />
      <Form c={c} submit="Add the endpoint" cancel={backToEndpoints(c).href}>
        <OnceField />
        <EndpointFields values={values} fault={fault} />
      </Form>
    </>,
  )
}
