// Messages of a queue, and what becomes of one that cannot be read.

import type { MessageKind } from './message-kind.ts'

/** The part of a batch that its consumers use. */
export type Messages = Pick<MessageBatch, 'messages'>

export const UNREADABLE_DELAY_SECONDS = 60

/** Has a message that its consumer cannot read tried again, and logs what is wrong. */
export function retryUnreadable(message: Message, kind: MessageKind, flaw: string): void {
  console.error(`${kind}: message ${message.id} is tried again, ${flaw}`)
  message.retry({ delaySeconds: UNREADABLE_DELAY_SECONDS })
}
