// Why calls were refused: counts by reason, of sums that are kept as those of usage are (sums.ts).

import type { Database } from './database.ts'
import { ofEnvironment, type UsageFilter } from './usage.ts'

/** Besides by reason. */
export const REFUSAL_GROUPS = ['key', 'product'] as const
export type RefusalGroup = (typeof REFUSAL_GROUPS)[number]

export interface Refusals {
  readonly reason: string
  /** Null: no credential was recognised. Where it was asked for. */
  readonly key_id?: string | null
  /** Null: no route of the catalog was met. Where it was asked for. */
  readonly product?: string | null
  readonly refused: number
  /** Of the newest one, Unix milliseconds. */
  readonly last_at: number
  /** The key and the product of all of them; null where there are several, or none was recognised. */
  readonly only_key_id: string | null
  readonly only_product: string | null
}

export interface FoundRefusals {
  /** The most frequent first. */
  readonly items: readonly Refusals[]
  /** There are more than `limit`. */
  readonly more: boolean
}

/** Counts of refusals from `from` to `to`, in one query of the organization's rows of these days. */
export async function refusalsBy(
  db: Database,
  by: readonly RefusalGroup[],
  filter: UsageFilter,
  limit: number,
): Promise<FoundRefusals> {
  const { organization, key, product, environment, from, to } = filter
  const column = (name: RefusalGroup): string =>
    by.includes(name) ? `nullif(r.${name}, '')` : 'NULL'
  const only = (name: RefusalGroup): string =>
    `iif(min(r.${name}) = max(r.${name}), nullif(min(r.${name}), ''), NULL)`
  const { results } = await db
    .prepare(
      `SELECT reason, ${column('key')} AS key_id, ${column('product')} AS product,
         sum(refused) AS refused, max(last_at) AS last_at, ${only('key')} AS only_key_id,
         ${only('product')} AS only_product
       FROM refusals_daily r WHERE organization = ?1 AND day BETWEEN ?2 AND ?3
         AND (?4 IS NULL OR r.key = ?4) AND (?5 IS NULL OR r.product = ?5)
         AND ${ofEnvironment('r', '?6')}
       GROUP BY 1, 2, 3 ORDER BY sum(refused) DESC, 1, 2, 3 LIMIT ?7`,
    )
    .bind(
      organization ?? '',
      from ?? '0000-00-00',
      to ?? '9999-99-99',
      key ?? null,
      product ?? null,
      environment ?? null,
      limit + 1,
    )
    .all<Required<Refusals>>()
  const items = results.slice(0, limit).map(({ key_id, product: met, ...counted }) => ({
    ...counted,
    ...(by.includes('key') && { key_id }),
    ...(by.includes('product') && { product: met }),
  }))
  return { items, more: results.length > limit }
}
