// Verifying an endpoint: a challenge is sent to it, and whoever answers by its secret is enabled.

import { API_PREFIX } from '../../../lib/paths.ts'

import { CHALLENGES_PER_MINUTE, challengeBounds, countStatement } from '../../webhooks/bounds.ts'
import { challenge } from '../../webhooks/challenge.ts'
import { getEndpoint } from '../../webhooks/endpoints.ts'
import { deliveryDeps } from '../../webhooks/run.ts'
import { TIMEOUT_MS } from '../../webhooks/send.ts'
import { runAll } from '../../webhooks/statement.ts'
import {
  selectUnverified,
  verifiedStatements,
  type Unverified,
} from '../../webhooks/verification.ts'
import { controlApp, json, define } from '../operation.ts'
import { notFound, Problem } from '../problem.ts'
import { byId } from '../request.ts'
import { checkWrite } from '../rights/check.ts'
import { destinationOf, oneFrom, oneOf, write } from './read.ts'
import { Endpoint } from './schemas.ts'

export const verifyApi = controlApp()

define(verifyApi, 'verifyEndpoint', {
  summary: 'Send a challenge, and enable the endpoint that answers it',
  description:
    'The event system.challenge, signed like any other, is to be answered within 15 seconds with 2xx and ' +
    '{"challenge_response": base64(HMAC-SHA256(secret, data.challenge))}. One that has answered before ' +
    'is left as it is.',
  request: byId('whe'),
  responses: { 200: json(Endpoint, 'The endpoint, verified') },
  async handle(c, { context, organization: own, id }) {
    checkWrite(context, { thing: 'endpoint', moment: 'change', fields: ['enabled'] })
    const { DB } = context.edge.bindings
    const [endpoint] = await runAll<Unverified>(DB, [selectUnverified(own, id)])
    if (!endpoint) throw notFound('webhook endpoint')
    if (endpoint.round === null) return c.json(await oneOf(context, getEndpoint(own, id)), 200)
    destinationOf(context, endpoint.url)
    const bounds = challengeBounds(own, endpoint.url)
    if ((await runAll(DB, [countStatement(bounds, context.nowMs)])).length === 0) throw tooMany()
    const answered = await challenge(endpoint, {
      ...deliveryDeps(context.edge),
      timeoutMs: TIMEOUT_MS,
    })
    if (!answered) throw failed()
    const view = oneFrom(await write(context, verifiedStatements(own, id, endpoint.round)))
    if (!view.verified) throw unverified()
    return c.json(view, 200)
  },
})

/** 409: it has to answer a challenge first. */
export function unverified(): Problem {
  return new Problem(
    'endpoint_unverified',
    `The endpoint has yet to answer a challenge at this URL: POST ${API_PREFIX}/webhooks/{id}/verify.`,
  )
}

/** One sentence for whatever was wrong: what the receiver answered is told to nobody. */
function failed(): Problem {
  return new Problem(
    'challenge_failed',
    'The receiver did not answer the challenge rightly. It must answer the event system.challenge ' +
      'within 15 seconds with 2xx, without a redirect, and with {"challenge_response": ' +
      'base64(HMAC-SHA256(secret, data.challenge))}.',
  )
}

function tooMany(): Problem {
  return new Problem(
    'too_many_challenges',
    `At most ${CHALLENGES_PER_MINUTE} challenges are sent in a minute; try again in the next one.`,
    { retryAfterSeconds: 60 },
  )
}
