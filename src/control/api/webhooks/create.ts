// Adding an endpoint, once for each Idempotency-Key. A second request with the same one answers with the
// endpoint that the first made, without its secret, which can be read nowhere.

import {
  createEndpoint,
  ENDPOINTS_MAX,
  getEndpoint,
  type NewEndpoint,
} from '../../webhooks/endpoints.ts'
import { prepareAll } from '../../webhooks/statement.ts'
import { actorName } from '../actor.ts'
import { commit } from '../change.ts'
import type { ControlContext } from '../context.ts'
import { once, type Idempotency } from '../idempotency.ts'
import { Problem } from '../problem.ts'
import { oneOf } from './read.ts'

/** The endpoint with its secret; null: an equal request made it before. */
export async function makeEndpoint(
  context: ControlContext,
  endpoint: NewEndpoint,
  idempotency: Idempotency | undefined,
) {
  const { edge, nowMs } = context
  const insert = async (): Promise<{ id: string; secret: string | null }> => {
    const made = await createEndpoint(edge.settings.sealingKeys, endpoint, nowMs)
    const id = made.endpointId
    const [inserted] = await commit(context, [
      ...prepareAll(edge.bindings.DB, [made.statement]),
      ...(idempotency ? [idempotency.statement(id), forgetUnmade(context, id)] : []),
    ])
    if (inserted?.results.length === 1) return { id, secret: made.secret }
    const sentence = `An organization has at most ${ENDPOINTS_MAX} endpoints.`
    throw new Problem('too_many_endpoints', sentence)
  }
  const { id, secret } = await once(idempotency, insert, (earlier) => ({
    ...{ id: earlier, secret: null },
  }))
  const view = await oneOf(context, getEndpoint(endpoint.organizationId, id))
  return { ...view, secret }
}

/** Where there was no room for the endpoint, its Idempotency-Key is free again. */
function forgetUnmade({ edge, actor }: ControlContext, id: string): D1PreparedStatement {
  return edge.bindings.DB.prepare(
    `DELETE FROM idempotency_keys WHERE actor = ?1 AND result_id = ?2
       AND NOT EXISTS (SELECT 1 FROM webhook_endpoints WHERE id = ?2)`,
  ).bind(actorName(actor), id)
}
