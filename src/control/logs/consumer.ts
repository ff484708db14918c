// The queue's consumer. Queues delivers at least once, in any order, and may run several consumers at
// a time: none of that is assumed away here, it is settled in record.ts.

import { retryUnreadable, type Messages } from '../../lib/unreadable.ts'
import type { AuditEvent } from '../../audit/event.ts'
import type { Anchor } from './link.ts'
import { parseEvents } from '../../audit/message.ts'
import type { Tally } from '../../audit/nobody.ts'
import { isRefusal, record } from './record.ts'
import type { Database } from './database.ts'
import { chainOf } from './row.ts'

/** So many events at most go into one transaction. */
const TRANSACTION_MAX_EVENTS = 2_000
const RETRY_DELAY_MAX_SECONDS = 300
/** Of one message, so many are named in the log. */
const MAX_FLAWS_LOGGED = 10

/** What became of a batch, in events if not said otherwise. */
export interface Consumed {
  readonly inserted: number
  readonly duplicates: number
  /** Not taken: older than what retention has removed of their chain; tallies that came too late. */
  readonly expired: number
  /** Of nobody, and counted only. */
  readonly counted: number
  readonly unreadable: number
  readonly retriedMessages: number
  /** The new head of each chain that grew; to be noted where the database's owner cannot write. */
  readonly heads: ReadonlyMap<string, Anchor>
}

interface Delivery {
  readonly message: Message
  readonly events: readonly AuditEvent[]
  readonly tally: Tally | undefined
  /** It holds something that cannot be read. */
  readonly flawed: boolean
}

/**
 * Takes a batch into the database. Each message is acknowledged once its events are there, and retried
 * when they cannot be; a message with what cannot be read is logged and retried when the rest of it is
 * there, so that it ends where the queue sets messages aside. Never throws.
 */
export async function consume(batch: Messages, db: Database): Promise<Consumed> {
  const sum = { inserted: 0, duplicates: 0, expired: 0, counted: 0, retriedMessages: 0 }
  const heads = new Map<string, Anchor>()
  const take = async (group: readonly Delivery[]): Promise<void> => {
    const events = group.flatMap((delivery) => delivery.events)
    const tallies = group.flatMap(({ tally }) => tally ?? [])
    try {
      const { linked, duplicates, expired, counted } = await record(db, events, tallies)
      for (const { message, flawed } of group) if (!flawed) message.ack()
      for (const event of linked) {
        heads.set(chainOf(event), { sequence: event.sequence, hash: event.hash })
      }
      sum.inserted += linked.length
      sum.duplicates += duplicates
      sum.expired += expired
      sum.counted += counted
    } catch (error) {
      if (group.length > 1 && isRefusal(error)) {
        // One event that the database will never take must not hold up the others.
        for (const one of group) await take([one])
        return
      }
      console.error(`audit: ${group.length} messages are retried`, error)
      for (const { message } of group) message.retry({ delaySeconds: retryDelay(message) })
      sum.retriedMessages += group.length
    }
  }
  const { groups, unreadable } = grouped(batch)
  for (const group of groups) await take(group)
  if (sum.expired > 0) console.error(`audit: ${sum.expired} events came after their retention`)
  return { ...sum, unreadable, heads }
}

/** The messages in groups of which each fits into one transaction. */
function grouped(batch: Messages): { groups: readonly Delivery[][]; unreadable: number } {
  const groups: Delivery[][] = [[]]
  let size = 0
  let unreadable = 0
  for (const message of batch.messages) {
    const { events, tally, flaws } = parseEvents(message.body)
    const flawed = flaws.length > 0
    if (flawed) {
      const named = flaws.slice(0, MAX_FLAWS_LOGGED).join('; ')
      retryUnreadable(message, 'audit', `${flaws.length} not readable: ${named}`)
      unreadable += flaws.length
    }
    const own = events.length + (tally?.events.length ?? 0)
    size += own
    if (size > TRANSACTION_MAX_EVENTS) {
      groups.push([])
      size = own
    }
    groups.at(-1)?.push({ message, events, tally, flawed })
  }
  return { groups: groups.filter(({ length }) => length > 0), unreadable }
}

function retryDelay({ attempts }: Message): number {
  return Math.min(2 ** Math.min(attempts, 10), RETRY_DELAY_MAX_SECONDS)
}
