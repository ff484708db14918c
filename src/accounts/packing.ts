// How much goes into one message of the queue.

import type { AuditEvent } from './event.ts'

/** The most events in one message. */
export const MESSAGE_MAX_EVENTS = 100
/** Queues takes 128,000 bytes a message, its own metadata included. */
export const MESSAGE_MAX_BYTES = 120_000

/** How many of the first events fit into one message. One always does: its texts are bounded. */
export function fitting(events: readonly AuditEvent[]): number {
  const encoder = new TextEncoder()
  let bytes = 0
  const first = events.slice(0, MESSAGE_MAX_EVENTS)
  const over = first.findIndex((event) => {
    bytes += encoder.encode(JSON.stringify(event)).length + 1
    return bytes > MESSAGE_MAX_BYTES
  })
  return over === -1 ? first.length : Math.max(1, over)
}
