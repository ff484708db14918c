// What was used: requests, refusals and credits by key, product and day (UTC). The sums are kept by a
// trigger on the events' insert, so they count each event once, and they outlive the events.

import type { Environment } from '../catalog/define.ts'
import { ok } from '../result.ts'
import type { Result } from '../result.ts'
import { limitOf, pageOf, readCursor } from './page.ts'
import type { Page, PageOptions, Place } from './page.ts'
import type { Database } from './record.ts'

export interface Usage {
  /** Every decision; `refused` of them were refused. */
  readonly requests: number
  readonly refused: number
  /** What was charged: the upstream answered 2xx. */
  readonly credits: number
}

export interface DailyUsage extends Usage {
  /** Null: no credential was recognised. */
  readonly key: string | null
  /** Null: no route of the catalog was met. */
  readonly product: string | null
  /** YYYY-MM-DD, UTC. */
  readonly day: string
}

export interface KeyUsage extends Usage {
  readonly key: string | null
}

export interface UsageFilter {
  /** Null: the calls that belong to no organization. */
  readonly organization: string | null
  readonly key?: string | undefined
  readonly product?: string | undefined
  /** Of the keys' own. */
  readonly environment?: Environment | undefined
  /** YYYY-MM-DD, both included. */
  readonly from?: string | undefined
  readonly to?: string | undefined
}

const PLACE = ['string', 'string', 'string'] as const
const FIRST: Place = ['9999-99-99', '', '']
const ofEnvironment = (wanted: string) => `(${wanted} IS NULL OR EXISTS (SELECT 1 FROM credentials c
  WHERE c.id = usage_daily.key AND c.environment = ${wanted}))`

/** A page of sums by day (the newest first), key and product. */
export async function usageByDay(
  db: Database,
  filter: UsageFilter,
  options: PageOptions = {},
): Promise<Result<Page<DailyUsage>, 'cursor_invalid'>> {
  const { organization, key, product, environment, from, to } = filter
  const limit = limitOf(options)
  const after = options.cursor === undefined ? ok(FIRST) : readCursor(options.cursor, PLACE)
  if (!after.ok) return after
  const { results } = await db
    .prepare(
      `SELECT nullif(key, '') AS key, nullif(product, '') AS product, day, requests, refused, credits
       FROM usage_daily WHERE organization = ?1 AND day BETWEEN ?2 AND ?3
         AND (?4 IS NULL OR key = ?4) AND (?5 IS NULL OR product = ?5)
         AND (day < ?6 OR (day = ?6 AND (key, product) > (?7, ?8))) AND ${ofEnvironment('?9')}
       ORDER BY day DESC, usage_daily.key, usage_daily.product LIMIT ${limit + 1}`,
    )
    .bind(
      organization ?? '',
      from ?? '0000-00-00',
      to ?? '9999-99-99',
      key ?? null,
      product ?? null,
      ...after.value,
      environment ?? null,
    )
    .all<DailyUsage>()
  return ok(pageOf(results, limit, (row) => [row.day, row.key ?? '', row.product ?? '']))
}

/** The sums of the month (UTC) that `nowMs` lies in, by key. */
export async function usageOfMonth(
  db: Database,
  organization: string | null,
  nowMs: number,
  environment?: Environment,
): Promise<readonly KeyUsage[]> {
  const month = new Date(nowMs).toISOString().slice(0, 7)
  const { results } = await db
    .prepare(
      `SELECT nullif(key, '') AS key, sum(requests) AS requests, sum(refused) AS refused,
         sum(credits) AS credits
       FROM usage_daily WHERE organization = ?1 AND day BETWEEN ?2 AND ?3
         AND ${ofEnvironment('?4')}
       GROUP BY usage_daily.key ORDER BY usage_daily.key`,
    )
    .bind(organization ?? '', `${month}-01`, `${month}-31`, environment ?? null)
    .all<KeyUsage>()
  return results
}

/** When credentials were last presented and recognised (Unix ms); those never seen are left out. */
export async function lastUsedAt(
  db: Database,
  keys: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const { results } = await db
    .prepare(
      `SELECT key, last_used_at FROM credential_usage
       WHERE key IN (SELECT value FROM json_each(?1))`,
    )
    .bind(JSON.stringify(keys))
    .all<{ key: string; last_used_at: number }>()
  return new Map(results.map((row) => [row.key, row.last_used_at]))
}
