// Stopping an endpoint and starting it again.

import type { EndpointView } from '../../webhooks/endpoint-view.ts'
import { call } from '../api.ts'
import type { PageContext } from '../context.ts'
import { Badge } from '../kit/badge.tsx'
import { Form } from '../kit/form.tsx'
import { done, page, refused } from '../respond.tsx'
import { backTo, endpointUrl, readEndpoint } from './read.ts'

/** Why an endpoint is disabled. */
export const DISABLED: Readonly<Record<NonNullable<EndpointView['disabled_reason']>, string>> = {
  owner: 'Somebody disabled it.',
  gone: 'Your server answered 410 Gone, which asks for no more deliveries, ever.',
  failing: 'Nothing could be delivered for five days.',
}

export function EndpointState({ found }: { found: EndpointView }) {
  if (!found.enabled) return <Badge text="disabled" />
  return found.failing_since === null ? (
    <Badge text="active" />
  ) : (
    <Badge text="failing" tone="warn" />
  )
}

export async function askDisabling(c: PageContext): Promise<Response> {
  const found = await readEndpoint(c)
  if (!found.ok) return refused(c, found)
  const back = backTo(c, found.value)
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
