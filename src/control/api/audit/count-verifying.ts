// Verifying reads a chain from end to end, so an organization has a limit for it besides its keys' own.

import { askGuard } from '../../../guard/ask.ts'
import type { Granted, Limited } from '../../../guard/protocol.ts'
import type { ControlContext } from '../context.ts'
import { VERIFYING } from '../../../catalog/own-limits.ts'
import { Problem } from '../problem.ts'

/**
 * Counts a call. People's and keys' are counted apart, so that neither keep the others from looking;
 * operators' are not counted.
 * @throws Problem 429 when the organization has verified too often, 503 when its guard is silent.
 */
export async function countVerifying(
  { edge, actor }: ControlContext,
  organization: string | null,
): Promise<void> {
  if (actor.type === 'operator' || organization === null) return
  const limit = { ...VERIFYING, partition: actor.type }
  const spent = await askGuard<Granted | Limited>(edge.bindings, organization, (guard) =>
    guard.spend(limit),
  )
  if (!spent.ok) {
    throw new Problem('guard_unreachable', 'The limits could not be asked for. Retry.')
  }
  if (spent.value.verdict === 'granted') return
  const seconds = Math.max(1, Math.ceil(spent.value.retryAfterMs / 1000))
  const detail = `An organization verifies its audit ${limit.quota} times a minute at most. Retry after ${seconds} seconds.`
  throw new Problem('rate_limited', detail, { retryAfterSeconds: seconds })
}
