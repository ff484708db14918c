// Sending what is in the outbox, at least once. Two ways lead here and may run side by side: a queue
// message that hints at deliveries, for promptness, and the cron, which finds whatever is due, so
// that a lost hint costs a minute and nothing else.

import { attempt } from './attempt.ts'
import type { AttemptDeps } from './attempt.ts'
import { claim, dueIds } from './claim.ts'
import { recordAttempt } from './record.ts'
import { TIMEOUT_MS } from './send.ts'
import { prepareAll } from './statement.ts'

export interface DeliveryDeps extends Omit<AttemptDeps, 'timeoutMs'> {
  readonly db: D1Database
  /** In [0, 1), for the jitter. */
  readonly random: () => number
  /** TIMEOUT_MS unless given. */
  readonly timeoutMs?: number
}

export interface Delivered {
  /** Attempts made, whatever became of them. */
  readonly attempted: number
  readonly delivered: number
  /** Deliveries with another attempt ahead, for a hint at that time. */
  readonly retries: readonly { readonly deliveryId: string; readonly dueAt: number }[]
}

export interface DueLimits {
  /** Attempts of one run at most; each is a fetch and two calls of D1. */
  readonly attempts: number
  /** No attempt is begun after so long. */
  readonly budgetMs: number
}

/** Within what a Worker's invocation may call, and within the minute until the next cron. */
const DUE_LIMITS: DueLimits = { attempts: 200, budgetMs: 40_000 }
/** A Worker has six connections at a time. */
const LANES = 6
const ROUND = 60

/** Attempts those of the deliveries that are due. */
export async function deliver(
  deps: DeliveryDeps,
  deliveryIds: readonly string[],
): Promise<Delivered> {
  return await sendAll(deps, deliveryIds, Infinity)
}

/** Attempts everything that is due, within limits. */
export async function deliverDue(
  deps: DeliveryDeps,
  limits: DueLimits = DUE_LIMITS,
): Promise<Delivered> {
  const deadline = deps.now() + limits.budgetMs
  let total: Delivered = { attempted: 0, delivered: 0, retries: [] }
  while (total.attempted < limits.attempts && deps.now() < deadline) {
    const wanted = Math.min(ROUND, limits.attempts - total.attempted)
    const ids = await dueIds(deps.db, deps.now(), wanted)
    const round = await sendAll(deps, ids, deadline)
    // Another runner is at it, or the database is not.
    if (round.attempted === 0) break
    total = {
      attempted: total.attempted + round.attempted,
      delivered: total.delivered + round.delivered,
      retries: [...total.retries, ...round.retries],
    }
  }
  return total
}

async function sendAll(
  deps: DeliveryDeps,
  deliveryIds: readonly string[],
  deadline: number,
): Promise<Delivered> {
  const left = [...new Set(deliveryIds)]
  const retries: { deliveryId: string; dueAt: number }[] = []
  let attempted = 0
  let delivered = 0
  const lane = async (): Promise<void> => {
    for (let id = left.shift(); id !== undefined && deps.now() < deadline; id = left.shift()) {
      const sent = await sendOne(deps, id).catch((error: unknown) => {
        // Its lease runs out, and it is sent again.
        console.error('a webhook delivery was interrupted', error)
      })
      if (!sent) continue
      attempted++
      if (sent.delivered) delivered++
      if (sent.nextAt !== undefined) retries.push({ deliveryId: id, dueAt: sent.nextAt })
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  return { attempted, delivered, retries }
}

async function sendOne(
  deps: DeliveryDeps,
  deliveryId: string,
): Promise<{ delivered: boolean; nextAt: number | undefined } | undefined> {
  const { timeoutMs = TIMEOUT_MS } = deps
  const claimed = await claim(deps.db, deliveryId, deps.now())
  if (!claimed) return undefined
  // The database took so long that the lease could end while we send.
  if (deps.now() + timeoutMs >= claimed.leaseUntil) return undefined
  const made = await attempt(claimed, { ...deps, timeoutMs })
  const { statements, nextAt } = recordAttempt(claimed, made, deps.now(), deps.random())
  await deps.db.batch(prepareAll(deps.db, statements))
  return { delivered: made.outcome === 'delivered', nextAt }
}
