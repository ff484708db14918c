// What an endpoint's buttons post: a challenge, a test event, a delivery once more, on again.

import { call } from '../api.ts'
import type { OperationName } from '../../../catalog/operations.ts'
import type { PageContext } from '../context.ts'
import type { Status } from '../flash.ts'
import { done, refused } from '../respond.tsx'
import { endpointUrl } from './read.ts'

export const verifyEndpoint = button('verifyEndpoint', 'endpoint_verified')
export const sendTest = button('testEndpoint', 'test_sent')
export const resendDelivery = button('resendDelivery', 'delivery_resent')
export const enableEndpoint = button('updateEndpoint', 'endpoint_enabled', { enabled: true })

/** The handler of a button: calls the operation with the address's ids, and goes back to the page. */
function button(operation: OperationName, status: Status, body?: object) {
  return async (c: PageContext): Promise<Response> => {
    const { id = '', delivery = '' } = c.req.param() as Record<string, string>
    const sent = await call(c, operation, { params: { id, delivery }, body })
    return sent.ok ? await done(c, endpointUrl(c, id), status) : refused(c, sent)
  }
}
