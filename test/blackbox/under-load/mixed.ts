// Running the mixed traffic, and waiting until all of it is on record.

import type { TestEdge } from '../../harness/edge.ts'
import { sleep } from '../call.ts'
import type { Ledger, Line } from './ledger.ts'
import type { Task } from './management-traffic.ts'

const CLIENTS = 32
/** Until everything is on record; retries included. */
const PATIENCE_MS = 200_000
/** Without a delivery for so long, the queue holds nothing any more. */
const QUIET_MS = 2_500

/** The upstream answers 200, or as the query asks: `500`, or `cut` for no answer at all. */
export function answerAsAsked({ upstream }: TestEdge): void {
  upstream.answer = (request, response) => {
    const asked = /[?&]answer=(\w+)/.exec(request.url ?? '')?.[1]
    if (asked === 'cut') {
      request.socket.destroy()
      return
    }
    response.statusCode = Number(asked ?? 200)
    response.setHeader('content-type', 'application/json')
    response.end('{"ok":true}')
  }
}

/** All tasks in a mixed order, which is the same each time, by 32 clients. */
export async function runMixed(tasks: readonly Task[], ledger: Ledger): Promise<void> {
  let seed = 1
  const random = (): number => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0)
  const mixed = tasks.map((task) => ({ task, at: random() })).toSorted((a, b) => a.at - b.at)
  const client = async (): Promise<void> => {
    for (let next = mixed.pop(); next; next = mixed.pop()) await next.task(ledger)
  }
  await Promise.all(Array.from({ length: CLIENTS }, client))
}

/** Waits until every decision is on record or counted, and the queue is quiet. @returns the record by id. */
export async function settled(edge: TestEdge, ledger: Ledger): Promise<Map<string, Line>> {
  const count = async (): Promise<number> =>
    Number(
      (
        await edge.sql(
          `SELECT (SELECT count(*) FROM audit_events) +
             (SELECT coalesce(sum(refused), 0) FROM nobody_refusals) AS n`,
        )
      )[0]?.['n'],
    )
  const deadline = Date.now() + PATIENCE_MS
  while ((await count()) < ledger.lines.size && Date.now() < deadline) await sleep(200)
  for (let seen = -1; seen !== edge.upstream.received.length && Date.now() < deadline;) {
    seen = edge.upstream.received.length
    await sleep(QUIET_MS)
  }
  const rows = await edge.sql(
    `SELECT id, organization, key, service_user, product, method, path, decision, status, credits,
       actor
     FROM audit_events LEFT JOIN audit_actors USING (id)`,
  )
  return new Map(rows.map((row) => [String(row['id']), row as unknown as Line]))
}
