// How large the series are: in earnest, and to see that they run.

import type { Until } from '../load.ts'

export interface ScalePlan {
  readonly rounds: number
  readonly connections: number
  readonly until: Until
  readonly warmUp: Until
  /** After each pass of the gate, until its events are through the queue and in D1. */
  readonly settleSeconds: number
  /** Keys in D1, and how many of them one cold pass uses up. */
  readonly keys: readonly number[]
  readonly coldKeys: number
  /** Entries of an address list and of an origin list, and first requests in one pass. */
  readonly addresses: readonly number[]
  readonly origins: readonly number[]
  readonly firstRequests: number
  /** Routes in the catalog. */
  readonly routes: readonly number[]
  /** Keys used in turn. */
  readonly concurrent: readonly number[]
  /** Keys used once, in all, at each look at the memory. */
  readonly memory: readonly number[]
  /** The same of keys that have address lists, of so many entries each. */
  readonly memoryWithLists: readonly number[]
  readonly memoryListEntries: number
  readonly soak: { readonly minutes: number; readonly sampleSeconds: number; readonly keys: number }
  readonly starts: number
  /** Of a mix, so that an isolate's events are packed as they would be. */
  readonly countSeconds: number
  /** Batches of 2,000 events that the consumer is given. */
  readonly batches: number
}

export const FULL: ScalePlan = {
  rounds: 5,
  connections: 16,
  until: { seconds: 2 },
  warmUp: { seconds: 1 },
  settleSeconds: 4,
  keys: [1, 1_000, 100_000, 1_000_000],
  coldKeys: 300,
  addresses: [1, 100, 10_000],
  origins: [1, 100, 1_000],
  firstRequests: 10,
  routes: [10, 100, 1_000],
  concurrent: [1, 100, 10_000, 20_000],
  memory: [0, 1_000, 10_000, 50_000, 100_000],
  memoryWithLists: [0, 1_000, 10_000, 20_000],
  memoryListEntries: 100,
  soak: { minutes: 10, sampleSeconds: 10, keys: 20_000 },
  starts: 15,
  countSeconds: 10,
  batches: 10,
}

/** Its times say nothing. */
export const QUICK: ScalePlan = {
  rounds: 1,
  connections: 8,
  until: { answers: 48 },
  warmUp: { answers: 24 },
  settleSeconds: 0,
  keys: [1, 500],
  coldKeys: 16,
  addresses: [1, 50],
  origins: [1, 50],
  firstRequests: 4,
  routes: [10, 100],
  concurrent: [1, 20],
  memory: [0, 50, 100],
  memoryWithLists: [0, 50],
  memoryListEntries: 10,
  soak: { minutes: 0.04, sampleSeconds: 1, keys: 40 },
  starts: 1,
  countSeconds: 0.4,
  batches: 1,
}
