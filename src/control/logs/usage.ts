// What was used: requests, refusals and credits by key, product and day (UTC). The sums are added to in
// the events' own transaction (sums.ts), so they count each event once, and they outlive the events.

import type { Environment } from '../../catalog/define.ts'
import { ok, type Result } from '../../lib/result.ts'
import { limitOf, pageOf, readCursor, type Page, type PageOptions, type Place } from './page.ts'
import type { Database } from './database.ts'

export interface Usage {
  /** Every decision; `refused` of them were refused. */
  readonly requests: number
  readonly refused: number
  /** What was charged: the upstream answered 2xx. */
  readonly credits: number
}

/** What usage can be told apart by. */
export const GROUPS = ['day', 'key', 'product'] as const
export type Group = (typeof GROUPS)[number]

/** One sum; its groups are those that were asked for. */
export interface GroupedUsage extends Usage {
  /** Null: no credential was recognised. */
  readonly key_id?: string | null
  /** Null: no route of the catalog was met. */
  readonly product?: string | null
  /** YYYY-MM-DD, UTC. */
  readonly day?: string
}

export interface KeyUsage extends Usage {
  readonly key_id: string | null
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

const PLACE = ['string', 'number', 'string', 'string'] as const
/** Stands for no place; the query is told so. */
const FIRST: Place = ['', 0, '', '']
export const ofEnvironment = (table: string, wanted: string) =>
  `(${wanted} IS NULL OR EXISTS (SELECT 1 FROM credentials c
    WHERE c.id = ${table}.key AND c.environment = ${wanted}))`

interface Row extends Usage {
  readonly day: string
  readonly key: string
  readonly product: string
}

/**
 * A page of sums by what `by` names: by day the newest first, else the most requests first. One query
 * reads the organization's rows from `from` to `to`. What is counted meanwhile may move a sum into
 * another page, save where `by` names all three: then days that are over stand still.
 */
export async function usageBy(
  db: Database,
  by: readonly Group[],
  filter: UsageFilter,
  options: PageOptions = {},
): Promise<Result<Page<GroupedUsage>, 'cursor_invalid'>> {
  const { organization, key, product, environment, from, to } = filter
  const limit = limitOf(options)
  const after = options.cursor === undefined ? ok(FIRST) : readCursor(options.cursor, PLACE)
  if (!after.ok) return after
  const column = (name: Group): string => (by.includes(name) ? `usage_daily.${name}` : `''`)
  // The order's second part, the lower the earlier; days stand in an order that does not move.
  const rank = by.includes('day') ? '0' : '-sum(requests)'
  const { results } = await db
    .prepare(
      `SELECT * FROM (
         SELECT ${column('day')} AS day, ${column('key')} AS key, ${column('product')} AS product,
           sum(requests) AS requests, sum(refused) AS refused, sum(credits) AS credits, ${rank} AS rank
         FROM usage_daily WHERE organization = ?1 AND usage_daily.day BETWEEN ?2 AND ?3
           AND (?4 IS NULL OR usage_daily.key = ?4) AND (?5 IS NULL OR usage_daily.product = ?5)
           AND ${ofEnvironment('usage_daily', '?6')}
         GROUP BY 1, 2, 3)
       WHERE ?11 OR day < ?7 OR (day = ?7 AND (rank, key, product) > (?8, ?9, ?10))
       ORDER BY day DESC, rank, key, product LIMIT ${limit + 1}`,
    )
    .bind(
      organization ?? '',
      from ?? '0000-00-00',
      to ?? '9999-99-99',
      key ?? null,
      product ?? null,
      environment ?? null,
      ...after.value,
      Number(options.cursor === undefined),
    )
    .all<Row & { readonly rank: number }>()
  const page = pageOf(results, limit, (row) => [row.day, row.rank, row.key, row.product])
  return ok({ ...page, items: page.items.map((row) => grouped(row, by)) })
}

function grouped({ day, key, product, requests, refused, credits }: Row, by: readonly Group[]) {
  return {
    ...(by.includes('day') && { day }),
    ...(by.includes('key') && { key_id: key || null }),
    ...(by.includes('product') && { product: product || null }),
    ...{ requests, refused, credits },
  }
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
      `SELECT nullif(key, '') AS key_id, sum(requests) AS requests, sum(refused) AS refused,
         sum(credits) AS credits
       FROM usage_daily WHERE organization = ?1 AND day BETWEEN ?2 AND ?3
         AND ${ofEnvironment('usage_daily', '?4')}
       GROUP BY usage_daily.key ORDER BY usage_daily.key`,
    )
    .bind(organization ?? '', `${month}-01`, `${month}-31`, environment ?? null)
    .all<KeyUsage>()
  return results
}
