// How far a key reaches, dimension by dimension, and whether one key's reach holds another's.

import type { Catalog, Environment } from '../../../catalog/define.ts'
import type { KindLimit } from '../../../credentials/kinds.ts'
import { uncoveredAddress } from '../../../lists/address-cover.ts'
import { uncoveredOrigin } from '../../../lists/origin-cover.ts'

/** All that a key grants to whoever has it. */
export interface Extent {
  readonly environment: Environment
  readonly scopes: readonly string[]
  readonly products: readonly string[]
  /** Unix milliseconds; null: it has no end. */
  readonly expiresAt: number | null
  /** null: from everywhere; empty: from nowhere. */
  readonly ips: readonly string[] | null
  readonly origins: readonly string[] | null
  /** Requests per window by limit name, as they count: its own, else those of the plan. */
  readonly quotas: Readonly<Record<string, number>>
}

/** What is not within, named by its field, and what would be. */
export interface Beyond {
  readonly field: string
  readonly sentence: string
}

/** The quotas that count for a key of a plan, and of a kind that has `further` limits. */
export function quotasInForce(
  catalog: Catalog,
  plan: string,
  further: readonly KindLimit[],
  own: Readonly<Record<string, number>>,
): Record<string, number> {
  const limits = catalog.plans[plan]?.limits.map(({ name, quota }) => [name, quota]) ?? []
  const others = further.map((name) => [name, catalog[name].quota])
  const known = Object.fromEntries([...limits, ...others]) as Record<string, number>
  return { ...known, ...own }
}

/** The first dimension in which `inner` reaches further than `outer`; undefined: in none. */
export function beyond(outer: Extent, inner: Extent): Beyond | undefined {
  if (inner.environment !== outer.environment) {
    return {
      field: 'environment',
      sentence: `a ${outer.environment} key manages ${outer.environment} keys only`,
    }
  }
  const scope = inner.scopes.find((one) => !outer.scopes.includes(one))
  if (scope !== undefined) return lacking('scopes', scope)
  const product = inner.products.find((one) => !outer.products.includes(one))
  if (product !== undefined) return lacking('products', product)
  return endsLater(outer, inner) ?? reachesFurther(outer, inner) ?? spendsMore(outer, inner)
}

const lacking = (field: string, what: string): Beyond => ({
  field,
  sentence: `this key does not hold ${what} itself`,
})

function endsLater(outer: Extent, inner: Extent): Beyond | undefined {
  if (outer.expiresAt === null) return undefined
  if (inner.expiresAt !== null && inner.expiresAt <= outer.expiresAt) return undefined
  return {
    field: 'expires_at',
    sentence: `must be at most ${outer.expiresAt}, when this key itself ends`,
  }
}

function reachesFurther(outer: Extent, inner: Extent): Beyond | undefined {
  if (outer.ips !== null) {
    const where = 'this key itself is confined to a list of addresses'
    if (inner.ips === null) return { field: 'ips', sentence: `must be a list, as ${where}` }
    const outside = uncoveredAddress(outer.ips, inner.ips)
    if (outside !== undefined) return { field: 'ips', sentence: `${outside} is outside; ${where}` }
  }
  if (outer.origins === null) return undefined
  const where = 'this key itself is confined to a list of origins'
  if (inner.origins === null) return { field: 'origins', sentence: `must be a list, as ${where}` }
  const outside = uncoveredOrigin(outer.origins, inner.origins)
  if (outside === undefined) return undefined
  return { field: 'origins', sentence: `${outside} is outside; ${where}` }
}

function spendsMore(outer: Extent, inner: Extent): Beyond | undefined {
  for (const [name, quota] of Object.entries(inner.quotas)) {
    const own = outer.quotas[name]
    if (own !== undefined && quota > own) {
      return {
        field: `quotas.${name}`,
        sentence: `must be given and at most ${own}, this key's own`,
      }
    }
  }
  return undefined
}
