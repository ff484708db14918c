// Usage as its page needs it: the API's sums by key, product and day, read page by page.

import type { KeyView } from '../../control/keys/read.ts'
import { call } from '../api.ts'
import type { Answer } from '../api.ts'
import type { PageContext } from '../context.ts'
import type { Period } from './period.ts'

/** A row as getUsage answers it. */
export interface Sums {
  readonly key_id: string | null
  readonly product: string | null
  /** YYYY-MM-DD, UTC. */
  readonly day: string
  readonly requests: number
  readonly refused: number
  readonly credits: number
}

interface UsagePage {
  readonly items: readonly Sums[]
  readonly next_cursor: string | null
}

export interface Narrowing extends Period {
  readonly key: string
  readonly product: string
}

const PAGE = 200
/** Rows that a page is made of at most: each page of the API is a question to the database. */
const ROWS_MAX = 20 * PAGE

export interface Usage {
  /** Newest day first. */
  readonly rows: readonly Sums[]
  /** There are older rows than could be read. */
  readonly cut: boolean
}

/** One page of rows after a cursor. */
export function usagePage(
  c: PageContext,
  narrowing: Narrowing,
  cursor: string | undefined,
): Promise<Answer<UsagePage>> {
  const query = { ...narrowing, limit: PAGE, cursor }
  return call<UsagePage>(c, 'getUsage', { query })
}

/** All rows that match, ROWS_MAX at most; of a day that was cut off, none. */
export async function readUsage(c: PageContext, narrowing: Narrowing): Promise<Answer<Usage>> {
  const rows: Sums[] = []
  let cursor: string | undefined
  for (;;) {
    const found = await usagePage(c, narrowing, cursor)
    if (!found.ok) return found
    rows.push(...found.value.items)
    cursor = found.value.next_cursor ?? undefined
    if (cursor === undefined) return { ...found, value: { rows, cut: false } }
    if (rows.length < ROWS_MAX) continue
    const last = rows.at(-1)?.day
    return { ...found, value: { rows: rows.filter(({ day }) => day !== last), cut: true } }
  }
}

const NAMES_MAX = 200

/** The names of the newest keys by their ids; a key without one here is shown by its id. */
export async function keyNames(c: PageContext): Promise<ReadonlyMap<string, string>> {
  const keys = await call<{ items: readonly KeyView[] }>(c, 'listKeys', {
    query: { limit: NAMES_MAX },
  })
  return new Map(keys.ok ? keys.value.items.map(({ id, name }) => [id, name]) : [])
}
