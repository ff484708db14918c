// A change as the API makes it: one D1 batch, in which the triggers raise generations, then the
// guards, then the answer. When `enforced_at` is set, nothing older is admitted anywhere. A change
// that touches many keys is finished by the queue, and the answer is 202 with where to look.

import { publishCredentials } from '../guard/publish.ts'
import { deliveryIdsOf } from '../webhooks/outbox.ts'
import { hint } from '../webhooks/run.ts'
import { authorProblem, authorStands } from './author.ts'
import { capProblem } from './caps.ts'
import { fenceMessage } from './changes/message.ts'
import type { ControlContext } from './context.ts'

/** Above so many affected keys the work goes through the queue. */
export const IMMEDIATE_MAX = 50

export interface Receipt {
  /** Unix ms; null while a guard could not be reached: the cron finishes it within a minute. */
  readonly enforced_at: number | null
  /** Keys whose guards are still to be told. */
  readonly pending: number
  /** Set when the work was handed to the queue. */
  readonly change_id?: string
}

/** Which credentials a change may have touched, as a condition on `credentials c`. */
export interface Affected {
  readonly where: string
  readonly bind: string
}

/**
 * Runs statements as one transaction, all or none, while the actor may still make changes; webhooks that
 * come of it are on their way. @throws Problem 409 where the actor was
 * changed meanwhile, or there is more than the plan has.
 */
export async function commit<T = unknown>(
  context: ControlContext,
  statements: readonly D1PreparedStatement[],
): Promise<D1Result<T>[]> {
  const { edge } = context
  const author = authorStands(context)
  const batch = edge.bindings.DB.batch<T>([...author, ...statements])
  const results = (
    await batch.catch((error: unknown) => {
      throw capProblem(error) ?? authorProblem(error) ?? error
    })
  ).slice(author.length)
  await hint(edge, deliveryIdsOf(results))
  return results
}

/** Tells the guards of the affected credentials, here or through the queue. */
export async function enforce(context: ControlContext, affected: Affected): Promise<Receipt> {
  const { DB } = context.edge.bindings
  const { results } = await DB.withSession('first-primary')
    .prepare(
      `SELECT p.credential_id, p.generation FROM pending_fences p
       JOIN credentials c ON c.id = p.credential_id WHERE ${affected.where}
       ORDER BY p.credential_id`,
    )
    .bind(affected.bind)
    .all<{ credential_id: string; generation: number }>()
  if (results.length > IMMEDIATE_MAX) return await defer(context, affected, results.length)
  const { pending, enforced_at } = await publishCredentials(context.edge.bindings, results)
  return { enforced_at, pending }
}

/**
 * Hands the work to the queue. The change stands for every fence of the organization that was pending
 * by then: a row that is published leaves the table, and one that comes later is dated later.
 */
async function defer(
  { edge, nowMs }: ControlContext,
  { where, bind }: Affected,
  total: number,
): Promise<Receipt> {
  const id = `chg_${crypto.randomUUID().replaceAll('-', '')}`
  await edge.bindings.DB.prepare(
    `INSERT INTO changes (id, organization_id, total, created_at)
     SELECT ?2, o.id, count(p.credential_id), coalesce(max(p.created_at), ?3)
     FROM (SELECT c.organization_id AS id FROM credentials c WHERE ${where} LIMIT 1) o
     LEFT JOIN credentials k ON k.organization_id = o.id
     LEFT JOIN pending_fences p ON p.credential_id = k.id
     GROUP BY o.id`,
  )
    .bind(bind, id, nowMs)
    .run()
  // The change is made; without the queue the cron publishes it.
  await edge.bindings.FENCES.send(fenceMessage({ change: id })).catch((error: unknown) =>
    console.error(`FENCES did not take ${id}`, error),
  )
  return { enforced_at: null, pending: total, change_id: id }
}
