// Sending by hand: a challenge, a test event, and a delivery once more.

import { call } from '../api.ts'
import type { PageContext } from '../context.ts'
import { done, refused } from '../respond.tsx'
import { endpointUrl } from './read.ts'

export async function verifyEndpoint(c: PageContext): Promise<Response> {
  const id = c.req.param('id') ?? ''
  const verified = await call(c, 'verifyEndpoint', { params: { id } })
  return verified.ok ? await done(c, endpointUrl(c, id), 'endpoint_verified') : refused(c, verified)
}

export async function sendTest(c: PageContext): Promise<Response> {
  const id = c.req.param('id') ?? ''
  const sent = await call(c, 'testEndpoint', { params: { id } })
  return sent.ok ? await done(c, endpointUrl(c, id), 'test_sent') : refused(c, sent)
}

export async function resendDelivery(c: PageContext): Promise<Response> {
  const { id = '', delivery = '' } = c.req.param() as Record<string, string>
  const sent = await call(c, 'resendDelivery', { params: { id, delivery } })
  return sent.ok ? await done(c, endpointUrl(c, id), 'delivery_resent') : refused(c, sent)
}
