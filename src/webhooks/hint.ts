// The queue message that names deliveries to attempt. Only a hint: a message that is lost, late,
// repeated or garbled delivers nothing twice and loses nothing.

export interface DeliveryHint {
  readonly deliveryIds: readonly string[]
}

/** Ids of one message; a consumer attempts them within its time even if every one hangs. */
const MESSAGE_MAX_IDS = 50
/** Queues: the longest delay of a message. The cron sees to what is due later. */
const DELAY_MAX_MS = 12 * 60 * 60 * 1000

/** The ids in a message's body; none in any other body. */
export function readHint(body: unknown): string[] {
  const ids: unknown = typeof body === 'object' && body ? Reflect.get(body, 'deliveryIds') : []
  if (!Array.isArray(ids)) return []
  return ids.filter((id) => typeof id === 'string').slice(0, MESSAGE_MAX_IDS)
}

/** Messages for deliveries that are due now. */
export function hintsNow(deliveryIds: readonly string[]): { body: DeliveryHint }[] {
  const count = Math.ceil(deliveryIds.length / MESSAGE_MAX_IDS)
  return Array.from({ length: count }, (_, i) => ({
    body: { deliveryIds: deliveryIds.slice(i * MESSAGE_MAX_IDS, (i + 1) * MESSAGE_MAX_IDS) },
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
      body: { deliveryIds: [deliveryId] },
      delaySeconds: Math.max(0, Math.ceil((dueAt - nowMs) / 1000)),
    }))
}
