// Sending what is in the outbox, at least once. Two ways lead here and may run side by side: a queue
// message that hints at deliveries, for promptness, and the cron, which finds whatever is due, so
// that a lost hint costs a minute and nothing else.

import { attempt, type AttemptDeps } from './attempt.ts'
import { claim, type Claim } from './claim.ts'
import { findDue, type Due } from './due.ts'
import { Lanes } from './lanes.ts'
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
  /** Deliveries that are due again at a time, for a hint then. */
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
/** A hint goes on for half a minute at most after its batch (`waitUntil`): this and one timeout. */
const HINT_LIMITS: DueLimits = { attempts: 200, budgetMs: 12_000 }
/** A Worker has six connections at a time. */
const LANES = 6
const ROUND = 60

/** Attempts those of the deliveries that are due. */
export async function deliver(
  deps: DeliveryDeps,
  deliveryIds: readonly string[],
): Promise<Delivered> {
  const sum = new Sum()
  await sendAll(deps, await findAmong(deps, deliveryIds), Infinity, sum)
  return sum.total
}

/**
 * The same for a hint, and then what else is due in those organizations: their lanes may have been in
 * use when others were hinted at. `left` is what there was no time for.
 */
export async function deliverHinted(
  deps: DeliveryDeps,
  deliveryIds: readonly string[],
  limits: DueLimits = HINT_LIMITS,
): Promise<Delivered & { readonly left: readonly string[] }> {
  const deadline = deps.now() + limits.budgetMs
  const sum = new Sum()
  let due = await findAmong(deps, deliveryIds)
  const organizations = [...new Set(due.map(({ organization_id }) => organization_id))]
  while (due.length > 0 && sum.total.attempted < limits.attempts && deps.now() < deadline) {
    // Nothing could be done: whoever has the lanes goes on with it.
    if (!(await sendAll(deps, due, deadline, sum))) return { ...sum.total, left: [] }
    due = await findDue(deps.db, deps.now(), ROUND, { organizations })
  }
  return { ...sum.total, left: due.map(({ id }) => id) }
}

async function findAmong(deps: DeliveryDeps, deliveryIds: readonly string[]): Promise<Due[]> {
  if (deliveryIds.length === 0) return []
  const ids = [...new Set(deliveryIds)]
  return await findDue(deps.db, deps.now(), ids.length, { ids })
}

/** Attempts everything that is due, within limits. */
export async function deliverDue(
  deps: DeliveryDeps,
  limits: DueLimits = DUE_LIMITS,
): Promise<Delivered> {
  const deadline = deps.now() + limits.budgetMs
  const sum = new Sum()
  while (sum.total.attempted < limits.attempts && deps.now() < deadline) {
    const wanted = Math.min(ROUND, limits.attempts - sum.total.attempted)
    const due = await findDue(deps.db, deps.now(), wanted)
    // Another runner is at it, or the database is not.
    if (!(await sendAll(deps, due, deadline, sum))) break
  }
  return sum.total
}

/** What one run has done so far. */
class Sum {
  total: Delivered = { attempted: 0, delivered: 0, retries: [] }

  add({ attempted = 0, delivered = 0, retries = [] }: Partial<Delivered>): void {
    this.total = {
      attempted: this.total.attempted + attempted,
      delivered: this.total.delivered + delivered,
      retries: [...this.total.retries, ...retries],
    }
  }
}

/** Whether anything was attempted or postponed. */
async function sendAll(
  deps: DeliveryDeps,
  due: readonly Due[],
  deadline: number,
  sum: Sum,
): Promise<boolean> {
  const lanes = new Lanes(due)
  let moved = false
  const lane = async (): Promise<void> => {
    for (let one = lanes.next(); one; one = lanes.next()) {
      if (deps.now() >= deadline) return
      const done = await sendOne(deps, one, lanes).catch((error: unknown) => {
        // Its lease runs out, and it is sent again.
        console.error('a webhook delivery was interrupted', error)
      })
      lanes.done(one)
      if (!done) continue
      moved = true
      sum.add(done)
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  return moved
}

/** Undefined where nothing was done about it. */
async function sendOne(
  deps: DeliveryDeps,
  due: Due,
  lanes: Lanes,
): Promise<Partial<Delivered> | undefined> {
  const claimed = await claim(deps.db, due, deps.now())
  switch (claimed.is) {
    case 'taken':
      return undefined
    case 'busy':
      lanes.drop('organization_id', due)
      return undefined
    case 'postponed':
      lanes.drop('endpoint_id', due)
      return { retries: [{ deliveryId: due.id, dueAt: claimed.until }] }
    case 'ours':
      return await sendClaimed(deps, claimed.claim)
  }
}

async function sendClaimed(
  deps: DeliveryDeps,
  claimed: Claim,
): Promise<Partial<Delivered> | undefined> {
  const { timeoutMs = TIMEOUT_MS } = deps
  // The database took so long that the lease could end while we send.
  if (deps.now() + timeoutMs >= claimed.leaseUntil) return undefined
  const made = await attempt(claimed, { ...deps, timeoutMs })
  const { statements, nextAt } = recordAttempt(claimed, made, deps.now(), deps.random())
  await deps.db.batch(prepareAll(deps.db, statements))
  return {
    attempted: 1,
    delivered: made.outcome === 'delivered' ? 1 : 0,
    retries: nextAt === undefined ? [] : [{ deliveryId: claimed.delivery_id, dueAt: nextAt }],
  }
}
