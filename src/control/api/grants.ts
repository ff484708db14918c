// What an actor may hand out: scopes and products that exist, that the organization has, and that a
// key holds itself. No key grants beyond its own; operators and administrators hold nothing, and may
// grant all that the organization has.

import { productsFor, scopesByDefault, scopesFor } from '../../catalog/define.ts'
import { KINDS, plural, type Kind } from '../../credentials/kinds.ts'
import type { ControlContext } from './context.ts'
import { invalid, notFound, problemAt } from './problem.ts'
import { sameSet } from '../../lib/same-set.ts'

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
  const held = actor.type === 'key' ? new Set(actor.key.scopes) : undefined
  const rule = KINDS[kind].holds.scopes
  if (rule === 'fixed') {
    const own = [...catalog.publishable.scopes]
    if (asked && !sameSet(asked, own)) {
      throw invalid('scopes', `${plural(kind)} hold ${own.join(', ')} and nothing else`)
    }
    const lacking = own.filter((scope) => held && !held.has(scope) && !kept.includes(scope))
    if (lacking.length === 0) return own
    throw problemAt(
      'scopes',
      'grant_beyond_own',
      `${plural(kind)} hold ${lacking.join(', ')}, which this key does not hold itself`,
    )
  }
  if (rule === 'none' && asked && asked.length > 0) {
    throw invalid('scopes', `${plural(kind)} hold products, not scopes`)
  }
  const scopes = asked ?? scopesByDefault(catalog, kind)
  const possible = scopesFor(catalog, kind)
  const useless = rule === 'used' && scopes.find((scope) => !possible.includes(scope))
  if (typeof useless === 'string') {
    throw invalid(
      'scopes',
      `${useless} is none that ${plural(kind)} hold; choose of ${possible.join(', ')}`,
    )
  }
  const unknown = scopes.find((scope) => !Object.hasOwn(catalog.scopes, scope))
  if (unknown !== undefined) throw invalid('scopes', `there is no scope ${unknown}`)
  const beyond = scopes.find((scope) => held && !held.has(scope))
  if (beyond === undefined) return [...new Set(scopes)]
  if (!asked) return scopes.filter((scope) => held?.has(scope))
  throw problemAt('scopes', 'grant_beyond_own', `this key does not hold ${beyond} itself`)
}

/** The products of a new or changed key, within the organization's and the actor's own. */
export async function grantProducts(
  { edge, actor }: ControlContext,
  organization: string,
  kind: Kind,
  asked: readonly string[] | undefined,
): Promise<string[]> {
  const rule = KINDS[kind].holds.products
  const possible = productsFor(edge.catalog, kind)
  const had = await organizationProducts(edge.bindings.DB, organization)
  const held = actor.type === 'key' ? new Set(actor.key.products) : undefined
  if (asked === undefined) {
    if (rule === 'signed') throw invalid('products', `choose one or more of ${possible.join(', ')}`)
    const granted = possible.filter((one) => had.has(one) && (!held || held.has(one)))
    // Elsewhere a key of no product is of use for its scopes, or refused where it is made.
    if (KINDS[kind].holds.scopes !== 'fixed' || !held || granted.length > 0) return granted
    throw problemAt(
      'products',
      'grant_beyond_own',
      `${plural(kind)} call ${possible.join(', ')}, which this key does not hold itself`,
    )
  }
  for (const product of asked) {
    if (!edge.products.has(product)) throw invalid('products', `there is no product ${product}`)
    if (rule !== 'any' && !possible.includes(product)) {
      throw invalid(
        'products',
        `${product} does not accept this kind of key; choose of ${possible.join(', ')}`,
      )
    }
    if (!had.has(product)) {
      throw problemAt('products', 'grant_beyond_own', `the organization does not have ${product}`)
    }
    if (held && !held.has(product)) {
      throw problemAt('products', 'grant_beyond_own', `this key does not hold ${product} itself`)
    }
  }
  return [...new Set(asked)]
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
