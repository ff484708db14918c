// The queue message that names deliveries to attempt. Only a hint: a message that is lost, late,
// repeated or garbled delivers nothing twice and loses nothing.

import { readMembers, type MessageHead } from '../../lib/message-kind.ts'

export interface DeliveryHint extends MessageHead<'webhooks'> {
  readonly deliveryIds: readonly string[]
}

/** Ids of one message; a consumer attempts them within its time even if every one hangs. */
const MESSAGE_MAX_IDS = 50
/** Queues: the longest delay of a message. The cron sees to what is due later. */
const DELAY_MAX_MS = 12 * 60 * 60 * 1000

const DELIVERY_ID = /^dlv_[0-9A-Za-z_]{1,60}$/

/** The ids in a message's body; undefined for what is no hint, in all its members. */
export function readHint(body: unknown): readonly string[] | undefined {
  const ids = readMembers(body, 'webhooks', ['deliveryIds'])?.['deliveryIds']
  if (!Array.isArray(ids) || ids.length > MESSAGE_MAX_IDS) return undefined
  return ids.every((id): id is string => typeof id === 'string' && DELIVERY_ID.test(id))
    ? ids
    : undefined
}

function hintOf(deliveryIds: readonly string[]): DeliveryHint {
  return { kind: 'webhooks', version: 1, deliveryIds }
}

/** Messages for deliveries that are due now. */
export function hintsNow(deliveryIds: readonly string[]): { body: DeliveryHint }[] {
  const count = Math.ceil(deliveryIds.length / MESSAGE_MAX_IDS)
  return Array.from({ length: count }, (_, i) => ({
    body: hintOf(deliveryIds.slice(i * MESSAGE_MAX_IDS, (i + 1) * MESSAGE_MAX_IDS)),
  }))
}

/** Messages for retries, each to arrive when it is due. */
export function hintsLater(
  retries: readonly { readonly deliveryId: string; readonly dueAt: number }[],
  nowMs: number,
): { body: DeliveryHint; delaySeconds: number }[] {
  return retries
    .filter(({ dueAt }) => dueAt - nowMs <= DELAY_MAX_MS)
    .map(({ deliveryId, dueAt }) => ({
      body: hintOf([deliveryId]),
      delaySeconds: Math.max(0, Math.ceil((dueAt - nowMs) / 1000)),
    }))
}
