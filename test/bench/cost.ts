// What counted operations cost by Cloudflare's public price list. Pure: counts in, dollars out. Prices
// are those of usage beyond what the Workers Paid plan includes; storage and the plan's $5 are not here.

import type { Counted } from './counted.ts'

/** Dollars per million, as read on 2026-11-22; docs/scale.md names the pages. */
export const PRICES = {
  requests: 0.3,
  cpuMs: 0.02,
  kvReads: 0.5,
  kvWrites: 5,
  d1RowsRead: 0.001,
  d1RowsWritten: 1,
  objectCalls: 0.15,
  /** GB-seconds. */
  objectDuration: 12.5,
  objectRowsRead: 0.001,
  objectRowsWritten: 1,
  queueOperations: 0.4,
  logEvents: 0.6,
} as const

export type Item = keyof typeof PRICES
/** How many of each per request. */
export type Operations = Readonly<Record<Item, number>>

/** An object is billed for the time in which it works; so long a call takes with its durable write. */
const OBJECT_CALL_SECONDS = 0.005
const OBJECT_GB = 0.128
/** Each chunk of 64 KB of a message is written, read and deleted. */
const OPERATIONS_PER_CHUNK = 3
const OBJECT_CALL = /^(?:KEY_GUARD|TRIES|COUNTERS)\./
const KV_READ = /^(?:RECORDS|KEYS)\.(?:get|getWithMetadata|list)$/
const KV_WRITE = /^(?:RECORDS|KEYS)\.(?:put|delete)$/

/** Per request, from what was counted of many. */
export function operationsOf(counted: Counted, cpuMs: number): Operations {
  const { requests, calls, consumer, rows, queue } = counted
  const per = (count: number): number => count / requests
  const callsOf = (name: RegExp): number =>
    [...Object.entries(calls), ...Object.entries(consumer)]
      .filter(([call]) => name.test(call))
      .reduce((sum, [, n]) => sum + n, 0)
  const rowsOf = (...names: readonly string[]): number =>
    names.reduce((sum, name) => sum + (rows[name] ?? 0), 0)
  const objectCalls = per(callsOf(OBJECT_CALL))
  const invocations = 1 + per(queue['batches'] ?? 0)
  return {
    // A batch of a queue runs the Worker too; counted as a request, to be on the safe side.
    requests: invocations,
    cpuMs,
    kvReads: per(callsOf(KV_READ)),
    kvWrites: per(callsOf(KV_WRITE)),
    d1RowsRead: per(rowsOf('DB.read', 'consumer.DB.read')),
    d1RowsWritten: per(rowsOf('DB.written', 'consumer.DB.written')),
    objectCalls,
    objectDuration: objectCalls * OBJECT_CALL_SECONDS * OBJECT_GB,
    objectRowsRead: per(rowsOf('guard.read')),
    objectRowsWritten: per(rowsOf('guard.written')),
    queueOperations: per(queue['chunks'] ?? 0) * OPERATIONS_PER_CHUNK,
    // With `[observability]` on and nothing sampled away: one for each time the Worker runs.
    logEvents: invocations,
  }
}

export interface Cost {
  /** Dollars per million requests. */
  readonly items: Readonly<Record<Item, number>>
  readonly total: number
}

export function costPerMillion(operations: Operations): Cost {
  const items = Object.fromEntries(
    Object.entries(PRICES).map(([item, price]) => [item, operations[item as Item] * price]),
  ) as Record<Item, number>
  return { items, total: Object.values(items).reduce((sum, dollars) => sum + dollars, 0) }
}
