// How much goes into one message of the queue.

import type { AuditEvent } from './event.ts'

/** The most events in one message. */
export const MESSAGE_MAX_EVENTS = 100
/** Queues takes 128,000 bytes a message, its own metadata included. */
export const MESSAGE_MAX_BYTES = 120_000

/** Names, numbers and punctuation of one event in JSON; texts come on top. */
const EVENT_FRAME_BYTES = 500
/** A UTF-16 unit takes three bytes at most, in UTF-8 as in an escape for `"` or `\\`. */
const UNIT_MAX_BYTES = 3

/** How many of the first events fit into one message. One always does: its texts are bounded. */
export function fitting(events: readonly AuditEvent[]): number {
  const first = events.slice(0, MESSAGE_MAX_EVENTS)
  if (first.reduce((sum, event) => sum + mostBytes(event), 0) <= MESSAGE_MAX_BYTES) {
    return first.length
  }
  const encoder = new TextEncoder()
  let bytes = 0
  const over = first.findIndex((event) => {
    bytes += encoder.encode(JSON.stringify(event)).length + 1
    return bytes > MESSAGE_MAX_BYTES
  })
  return over === -1 ? first.length : Math.max(1, over)
}

/** An upper bound that takes no encoding. */
function mostBytes(event: AuditEvent): number {
  let units = 0
  for (const value of Object.values(event)) if (typeof value === 'string') units += value.length
  return EVENT_FRAME_BYTES + units * UNIT_MAX_BYTES
}
