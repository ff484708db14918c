// The queue's part of a change that touches many keys: its fences are published slice by slice, so
// that one delivery does bounded work, and a message is sent on for the rest. Safe when delivered
// twice or beside the cron: fences only rise.

import type { ControlDeps } from '../../deps.ts'
import { longestLeaseMs } from '../../../guard/lease-terms.ts'
import { publishCredentials, type PendingFence } from '../../../guard/publish.ts'
import { retryUnreadable, type Messages } from '../../../lib/unreadable.ts'
import { fenceMessage, readFenceMessage, type FencesAsked } from './message.ts'
import { AWAITED, readChange } from './progress.ts'

/** Keys published per delivery. Each takes four calls out of the invocation's thousand. */
export const SLICE = 200
/** How often the keys are tried whose guards were not reached, before the cron has them alone. */
const MAX_PASSES = 5
const RETRY_SECONDS = 10

/** Publishes what the messages name. Each is acknowledged, or tried again where D1 or KV failed. */
export async function publishChanges(batch: Messages, edge: ControlDeps): Promise<void> {
  let budget = SLICE
  for (const message of batch.messages) {
    const asked = readFenceMessage(message.body)
    if (!asked) {
      retryUnreadable(message, 'fences', 'it names no change, or has a member that is not known')
      continue
    }
    try {
      budget -= await publishSlice(edge, asked, budget)
      message.ack()
    } catch (error) {
      console.error(`change ${asked.change} was not published`, error)
      message.retry({ delaySeconds: RETRY_SECONDS })
    }
  }
}

/** Publishes at most `limit` keys and sends a message on for what is left. @returns how many. */
async function publishSlice(edge: ControlDeps, asked: FencesAsked, limit: number): Promise<number> {
  const { bindings } = edge
  const change = await readChange(bindings, asked.change)
  if (!change || change.enforced_at !== null) return 0
  const { results } = await bindings.DB.withSession('first-primary')
    .prepare(
      `SELECT p.credential_id, p.generation FROM ${AWAITED} AND p.credential_id > ?3
       ORDER BY p.credential_id LIMIT ?4`,
    )
    .bind(change.organization_id, change.created_at, asked.after ?? '', limit)
    .all<PendingFence>()
  await publishCredentials(bindings, results, longestLeaseMs(edge.catalog))
  if (results.length === limit) {
    const after = results.at(-1)?.credential_id ?? asked.after
    await bindings.FENCES.send(fenceMessage({ ...asked, ...(after !== undefined && { after }) }))
    return limit
  }
  const left = await readChange(bindings, asked.change)
  const pass = (asked.pass ?? 0) + 1
  if (left && left.pending > 0 && pass < MAX_PASSES) {
    await bindings.FENCES.send(fenceMessage({ change: change.id, pass }), {
      delaySeconds: RETRY_SECONDS,
    })
  }
  return results.length
}
