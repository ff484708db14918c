// Which scopes and products a new credential may hold: what the catalog has for its kind, and what
// its organization owns. Pure but for the refusal.

import { defaultScopes, productsFor, scopesFor, scopesUsed } from '../catalog/define.ts'
import type { Catalog } from '../catalog/define.ts'
import { KINDS, plural } from '../credentials/kinds.ts'
import type { Kind } from '../credentials/kinds.ts'
import { usage } from './answer.ts'
import { closest } from './closest.ts'

/** The scopes that are of use to a kind of credential: that some route asks of it, or that it has fixed. */
function usefulScopes(catalog: Catalog, kind: Kind): string[] {
  const fixed = KINDS[kind].holds.scopes === 'fixed'
  return fixed ? scopesFor(catalog, kind) : scopesUsed(catalog, kind)
}

/** The scopes asked for, or the default: management scopes are granted only when they are named. */
export function readScopes(
  catalog: Catalog,
  kind: Kind,
  named: readonly string[] | undefined,
): string[] {
  const possible = usefulScopes(catalog, kind)
  const rule = KINDS[kind].holds.scopes
  if (rule === 'fixed') {
    if (named?.some((scope) => !possible.includes(scope))) {
      throw usage(`${plural(kind)} hold ${possible.join(' ')} and nothing else; leave --scope out`)
    }
    return possible
  }
  if (!named || named.length === 0) {
    const defaults = new Set(defaultScopes(catalog))
    return rule === 'any' ? possible.filter((scope) => defaults.has(scope)) : possible
  }
  for (const scope of named) {
    if (possible.includes(scope)) continue
    if (Object.hasOwn(catalog.scopes, scope)) {
      throw usage(
        `--scope ${scope} is of no use to ${plural(kind)}; theirs are ${possible.join(' ')}`,
      )
    }
    throw usage(unknownWord('scope', scope, possible))
  }
  return [...new Set(named)]
}

/** The products asked for, or all that accept the kind and that the organization has. */
export function readProducts(
  catalog: Catalog,
  kind: Kind,
  named: readonly string[] | undefined,
  organization: { readonly id: string; readonly products: readonly string[] },
): string[] {
  const accepting = productsFor(catalog, kind)
  const possible = accepting.filter((product) => organization.products.includes(product))
  for (const product of named ?? []) {
    if (!catalog.products.some(({ id }) => id === product)) {
      throw usage(unknownWord('product', product, possible))
    }
    if (!accepting.includes(product)) {
      throw usage(
        `--product ${product} does not accept ${plural(kind)}; these do: ${accepting.join(' ')}`,
      )
    }
    if (!possible.includes(product)) {
      throw usage(
        `${organization.id} does not have the product ${product}; it has: ${organization.products.join(' ') || 'none'}`,
      )
    }
  }
  if (possible.length === 0) {
    throw usage(
      `${organization.id} has no product that accepts ${plural(kind)} (${accepting.join(' ')})`,
    )
  }
  return named && named.length > 0 ? [...new Set(named)] : possible
}

/** Products of a new organization: those named, or the whole catalog. */
export function readOrganizationProducts(
  catalog: Catalog,
  named: readonly string[] | undefined,
): string[] {
  const all = catalog.products.map(({ id }) => id)
  for (const product of named ?? []) {
    if (!all.includes(product)) throw usage(unknownWord('product', product, all))
  }
  return named && named.length > 0 ? [...new Set(named)] : all
}

export function readPlan(catalog: Catalog, plan: string): string {
  const plans = Object.keys(catalog.plans)
  if (!plans.includes(plan)) throw usage(unknownWord('plan', plan, plans))
  return plan
}

function unknownWord(noun: string, word: string, words: readonly string[]): string {
  const near = closest(word, words)
  const hint = near === undefined ? '' : `; did you mean ${near}?`
  return `--${noun} ${JSON.stringify(word)} is not in the catalog${hint}\nThere are: ${words.join(' ') || 'none'}`
}
