// What the counting shell has counted, asked for from outside.

import { COUNTS_PATH, type Counted, type Counts } from './counted.ts'

/** The edge's own delay, and some. */
const FLUSHED_AFTER_MS = 1_500
const SETTLE_POLL_MS = 250
const SETTLE_MAX_MS = 600_000

/** What was counted since the last time; counting begins anew. */
export async function takeCounts(port: number): Promise<Counted> {
  const answer = await fetch(`http://127.0.0.1:${port}${COUNTS_PATH}`)
  return (await answer.json()) as Counted
}

/** The same once the events have been flushed and every message that was sent has been consumed. */
export async function takeSettledCounts(port: number): Promise<Counted> {
  const until = Date.now() + SETTLE_MAX_MS
  await sleep(FLUSHED_AFTER_MS)
  for (let sum = await takeCounts(port); ; sum = addCounts(sum, await takeCounts(port))) {
    if ((sum.queue['messages'] ?? 0) >= (sum.queue['sent'] ?? 0)) return sum
    if (Date.now() > until) throw new Error(`not consumed in time: ${JSON.stringify(sum.queue)}`)
    await sleep(SETTLE_POLL_MS)
  }
}

function addCounts(a: Counted, b: Counted): Counted {
  return {
    requests: a.requests + b.requests,
    calls: sumOf(a.calls, b.calls),
    consumer: sumOf(a.consumer, b.consumer),
    rows: sumOf(a.rows, b.rows),
    queue: sumOf(a.queue, b.queue),
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function sumOf(x: Counts, y: Counts): Record<string, number> {
  const names = new Set([...Object.keys(x), ...Object.keys(y)])
  return Object.fromEntries([...names].map((name) => [name, (x[name] ?? 0) + (y[name] ?? 0)]))
}
