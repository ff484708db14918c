// Changing where an endpoint sends and what.

import type { EndpointView } from '../../webhooks/endpoint-view.ts'
import { call } from '../api.ts'
import type { PageContext } from '../context.ts'
import { faultOf, type Fault } from '../kit/fault.ts'
import { Form } from '../kit/form.tsx'
import { Problem } from '../kit/problem.tsx'
import { done, page, refused, type Answered } from '../respond.tsx'
import {
  ENDPOINT_LABELS,
  EndpointFields,
  formOfEndpoint,
  formOfPost,
  type EndpointForm,
} from './fields.tsx'
import { backToEndpoint, endpointUrl, readEndpoint } from './read.ts'

export async function editEndpoint(c: PageContext): Promise<Response> {
  const found = await readEndpoint(c)
  if (!found.ok) return refused(c, found)
  return editPage(c, found.value, formOfEndpoint(found.value))
}

export async function saveEndpoint(c: PageContext): Promise<Response> {
  const found = await readEndpoint(c)
  if (!found.ok) return refused(c, found)
  const { id } = found.value
  const values = formOfPost(c.get('form'))
  const saved = await call(c, 'updateEndpoint', { params: { id }, body: values })
  if (saved.ok) return await done(c, endpointUrl(c, id), 'endpoint_saved')
  return editPage(c, found.value, values, faultOf(saved, ENDPOINT_LABELS))
}

function editPage(
  c: PageContext,
  endpoint: EndpointView,
  values: EndpointForm,
  fault?: Fault,
): Answered {
  const back = backToEndpoint(c, endpoint)
  return page(
    c,
    { title: 'Edit the endpoint', back, fault },
    <>
      <Problem fault={fault} labels={ENDPOINT_LABELS} />
      <p>
        Another address has to be verified before anything is sent there. What is on its way then is
        held, and what happens meanwhile is never sent: to miss nothing, add a second endpoint, and
        delete this one when that is verified.
      </p>
      <Form c={c} submit="Save" cancel={back.href}>
        <EndpointFields values={values} fault={fault} />
      </Form>
    </>,
  )
}
