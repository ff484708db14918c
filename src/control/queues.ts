// Batches of whatever queue: what a message is decides what becomes of it, never the queue's name, so
// that queues are named as a deployment likes. What cannot be read is never acknowledged: it is tried
// again alone and logged, until a newer Worker knows it or its queue gives it up.

import { kindOf, MESSAGE_KINDS, type MessageKind } from '../lib/message-kind.ts'
import { UNREADABLE_DELAY_SECONDS, type Messages } from '../lib/unreadable.ts'

type Consumer = (batch: Messages) => Promise<unknown>

/** In the log; our own names are shorter. */
const NAME_MAX_LENGTH = 32

/**
 * Gives each message to the consumer of its kind, which acknowledges it or has it tried again. Of an
 * unknown kind, or where the consumer itself failed, it is tried again. Never throws.
 */
export async function dispatchBatch(
  batch: MessageBatch,
  consumers: Readonly<Record<MessageKind, Consumer>>,
): Promise<void> {
  const byKind = Map.groupBy(batch.messages, ({ body }) => kindOf(body))
  for (const message of byKind.get(undefined) ?? []) {
    console.error(
      `queue ${batch.queue}: message ${message.id} is tried again, ${describe(message.body)}`,
    )
    message.retry({ delaySeconds: UNREADABLE_DELAY_SECONDS })
  }
  for (const kind of MESSAGE_KINDS) {
    const messages = byKind.get(kind) ?? []
    if (messages.length === 0) continue
    try {
      await consumers[kind]({ messages })
    } catch (error) {
      console.error(`queue ${batch.queue}: ${messages.length} of ${kind} are tried again`, error)
      // Those that were acknowledged before stay so.
      for (const message of messages) message.retry({ delaySeconds: UNREADABLE_DELAY_SECONDS })
    }
  }
}

/** What an unreadable message says it is, in words that no message can choose. */
function describe(body: unknown): string {
  if (typeof body !== 'object' || body === null || !('kind' in body)) return 'it names no kind'
  const { kind, version } = body as { readonly kind: unknown; readonly version?: unknown }
  const name =
    typeof kind === 'string' && /^[\w.-]+$/.test(kind) ? kind.slice(0, NAME_MAX_LENGTH) : 'no name'
  return `its kind is ${name}, its version ${typeof version === 'number' ? version : 'no number'}`
}
