// Webhooks within the deployment: what to deliver with, the queue's hints, and the cron's part.

import { deleteOldSends } from './bounds.ts'
import { deleteOldHosts } from './breaker.ts'
import { deliverDue, deliverHinted, type Delivered, type DeliveryDeps } from './deliver.ts'
import { retryUnreadable, type Messages } from '../../lib/unreadable.ts'
import { hintsLater, hintsNow, readHint } from './hint.ts'
import { deliveryIdsOf, enqueueStatements, sweepStatements } from './outbox.ts'
import { retentionStatement } from './retention.ts'
import { prepareAll } from './statement.ts'

/** What webhooks need of the deployment. */
export interface WebhookDeps {
  readonly bindings: { readonly DB: D1Database; readonly WEBHOOKS: Queue }
  readonly settings: Pick<DeliveryDeps, 'sealingKeys' | 'destinations'>
}

/** Long enough for receivers as they should be, so that a queue of those is worked off in its order. */
const HINT_PATIENCE_MS = 1_000

/** Tells the queue of deliveries that are due. A failure costs a minute: the cron finds them. */
export async function hint(edge: WebhookDeps, deliveryIds: readonly string[]): Promise<void> {
  if (deliveryIds.length === 0) return
  try {
    await edge.bindings.WEBHOOKS.sendBatch(hintsNow(deliveryIds))
  } catch (error) {
    console.warn('the webhooks queue took no hint', error)
  }
}

/**
 * The queue's consumer. Messages are hints: whatever becomes of them, they are done with. Receivers
 * that let us wait hold up no later message: the batch is done with after HINT_PATIENCE_MS, and what it
 * has begun goes on beside it (compatibility flag `queue_consumer_no_wait_for_wait_until`).
 */
export async function consumeHints(
  batch: Messages,
  edge: WebhookDeps,
  ctx: Pick<ExecutionContext, 'waitUntil'>,
): Promise<void> {
  const hints = batch.messages.map((message) => ({ message, ids: readHint(message.body) }))
  const ids = hints.flatMap((one) => one.ids ?? [])
  const work = followHints(edge, ids).catch((error: unknown) => {
    console.error('webhooks: a hint was not followed; the cron will', error)
  })
  ctx.waitUntil(work)
  const { promise: patience, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, HINT_PATIENCE_MS)
  await Promise.race([work, patience])
  clearTimeout(timer)
  for (const { message, ids: read } of hints) {
    if (read) message.ack()
    else retryUnreadable(message, 'webhooks', 'it is not a list of ids of deliveries')
  }
}

async function followHints(edge: WebhookDeps, ids: readonly string[]): Promise<void> {
  const done = await deliverHinted(deliveryDeps(edge), ids)
  await hint(edge, done.left)
  await hintRetries(edge, done)
}

/** Tells what expired and what raw SQL did, sends what is due, and forgets what is old. */
export async function runWebhooks(edge: WebhookDeps, nowMs: number): Promise<void> {
  const { DB } = edge.bindings
  const forget = [retentionStatement(nowMs), deleteOldSends(nowMs), deleteOldHosts(nowMs)]
  await DB.batch(prepareAll(DB, [...sweepStatements(nowMs), ...forget]))
  await hintRetries(edge, await deliverDue(deliveryDeps(edge)))
}

/** A secret key was sent by a page: its owner is told, once a day. */
export async function announceExposed(
  edge: WebhookDeps,
  keyId: string,
  nowMs: number,
): Promise<void> {
  const { DB } = edge.bindings
  const statements = enqueueStatements({ change: 'exposed', keyId }, nowMs)
  await hint(edge, deliveryIdsOf(await DB.batch(prepareAll(DB, statements))))
}

async function hintRetries(edge: WebhookDeps, { retries }: Delivered): Promise<void> {
  const messages = hintsLater(retries, Date.now())
  for (let i = 0; i < messages.length; i += 100) {
    await edge.bindings.WEBHOOKS.sendBatch(messages.slice(i, i + 100))
  }
}

/** What deliveries and challenges of this deployment are sent with. */
export function deliveryDeps({ bindings, settings }: WebhookDeps): DeliveryDeps {
  return {
    db: bindings.DB,
    fetch: (url, init) => fetch(url, init),
    now: () => Date.now(),
    random: () => Math.random(),
    sealingKeys: settings.sealingKeys,
    destinations: settings.destinations,
  }
}
