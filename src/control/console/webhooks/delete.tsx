// Deleting an endpoint, with its deliveries and their log.

import type { EndpointView } from '../../webhooks/endpoint-view.ts'
import { call } from '../api.ts'
import type { PageContext } from '../context.ts'
import { ConfirmForm, confirmationFault } from '../kit/confirm-form.tsx'
import { faultOf } from '../kit/fault.ts'
import type { Fault } from '../kit/fault.ts'
import { done, page, refused } from '../respond.tsx'
import type { Answered } from '../respond.tsx'
import { backToEndpoint, backToEndpoints, hostOf, readEndpoint } from './read.ts'

export async function confirmDeletion(c: PageContext): Promise<Response> {
  const found = await readEndpoint(c)
  return found.ok ? deletionPage(c, found.value) : refused(c, found)
}

export async function deleteEndpoint(c: PageContext): Promise<Response> {
  const found = await readEndpoint(c)
  if (!found.ok) return refused(c, found)
  const { id, url } = found.value
  const fault = confirmationFault(c.get('form'), hostOf(url))
  if (fault) return deletionPage(c, found.value, fault)
  const deleted = await call(c, 'deleteEndpoint', { params: { id } })
  if (!deleted.ok) return deletionPage(c, found.value, faultOf(deleted))
  return await done(c, backToEndpoints(c).href, 'endpoint_deleted')
}

function deletionPage(c: PageContext, endpoint: EndpointView, fault?: Fault): Answered {
  const back = backToEndpoint(c, endpoint)
  return page(
    c,
    { title: 'Delete the endpoint', back, fault },
    <ConfirmForm
      c={c}
      submit="Delete the endpoint"
      expected={hostOf(endpoint.url)}
      cancel={back.href}
      fault={fault}
    >
      <p>
        <strong>{endpoint.url}</strong> gets nothing any more. Its secret, its deliveries and their
        log are deleted with it, and what was not delivered yet never will be. This cannot be taken
        back.
      </p>
    </ConfirmForm>,
  )
}
