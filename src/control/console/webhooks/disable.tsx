// Stopping an endpoint and starting it again.

import { call } from '../api.ts'
import type { PageContext } from '../context.ts'
import { Form } from '../kit/form.tsx'
import { done, page, refused } from '../respond.tsx'
import { backToEndpoint, endpointUrl, readEndpoint } from './read.ts'

export async function askDisabling(c: PageContext): Promise<Response> {
  const found = await readEndpoint(c)
  if (!found.ok) return refused(c, found)
  const back = backToEndpoint(c, found.value)
  return page(
    c,
    { title: 'Disable the endpoint', back },
    <>
      <p>
        Nothing is sent to <strong>{found.value.url}</strong> any more. What is on its way now is
        held, and goes out when you enable it again. What happens while it is disabled is never
        sent.
      </p>
      <Form c={c} submit="Disable the endpoint" cancel={back.href} />
    </>,
  )
}

export function disableEndpoint(c: PageContext): Promise<Response> {
  return setEnabled(c, false)
}

export function enableEndpoint(c: PageContext): Promise<Response> {
  return setEnabled(c, true)
}

async function setEnabled(c: PageContext, enabled: boolean): Promise<Response> {
  const id = c.req.param('id') ?? ''
  const saved = await call(c, 'updateEndpoint', { params: { id }, body: { enabled } })
  if (!saved.ok) return refused(c, saved)
  const status = enabled ? 'endpoint_enabled' : 'endpoint_disabled'
  return await done(c, endpointUrl(c, id), status)
}
