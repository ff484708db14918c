// What makes a catalog wrong. Pure: a definition in, sentences out.

import { JWKS_PATH, OWN_PREFIX } from '../lib/paths.ts'
import { KIND_LIMITS, KINDS } from '../credentials/kinds.ts'
import { checkHeaders } from './check-headers.ts'
import type { CatalogDefinition, Product, Quota, Route } from './shape.ts'

const IDENTIFIER = /^[a-z][a-z0-9_-]{0,63}$/
const SCOPE = /^[a-z][a-z0-9_-]*(:[a-z][a-z0-9_-]*)?$/
const SEGMENT = /^(?::[a-z][a-z0-9_]*|[A-Za-z0-9._~-]+)$/
const RESERVED_PREFIXES = [OWN_PREFIX, JWKS_PATH]

/** Every mistake in a definition, as a sentence each; empty when there is none. */
export function checkCatalog(definition: CatalogDefinition): string[] {
  const mistakes: string[] = []
  for (const scope of Object.keys(definition.scopes)) {
    if (!SCOPE.test(scope)) mistakes.push(`scope "${scope}" is not resource:action in lower case`)
  }
  const limits = checkPlans(definition, mistakes)
  checkCaps(definition, mistakes)
  for (const name of KIND_LIMITS) checkQuota(name, definition[name], mistakes)
  for (const scope of definition.publishable.scopes) {
    if (!Object.hasOwn(definition.scopes, scope))
      mistakes.push(`publishable keys hold unknown scope "${scope}"`)
  }
  const seenProducts = new Set<string>()
  const seenRoutes = new Map<string, string>()
  for (const product of definition.products) {
    if (!IDENTIFIER.test(product.id))
      mistakes.push(`product id "${product.id}" is not an identifier`)
    if (seenProducts.has(product.id)) mistakes.push(`product "${product.id}" is defined twice`)
    seenProducts.add(product.id)
    if (product.internal)
      mistakes.push(`product "${product.id}" is internal: only the edge's own is`)
    if (!['boolean', 'undefined'].includes(typeof product.own52x)) {
      mistakes.push(`own52x of "${product.id}" is neither true nor false`)
    }
    if (product.accepts.length === 0) mistakes.push(`product "${product.id}" accepts no credential`)
    if (product.routes.length === 0) mistakes.push(`product "${product.id}" has no route`)
    mistakes.push(...checkHeaders(product))
    for (const route of product.routes) {
      checkRoute(definition, product, route, limits, mistakes)
      for (const verb of route.verbs) {
        const name = `${verb} ${fullPattern(product, route)}`
        const shape = name.replace(/:[^/]+/g, ':')
        const earlier = seenRoutes.get(shape)
        if (earlier) mistakes.push(`route "${name}" of "${product.id}" is shadowed by ${earlier}`)
        else seenRoutes.set(shape, `"${name}" of "${product.id}"`)
      }
    }
  }
  return mistakes
}

/** The pattern as requests meet it: the product's prefix and the route's pattern. */
export function fullPattern(product: Product, route: Route): string {
  return (product.prefix ?? '') + route.pattern
}

function checkPlans(definition: CatalogDefinition, mistakes: string[]): Set<string> {
  const names = Object.entries(definition.plans).map(([plan, quotas]) => {
    if (!IDENTIFIER.test(plan)) mistakes.push(`plan "${plan}" is not an identifier`)
    if (!quotas['plan']) mistakes.push(`plan "${plan}" has no limit named "plan"`)
    for (const [name, quota] of Object.entries(quotas)) {
      if (!IDENTIFIER.test(name)) mistakes.push(`limit "${name}" is not an identifier`)
      checkQuota(`${plan}.${name}`, quota, mistakes)
    }
    return Object.keys(quotas).toSorted().join(' ')
  })
  if (names.length === 0) mistakes.push('there is no plan')
  if (new Set(names).size > 1) mistakes.push('the plans do not name the same limits')
  return new Set(names[0]?.split(' '))
}

const CAP_NAMES: readonly string[] = ['keys', 'serviceUsers', 'listEntries', 'allListEntries']

function checkCaps({ plans, caps = {} }: CatalogDefinition, mistakes: string[]): void {
  for (const [plan, own] of Object.entries(caps)) {
    if (!Object.hasOwn(plans, plan)) mistakes.push(`caps of "${plan}", which is no plan`)
    for (const [name, cap] of Object.entries(own)) {
      if (!CAP_NAMES.includes(name)) mistakes.push(`caps of "${plan}" name unknown "${name}"`)
      if (!Number.isSafeInteger(cap) || cap < 1) {
        mistakes.push(`caps.${plan}.${name} is not a whole number from 1 on`)
      }
    }
  }
}

function checkQuota(name: string, { quota, windowSeconds }: Quota, mistakes: string[]): void {
  if (!Number.isSafeInteger(quota) || quota < 1 || quota > 10_000_000) {
    mistakes.push(`quota of "${name}" is not a whole number from 1 to 10,000,000`)
  }
  if (!Number.isSafeInteger(windowSeconds) || windowSeconds < 1 || windowSeconds > 3600) {
    mistakes.push(`windowSeconds of "${name}" is not a whole number from 1 to 3,600`)
  }
}

function checkRoute(
  definition: CatalogDefinition,
  product: Product,
  route: Route,
  limits: ReadonlySet<string>,
  mistakes: string[],
): void {
  const pattern = fullPattern(product, route)
  const name = `route "${route.verbs.join('|')} ${pattern}"`
  const body = pattern.endsWith('/**') ? pattern.slice(0, -3) : pattern
  const segments = body.split('/').slice(1)
  if (!pattern.startsWith('/') || segments.some((s) => !SEGMENT.test(s) || /^\.\.?$/.test(s))) {
    mistakes.push(`${name}: segments are literals or :names, with /** only at the end`)
  }
  if (RESERVED_PREFIXES.some((r) => body === r || body.startsWith(`${r}/`) || body === '')) {
    mistakes.push(`${name} covers paths that are the edge's own`)
  }
  if (!['boolean', 'undefined'].includes(typeof route.endless)) {
    mistakes.push(`endless of ${name} is neither true nor false`)
  }
  if (route.ownLimit) mistakes.push(`${name} has a limit of its own: only the edge's own routes do`)
  if (route.verbs.length === 0) mistakes.push(`${name} has no verb`)
  for (const scope of route.scopes) {
    if (!Object.hasOwn(definition.scopes, scope))
      mistakes.push(`${name} asks for unknown scope "${scope}"`)
  }
  for (const limit of route.limits ?? []) {
    if (!limits.has(limit)) mistakes.push(`${name} asks for limit "${limit}", which no plan has`)
  }
  if (route.publishable) {
    if (!route.scopes.some((s) => definition.publishable.scopes.includes(s))) {
      mistakes.push(`${name} is open to publishable keys, but none of its scopes is theirs`)
    }
    if (!product.accepts.some((kind) => KINDS[kind].routes === 'open')) {
      mistakes.push(`${name} is open to publishable keys, which "${product.id}" does not accept`)
    }
  }
}
