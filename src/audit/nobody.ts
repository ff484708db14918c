// Requests of nobody: refused before any credential was recognised, so that whoever likes can send as
// many as they like. A sample of them becomes events, the rest are counted by minute, reason and product.
// What an isolate has of them is bounded, whatever comes, and stands apart from the events of customers.

import { addressBucket, parseAddress } from '../lists/address.ts'
import type { AuditEvent } from './event.ts'
import { fitting } from './packing.ts'

/** So many of a network become events in a minute: an IPv4 address, or the /64 of an IPv6 one. */
export const NETWORK_SAMPLE_PER_MINUTE = 60
/** And so many of all networks together: whoever floods may have many. */
export const SAMPLE_PER_MINUTE = 300
/** Of events that the queue has not taken, so many are held. */
const HELD_MAX_EVENTS = 2 * SAMPLE_PER_MINUTE
/** So many counts go into a tally. */
export const TALLY_MAX_COUNTS = 200
/** And so many beside events, which may be as long as a message. */
const COUNTS_BESIDE_EVENTS = 10
/** Reasons and products are few; while the queue takes nothing, minutes are summed up beyond so many. */
const HELD_MAX_COUNTS = 1_000
/** A request may be accounted for so much later than it began; beyond that, the clock was set. */
const LATE_MAX_MINUTES = 2
export const MINUTE_MS = 60_000

/** Requests of nobody that became no events. */
export interface NobodyCount {
  /** In minutes since 1970. */
  readonly minute: number
  readonly reason: string
  readonly product: string | null
  readonly refused: number
  /** Of the newest one, Unix milliseconds. */
  readonly lastAt: number
}

/** What one isolate has of nobody at one time. Its id makes counting it twice impossible. */
export interface Tally {
  /** A UUID. */
  readonly id: string
  /** When it was made, Unix milliseconds. */
  readonly at: number
  readonly events: readonly AuditEvent[]
  readonly counts: readonly NobodyCount[]
}

/** Whether it is the event of a refusal of nobody. */
export function isOfNobody({ organization, key, actor, decision }: AuditEvent): boolean {
  return organization === null && key === null && actor === null && decision === 'refused'
}

/** What the sample takes: one minute at a time. What began in the minute before counts in this one. */
export class SampleBound {
  private minute = -1
  private total = 0
  private readonly byNetwork = new Map<string, number>()

  /** Whether one more of its network is within the sample of its minute; it is then part of it. */
  admits({ at, clientIp }: Pick<AuditEvent, 'at' | 'clientIp'>): boolean {
    this.turnTo(Math.floor(at / MINUTE_MS))
    if (this.total >= SAMPLE_PER_MINUTE) return false
    const network = networkOf(clientIp)
    const taken = this.byNetwork.get(network) ?? 0
    if (taken >= NETWORK_SAMPLE_PER_MINUTE) return false
    this.add(network, 1)
    return true
  }

  /** Adds what is in the sample of a minute already. */
  has(minute: number, clientIp: string | null, count: number): void {
    this.turnTo(minute)
    this.add(networkOf(clientIp), count)
  }

  private add(network: string, count: number): void {
    this.total += count
    this.byNetwork.set(network, (this.byNetwork.get(network) ?? 0) + count)
  }

  private turnTo(minute: number): void {
    if (minute <= this.minute && minute >= this.minute - LATE_MAX_MINUTES) return
    this.minute = minute
    this.total = 0
    this.byNetwork.clear()
  }
}

function networkOf(clientIp: string | null): string {
  const address = clientIp === null ? undefined : parseAddress(clientIp)
  return address ? addressBucket(address) : 'unknown'
}

/** Counts of events, one for each minute, reason and product. */
export function countsOf(events: readonly AuditEvent[]): NobodyCount[] {
  const counts = new NobodyCounts()
  for (const event of events) counts.add(event)
  return counts.take(Infinity)
}

class NobodyCounts {
  private byName = new Map<string, NobodyCount>()

  get size(): number {
    return this.byName.size
  }

  add({ at, reason, product }: AuditEvent): void {
    const minute = Math.floor(at / MINUTE_MS)
    this.merge({ minute, reason: reason ?? '', product, refused: 1, lastAt: at })
    if (this.byName.size > HELD_MAX_COUNTS) this.sumUpMinutes()
  }

  /** Takes the first of them, so many at most. */
  take(limit: number): NobodyCount[] {
    const some = [...this.byName].slice(0, limit)
    for (const [name] of some) this.byName.delete(name)
    return some.map(([, count]) => count)
  }

  private merge(count: NobodyCount): void {
    const name = `${count.minute} ${count.reason} ${count.product ?? ''}`
    const { refused = 0, lastAt = 0 } = this.byName.get(name) ?? {}
    this.byName.set(name, {
      ...count,
      refused: refused + count.refused,
      lastAt: Math.max(lastAt, count.lastAt),
    })
  }

  /** The queue has been failing for long: each reason is told of its newest minute. */
  private sumUpMinutes(): void {
    const all = this.take(Infinity)
    const newest = all.reduce((minute, count) => Math.max(minute, count.minute), 0)
    for (const count of all) this.merge({ ...count, minute: newest })
  }
}

/** What one isolate has of nobody and the queue has not taken yet. */
export class Nobody {
  private readonly bound = new SampleBound()
  private readonly counts = new NobodyCounts()
  private events: AuditEvent[] = []
  private readonly returned: Tally[] = []

  add(event: AuditEvent): void {
    if (this.events.length < HELD_MAX_EVENTS && this.bound.admits(event)) this.events.push(event)
    else this.counts.add(event)
  }

  /** Whether there is anything to send. */
  get waits(): boolean {
    return this.returned.length + this.events.length + this.counts.size > 0
  }

  /** The next tally to send; undefined where nothing is left. One that came back goes first. */
  take(nowMs: number): Tally | undefined {
    const again = this.returned.shift()
    if (again) return again
    if (!this.waits) return undefined
    const events = this.events.splice(0, fitting(this.events))
    const counts = this.counts.take(events.length > 0 ? COUNTS_BESIDE_EVENTS : TALLY_MAX_COUNTS)
    return { id: crypto.randomUUID(), at: nowMs, events, counts }
  }

  /** Gives back what may not have been sent. As it is: should the queue have it, it counts once. */
  putBack(tally: Tally): void {
    this.returned.push(tally)
  }
}
