// A key as its pages need it.

import { call, type AnswerOf } from '../api.ts'
import type { PageContext } from '../context.ts'
import { resourcePages } from '../kit/resource-pages.ts'

export type Key = AnswerOf<'getKey'>

export const {
  url: keyUrl,
  read: readKey,
  backToAll: backToKeys,
  backToOne: backToKey,
} = resourcePages('keys', 'getKey', 'All keys', ({ name }) => `Key “${name}”`)

/** Of the current month. */
export type KeyUsage = AnswerOf<'getUsage'>['month'][number]

/** What each key of the organization used this month, in one call; empty where that is not told. */
export async function usageOfMonth(c: PageContext): Promise<ReadonlyMap<string, KeyUsage>> {
  const usage = await call(c, 'getUsage', { query: { limit: 1 } })
  return new Map(usage.ok ? usage.value.month.map((sums) => [sums.key_id ?? '', sums]) : [])
}
