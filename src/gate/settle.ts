// What an answer costs. An upstream that was asked counts, whatever it answered or did not; what the
// edge's own operations refuse is given back, before the answer leaves, so that the next call finds it.

import { REFUSED } from '../catalog/own-limits.ts'
import { askGuard } from '../guard/ask.ts'
import type { LimitState, Standing } from '../lib/limit.ts'
import type { Admitted } from './admit.ts'
import type { GateDeps } from './deps.ts'

/**
 * Where the limits stand after a response; null where nothing was spent. A debit that cannot be given
 * back, because its guard does not answer, counts until it has left the window.
 */
export async function standingAfter(
  response: Response,
  { key, grant, spent }: Admitted,
  deps: GateDeps,
): Promise<Standing | null> {
  if (!spent) return null
  const { standing, debit } = spent
  if (grant.upstream || debit === null || response.status < 400) return standing
  const { id } = key.principal.record
  const given = await askGuard<LimitState[] | null>(deps.bindings, id, (guard) =>
    guard.giveBack(debit, REFUSED),
  )
  const limits = given.ok ? given.value : null
  return limits ? { limits, spare: 0, at: Date.now() } : standing
}
