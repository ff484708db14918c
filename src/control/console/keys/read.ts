// A key as its pages need it.

import type { KeyView } from '../../api/keys/schemas.ts'
import { call, type Answer } from '../api.ts'
import type { PageContext } from '../context.ts'
import { pageUrl } from '../urls.ts'

/** Of the current month. */
export interface KeyUsage {
  readonly key_id: string | null
  readonly requests: number
  readonly refused: number
  readonly credits: number
}

/** The key that the address names. */
export function readKey(c: PageContext): Promise<Answer<KeyView>> {
  return call<KeyView>(c, 'getKey', { params: { id: c.req.param('id') ?? '' } })
}

/** A page of a key: its own, or `edit`, `rotate`, `revoke`. */
export function keyUrl(c: PageContext, id: string, part = ''): string {
  return pageUrl(c.get('organization').id, 'keys', id, part)
}

export const backToKeys = (c: PageContext) => ({
  href: pageUrl(c.get('organization').id, 'keys'),
  label: 'All keys',
})

export const backToKey = (c: PageContext, { id, name }: KeyView) => ({
  href: keyUrl(c, id),
  label: `Key “${name}”`,
})

/** What each key of the organization used this month, in one call; empty where that is not told. */
export async function usageOfMonth(c: PageContext): Promise<ReadonlyMap<string, KeyUsage>> {
  const usage = await call<{ month: readonly KeyUsage[] }>(c, 'getUsage', { query: { limit: 1 } })
  if (!usage.ok) return new Map()
  return new Map(usage.value.month.map((sums) => [sums.key_id ?? '', sums]))
}
