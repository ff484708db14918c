// A change as the API makes it: one D1 batch, in which the triggers raise generations, then the
// guards, then the answer. When `enforced_at` is set, nothing older is admitted anywhere. A change
// that touches many keys is finished by the queue, and the answer is 202 with where to look.

import { longestLeaseMs } from '../../guard/lease-terms.ts'
import { publishCredentials, type PendingFence } from '../../guard/publish.ts'
import { deliveryIdsOf } from '../webhooks/outbox.ts'
import { hint } from '../webhooks/run.ts'
import { actorProblem, actorUnchanged } from './actor-check.ts'
import { capProblem } from './caps.ts'
import { fenceMessage } from './changes/message.ts'
import { PENDING_OF } from './changes/progress.ts'
import type { ControlContext } from './context.ts'
import type { Receipt } from './keys/schemas.ts'

/** Above so many affected keys the work goes through the queue. */
export const IMMEDIATE_MAX = 50

/** Which credentials a change may have touched: these, or all of an owner, also those that have left it. */
export type Affected =
  | { readonly keys: readonly string[] }
  | {
      /** An organization or a service user. */
      readonly owner: string
      readonly organization: string
    }

/** What a committed change has to publish. */
export interface Fences {
  readonly affected: Affected
  /** One more than IMMEDIATE_MAX at most. */
  readonly pending: readonly PendingFence[]
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
  const author = actorUnchanged(context)
  const batch = edge.bindings.DB.batch<T>([...author, ...statements])
  const results = (
    await batch.catch((error: unknown) => {
      throw capProblem(error) ?? actorProblem(error) ?? error
    })
  ).slice(author.length)
  await hint(edge, deliveryIdsOf(results))
  return results
}

/**
 * The same for a change of credentials, which ends by listing what it has to publish: in the very
 * transaction, so that nothing that another does beside it is left out. Without statements it lists
 * what earlier changes could not publish.
 */
export async function commitChange(
  context: ControlContext,
  statements: readonly D1PreparedStatement[],
  affected: Affected,
): Promise<Fences> {
  const list = listFences(context.edge.bindings.DB, affected)
  const results = await commit(context, [...statements, list])
  return { affected, pending: (results.at(-1)?.results ?? []) as PendingFence[] }
}

function listFences(db: D1Database, affected: Affected): D1PreparedStatement {
  const [those, value] =
    'keys' in affected
      ? ['SELECT value FROM json_each(?1)', JSON.stringify(affected.keys)]
      : [OF_OWNER, affected.owner]
  return db
    .prepare(
      `SELECT credential_id, generation FROM pending_fences WHERE credential_id IN (${those})
       ORDER BY credential_id LIMIT ${IMMEDIATE_MAX + 1}`,
    )
    .bind(value)
}

/** A credential that is gone or has moved is still known, to memos and KV, as the owner's. */
const OF_OWNER = `SELECT id FROM credentials WHERE organization_id = ?1
  UNION ALL SELECT id FROM credentials WHERE service_user_id = ?1
  UNION ALL SELECT credential_id FROM former_owners WHERE owner = ?1`

/** Tells the guards of the affected credentials, here or through the queue. */
export async function enforce(
  context: ControlContext,
  { affected, pending: rows }: Fences,
): Promise<Receipt> {
  if ('owner' in affected && rows.length > IMMEDIATE_MAX) {
    return await defer(context, affected.organization, rows.length)
  }
  const { bindings, catalog } = context.edge
  const longestMs = longestLeaseMs(catalog)
  const { pending, enforced_at } = await publishCredentials(bindings, rows, longestMs)
  return { enforced_at, pending }
}

/**
 * Hands the work to the queue. The change stands for every fence of the organization that was pending
 * by then: a row that is published leaves the table, and one that comes later is dated later.
 */
async function defer(
  { edge, nowMs }: ControlContext,
  organization: string,
  atLeast: number,
): Promise<Receipt> {
  const id = `chg_${crypto.randomUUID().replaceAll('-', '')}`
  let pending = atLeast
  // The change is made: whatever fails here, the cron publishes it.
  try {
    const made = await edge.bindings.DB.prepare(
      `INSERT INTO changes (id, organization_id, total, created_at)
       SELECT ?2, ?1, count(*), coalesce(max(p.created_at), ?3) FROM ${PENDING_OF}
       RETURNING total`,
    )
      .bind(organization, id, nowMs)
      .first<{ total: number }>()
    pending = made?.total ?? atLeast
  } catch (error) {
    console.error('D1 did not take where to follow a change; the cron publishes it', error)
    return { enforced_at: null, pending }
  }
  await edge.bindings.FENCES.send(fenceMessage({ change: id })).catch((error: unknown) =>
    console.error(`FENCES did not take ${id}`, error),
  )
  return { enforced_at: null, pending, change_id: id }
}
