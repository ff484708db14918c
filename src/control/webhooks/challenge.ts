// The challenge by which an endpoint shows that whoever answers at its URL holds its secret: a nonce is
// sent, signed like any delivery, and what comes back must be computed from both. What was sent, repeated,
// is no answer. It goes the way of a delivery, with the same checks and limits, and of the answer
// nothing is told but whether it was right.

import { equalInConstantTime } from '../../credentials/digest.ts'
import type { AttemptDeps } from './attempt.ts'
import { checkDestination } from './destination.ts'
import { judge } from './schedule.ts'
import { secretBytes, secretsInForce, toBase64, type SealedSecrets } from './secret.ts'
import { send } from './send.ts'
import { signedHeaders } from './sign.ts'

const NONCE_BYTES = 32

/** An endpoint as it is challenged. */
export interface Challenged extends SealedSecrets {
  readonly id: string
  readonly organization_id: string
  readonly url: string
}

/** Whether the receiver at the endpoint's URL gave the right answer. Never throws for a wrong one. */
export async function challenge(endpoint: Challenged, deps: AttemptDeps): Promise<boolean> {
  const destination = checkDestination(endpoint.url, deps.destinations)
  if (!destination.ok) return false
  const nowMs = deps.now()
  const secrets = await secretsInForce(deps.sealingKeys, endpoint.id, endpoint, nowMs)
  if (secrets.length === 0) return false
  const nonce = toBase64(crypto.getRandomValues(new Uint8Array(NONCE_BYTES)))
  const body = JSON.stringify({
    type: 'system.challenge',
    timestamp: new Date(nowMs).toISOString(),
    data: {
      organization_id: endpoint.organization_id,
      endpoint_id: endpoint.id,
      challenge: nonce,
    },
  })
  const id = `msg_${crypto.randomUUID().replaceAll('-', '')}`
  const answer = await send(destination.value, signedHeaders(secrets, id, body, nowMs), body, deps)
  if (answer.kind !== 'answered' || judge(answer.status) !== 'delivered') return false
  const given = readResponse(answer.start)
  if (given === undefined) return false
  const right = await Promise.all(secrets.map((secret) => challengeResponse(secret, nonce)))
  return right.some((one) => equalInConstantTime(one, given))
}

/** base64(HMAC-SHA256(the secret's bytes, nonce)): what a receiver answers. */
export async function challengeResponse(secret: string, nonce: string): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', secretBytes(secret), algorithm, false, ['sign'])
  const mac = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(nonce))
  return toBase64(new Uint8Array(mac))
}

/** `challenge_response` of a JSON object. */
function readResponse(bytes: Uint8Array): string | undefined {
  try {
    const body: unknown = JSON.parse(new TextDecoder().decode(bytes))
    const given: unknown = Reflect.get(body as object, 'challenge_response')
    return typeof given === 'string' ? given : undefined
  } catch {
    return undefined
  }
}
