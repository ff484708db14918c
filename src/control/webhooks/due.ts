// Which deliveries are due, in the order in which they are fairly sent: of each organization one, then
// of each a second, and within an organization the same by endpoint, so that whoever has many, all of
// which hang, does not hold up the others.

import { runAll, statement } from './statement.ts'

/** A delivery that may be claimed. */
export interface Due {
  readonly id: string
  readonly endpoint_id: string
  readonly organization_id: string
  readonly url: string
}

interface DueFilter {
  /** Only of these. */
  readonly ids?: readonly string[]
  readonly organizations?: readonly string[]
}

export async function findDue(
  db: D1Database,
  nowMs: number,
  limit: number,
  { ids, organizations }: DueFilter = {},
): Promise<Due[]> {
  const query = statement(
    `SELECT id, endpoint_id, organization_id, url FROM (
      SELECT *, row_number() OVER (
        PARTITION BY organization_id ORDER BY place, next_attempt_at, id) AS turn
      FROM (SELECT d.id, d.endpoint_id, d.next_attempt_at, p.organization_id, p.url, row_number()
          OVER (PARTITION BY d.endpoint_id ORDER BY d.next_attempt_at, d.id) AS place
        FROM webhook_deliveries d ${ids ? '' : 'INDEXED BY webhook_deliveries_due'}
        JOIN webhook_endpoints p ON p.id = d.endpoint_id
        WHERE d.state = 'pending' AND d.next_attempt_at <= ?1
          AND (?3 IS NULL OR d.id IN (SELECT value FROM json_each(?3)))
          AND (?4 IS NULL OR p.organization_id IN (SELECT value FROM json_each(?4)))))
    ORDER BY turn, next_attempt_at, id LIMIT ?2`,
    [
      nowMs,
      limit,
      ids ? JSON.stringify(ids) : null,
      organizations ? JSON.stringify(organizations) : null,
    ],
  )
  return await runAll<Due>(db, [query])
}
