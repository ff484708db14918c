// One attempt of a claimed delivery, from its destination to what became of it.

import type { Claim } from './claim.ts'
import { checkDestination, type DestinationRules } from './destination.ts'
import { printable } from './excerpt.ts'
import { judge, parseRetryAfter, type Outcome } from './schedule.ts'
import { secretsInForce, type SealingKeys } from './secret.ts'
import { send, type Wire } from './send.ts'
import { signedHeaders } from './sign.ts'

export interface Attempt {
  readonly outcome: Outcome
  readonly status: number | null
  readonly durationMs: number
  /** Our own words; null when it was delivered. */
  readonly error: string | null
  readonly answer: string | null
  /** How long the receiver asked to wait. */
  readonly retryAfterMs: number | undefined
  /** Whether it is the endpoint that failed, and not this deployment. */
  readonly theirs: boolean
  /** What its host did, for the breaker. */
  readonly host: 'answered' | 'silent' | 'unasked'
}

export interface AttemptDeps extends Wire {
  readonly sealingKeys: SealingKeys
  readonly destinations: DestinationRules
}

const NOT_SENT = {
  outcome: 'failed',
  status: null,
  durationMs: 0,
  answer: null,
  host: 'unasked',
} as const

/** Checks the destination once more, signs, sends, and judges the answer. */
export async function attempt(claim: Claim, deps: AttemptDeps): Promise<Attempt> {
  const destination = checkDestination(claim.url, deps.destinations)
  if (!destination.ok) {
    const error = `was not sent: the URL ${destination.error.detail}`
    return { ...NOT_SENT, error, retryAfterMs: undefined, theirs: true }
  }
  const startedAt = deps.now()
  const secrets = await secretsInForce(deps.sealingKeys, claim.endpoint_id, claim, startedAt)
  if (secrets.length === 0) {
    const error = 'was not sent: its secret cannot be read; rotate it'
    return { ...NOT_SENT, error, retryAfterMs: undefined, theirs: false }
  }
  const headers = signedHeaders(secrets, claim.event_id, claim.body, startedAt)
  const answer = await send(destination.value, headers, claim.body, deps)
  const endedAt = deps.now()
  const durationMs = Math.max(0, endedAt - startedAt)
  if (answer.kind !== 'answered') {
    const error =
      answer.kind === 'timeout'
        ? `did not answer within ${deps.timeoutMs / 1000} s`
        : 'could not be reached'
    return { ...NOT_SENT, durationMs, error, retryAfterMs: undefined, theirs: true, host: 'silent' }
  }
  const outcome = judge(answer.status)
  return {
    outcome,
    status: answer.status,
    durationMs,
    error: outcome === 'delivered' ? null : errorOf(answer.status),
    answer: printable(answer.start),
    retryAfterMs: parseRetryAfter(answer.retryAfter, endedAt),
    theirs: true,
    host: 'answered',
  }
}

function errorOf(status: number): string {
  if (status >= 300 && status <= 399) {
    return `answered ${status}: redirects are not followed; set the URL that it points to`
  }
  if (status === 410) return 'answered 410: it wants no more, so the endpoint was disabled'
  return `answered ${status}`
}
