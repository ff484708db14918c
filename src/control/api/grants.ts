// What an actor may hand out: scopes and products that exist, that the organization has, and that a
// key holds itself. No key grants beyond its own; operators and administrators hold nothing, and may
// grant all that the organization has.

import { defaultScopes, productsFor } from '../../catalog/define.ts'
import type { Catalog, Kind } from '../../catalog/define.ts'
import type { ControlContext } from './context.ts'
import { invalid, notFound, Problem } from './problem.ts'

/**
 * The scopes of a new or changed key; what is not named is as a new key has it. A publishable key
 * holds all of its kind's, of which those in `kept` are there already.
 */
export function grantScopes(
  { edge, actor }: ControlContext,
  kind: Kind,
  asked: readonly string[] | undefined,
  kept: readonly string[] = [],
): string[] {
  const { catalog } = edge
  const held = actor.type === 'key' ? actor.key.principal.scopes : undefined
  if (kind === 'publishable') {
    const own = [...catalog.publishable.scopes]
    if (asked && !sameSet(asked, own)) {
      throw invalid('scopes', `publishable keys hold ${own.join(', ')} and nothing else`)
    }
    const lacking = own.filter((scope) => held && !held.has(scope) && !kept.includes(scope))
    if (lacking.length === 0) return own
    throw new Problem(
      403,
      'grant_beyond_own',
      `scopes: publishable keys hold ${lacking.join(', ')}, which this key does not hold itself`,
    )
  }
  if (kind === 'jwt' && asked && asked.length > 0) {
    throw invalid('scopes', 'JWT keys hold products, not scopes')
  }
  const ofTokens = kind === 'access_token' ? tokenScopes(catalog) : undefined
  const scopes = asked ?? ofTokens ?? (kind === 'secret' ? defaultScopes(catalog) : [])
  const useless = ofTokens && scopes.find((scope) => !ofTokens.includes(scope))
  if (useless !== undefined) {
    throw invalid(
      'scopes',
      `${useless} is none that access tokens hold; choose of ${ofTokens?.join(', ')}`,
    )
  }
  const unknown = scopes.find((scope) => !Object.hasOwn(catalog.scopes, scope))
  if (unknown !== undefined) throw invalid('scopes', `there is no scope ${unknown}`)
  const beyond = scopes.find((scope) => held && !held.has(scope))
  if (beyond === undefined) return [...new Set(scopes)]
  if (!asked) return scopes.filter((scope) => held?.has(scope))
  throw new Problem(403, 'grant_beyond_own', `scopes: this key does not hold ${beyond} itself`)
}

/** The products of a new or changed key, within the organization's and the actor's own. */
export async function grantProducts(
  { edge, actor }: ControlContext,
  organization: string,
  kind: Kind,
  asked: readonly string[] | undefined,
): Promise<string[]> {
  const possible = productsFor(edge.catalog, kind)
  const had = await organizationProducts(edge.bindings.DB, organization)
  const held = actor.type === 'key' ? actor.key.principal.products : undefined
  if (asked === undefined) {
    if (kind === 'jwt') throw invalid('products', `choose one or more of ${possible.join(', ')}`)
    const granted = possible.filter((one) => had.has(one) && (!held || held.has(one)))
    if (kind !== 'publishable' || !held || granted.length > 0) return granted
    throw new Problem(
      403,
      'grant_beyond_own',
      `products: publishable keys call ${possible.join(', ')}, which this key does not hold itself`,
    )
  }
  for (const product of asked) {
    if (!edge.products.has(product)) throw invalid('products', `there is no product ${product}`)
    if (kind !== 'secret' && !possible.includes(product)) {
      throw invalid(
        'products',
        `${product} does not accept this kind of key; choose of ${possible.join(', ')}`,
      )
    }
    if (!had.has(product)) {
      throw new Problem(
        403,
        'grant_beyond_own',
        `products: the organization does not have ${product}`,
      )
    }
    if (held && !held.has(product)) {
      throw new Problem(
        403,
        'grant_beyond_own',
        `products: this key does not hold ${product} itself`,
      )
    }
  }
  return [...new Set(asked)]
}

/** The scopes that some route of an access-token product asks for, in the catalog's order. */
export function tokenScopes(catalog: Catalog): string[] {
  const asked = new Set(
    catalog.products
      .filter(({ accepts }) => accepts.includes('access_token'))
      .flatMap(({ routes }) => routes.flatMap(({ scopes }) => scopes)),
  )
  return Object.keys(catalog.scopes).filter((scope) => asked.has(scope))
}

async function organizationProducts(db: D1Database, id: string): Promise<Set<string>> {
  const row = await db
    .withSession('first-primary')
    .prepare('SELECT products FROM organizations WHERE id = ?1')
    .bind(id)
    .first<{ products: string }>()
  if (!row) throw notFound('organization')
  return new Set(JSON.parse(row.products) as string[])
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one) => b.includes(one))
}
