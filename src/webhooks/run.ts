// Webhooks within the deployment: what to deliver with, the queue's hints, and the cron's part.

import type { Edge } from '../edge.ts'
import { deliver, deliverDue } from './deliver.ts'
import type { Delivered, DeliveryDeps } from './deliver.ts'
import { retryUnreadable } from '../queues.ts'
import type { Messages } from '../queues.ts'
import { hintsLater, hintsNow, readHint } from './hint.ts'
import { deliveryIdsOf, enqueueStatements, sweepStatements } from './outbox.ts'
import { retentionStatement } from './retention.ts'
import { prepareAll } from './statement.ts'

const DAY_MS = 24 * 60 * 60 * 1000

/** Tells the queue of deliveries that are due. A failure costs a minute: the cron finds them. */
export async function hint(edge: Edge, deliveryIds: readonly string[]): Promise<void> {
  if (deliveryIds.length === 0) return
  try {
    await edge.bindings.WEBHOOKS.sendBatch(hintsNow(deliveryIds))
  } catch (error) {
    console.warn('the webhooks queue took no hint', error)
  }
}

/** The queue's consumer. Messages are hints: whatever becomes of them, they are done with. */
export async function takeHints(batch: Messages, edge: Edge): Promise<void> {
  const hints = batch.messages.map((message) => ({ message, ids: readHint(message.body) }))
  try {
    const ids = hints.flatMap((one) => one.ids ?? [])
    await hintRetries(edge, await deliver(depsOf(edge), ids))
  } catch (error) {
    console.error('webhooks: a hint was not followed; the cron will', error)
  }
  for (const { message, ids } of hints) {
    if (ids) message.ack()
    else retryUnreadable(message, 'webhooks', 'it is not a list of ids of deliveries')
  }
}

/** Tells what expired and what raw SQL did, sends what is due, and forgets what is old. */
export async function runWebhooks(edge: Edge, nowMs: number): Promise<void> {
  const { DB } = edge.bindings
  await DB.batch(prepareAll(DB, [...sweepStatements(nowMs), retentionStatement(nowMs)]))
  await hintRetries(edge, await deliverDue(depsOf(edge)))
}

/** A secret key was sent by a page: its owner is told, once a day. */
export async function announceExposed(edge: Edge, keyId: string, nowMs: number): Promise<void> {
  const { DB } = edge.bindings
  const day = Math.floor(nowMs / DAY_MS)
  if (edge.exposed.get(keyId) === day) return
  edge.exposed.set(keyId, day)
  try {
    const statements = enqueueStatements({ change: 'exposed', keyId }, nowMs)
    await hint(edge, deliveryIdsOf(await DB.batch(prepareAll(DB, statements))))
  } catch (error) {
    edge.exposed.delete(keyId)
    console.error(`exposed key ${keyId} could not be announced`, error)
  }
}

async function hintRetries(edge: Edge, { retries }: Delivered): Promise<void> {
  const messages = hintsLater(retries, Date.now())
  for (let i = 0; i < messages.length; i += 100) {
    await edge.bindings.WEBHOOKS.sendBatch(messages.slice(i, i + 100))
  }
}

function depsOf({ bindings, settings }: Edge): DeliveryDeps {
  return {
    db: bindings.DB,
    fetch: (url, init) => fetch(url, init),
    now: () => Date.now(),
    random: () => Math.random(),
    sealingKeys: settings.sealingKeys,
    destinations: settings.destinations,
  }
}
