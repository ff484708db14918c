// Usage as its page needs it: the API's sums, by what they are shown by.

import { call, type Answer } from '../api.ts'
import type { PageContext } from '../context.ts'
import type { Group } from './group.ts'
import type { Period } from './period.ts'
import { totalOf, type Counts, type Sums, type UsagePage } from './sums.ts'

export interface Narrowing extends Period {
  readonly key: string
  readonly product: string
}

/** As many as the API gives at a time; of days there are never more. */
const PAGE = 200

export interface Usage {
  /** By day the newest first, else the most requests first. */
  readonly rows: readonly Sums[]
  /** There are more than these. */
  readonly cut: boolean
  /** Of everything, also of what is not among the rows. */
  readonly total: Counts
}

/** One page of rows by key, product and day, after a cursor. */
export function usagePage(
  c: PageContext,
  narrowing: Narrowing,
  cursor: string | undefined,
): Promise<Answer<UsagePage>> {
  return call(c, 'getUsage', { query: { ...narrowing, limit: PAGE, cursor } })
}

/** The sums by a group, and what all come to: by the days, which one page always holds. */
export async function readUsage(
  c: PageContext,
  narrowing: Narrowing,
  group: Group,
): Promise<Answer<Usage>> {
  const by = (group_by: Group) =>
    call(c, 'getUsage', { query: { ...narrowing, group_by, limit: PAGE } })
  const days = await by('day')
  if (!days.ok) return days
  const found = group === 'day' ? days : await by(group)
  if (!found.ok) return found
  const { items: rows, next_cursor } = found.value
  return { ...found, value: { rows, cut: next_cursor !== null, total: totalOf(days.value.items) } }
}

/** The names of the keys of a page of sums, by their ids. */
export async function keyNames(
  c: PageContext,
  rows: readonly Sums[],
): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(rows.flatMap(({ key_id: id }) => id ?? []))]
  if (ids.length === 0) return new Map()
  const query = { ids: ids.join(','), limit: PAGE }
  const keys = await call(c, 'listKeys', { query })
  return new Map(keys.ok ? keys.value.items.map(({ id, name }) => [id, name]) : [])
}
