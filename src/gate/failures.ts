// Failed authentications, counted by client address: what is guessed at is slowed down. IPv6 counts
// by /64, because a client has that many addresses to choose from.

import type { Edge } from '../edge.ts'
import { addressBucket } from '../lists/address.ts'
import type { Address } from '../lists/address.ts'
import type { Denial } from './denial.ts'

/** The period of the AUTH_FAILURES binding in wrangler.toml. */
const PERIOD_SECONDS = 60

/** Counts what did not authenticate, and answers 429 in its place once it is too much. */
export async function countFailure(
  denial: Denial,
  address: Address | undefined,
  edge: Edge,
): Promise<Denial> {
  if (denial.reason !== 'credential_invalid' && denial.reason !== 'credential_unknown') {
    return denial
  }
  return (await isExhausted(address, edge))
    ? { reason: 'authentication_failures', retryAfterSeconds: PERIOD_SECONDS }
    : denial
}

/** Counts one attempt of an address. A limiter that fails limits nobody: the attempt failed anyway. */
async function isExhausted(address: Address | undefined, edge: Edge): Promise<boolean> {
  const key = address ? addressBucket(address) : 'unknown'
  try {
    return !(await edge.bindings.AUTH_FAILURES.limit({ key })).success
  } catch (error) {
    console.warn('AUTH_FAILURES did not answer', error)
    return false
  }
}
