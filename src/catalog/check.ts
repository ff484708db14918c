// What makes a catalog wrong. Pure: a definition in, sentences out.

import { JWKS_PATH, OWN_PREFIX } from '../lib/paths.ts'
import { KIND_LIMITS, KINDS } from '../credentials/kinds.ts'
import { checkHeaders } from './check-headers.ts'
import { LEASE_MAX_MS } from '../lib/limit.ts'
import { CAPS } from './caps.ts'
import type { CatalogDefinition, Plan, Product, Route } from './shape.ts'

const IDENTIFIER = /^[a-z][a-z0-9_-]{0,63}$/
const SCOPE = /^[a-z][a-z0-9_-]*(:[a-z][a-z0-9_-]*)?$/
const SEGMENT = /^(?::[a-z][a-z0-9_]*|[A-Za-z0-9._~-]+)$/
const QUOTA_MAX = 1_000_000_000
const RESERVED_PREFIXES = [OWN_PREFIX, JWKS_PATH]

/** Every mistake in a definition, as a sentence each; empty when there is none. */
export function checkCatalog(definition: CatalogDefinition): string[] {
  const mistakes: string[] = []
  for (const scope of Object.keys(definition.scopes)) {
    if (!SCOPE.test(scope)) mistakes.push(`scope "${scope}" is not resource:action in lower case`)
  }
  const limits = checkPlans(definition, mistakes)
  for (const name of KIND_LIMITS) {
    checkQuota(name, definition[name].quota, mistakes)
    checkWindow(name, definition[name].window, mistakes)
  }
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

/** The limits that routes may name: every plan has them. */
function checkPlans({ plans, products }: CatalogDefinition, mistakes: string[]): Set<string> {
  const named = Object.entries(plans).map(([name, plan]) => {
    if (!IDENTIFIER.test(name)) mistakes.push(`plan "${name}" is not an identifier`)
    checkCaps(name, plan, mistakes)
    checkLease(name, plan, mistakes)
    return checkLimits(name, plan, mistakes)
  })
  if (named.length === 0) mistakes.push('there is no plan')
  if (new Set(named.map((names) => names.toSorted().join(' '))).size > 1) {
    mistakes.push('the plans do not have the same limits for named routes')
  }
  const used = products.flatMap(({ routes }) => routes.flatMap(({ limits = [] }) => limits))
  for (const name of named[0] ?? []) {
    if (!used.includes(name))
      mistakes.push(`limit "${name}" is for named routes, but none names it`)
  }
  return new Set(named[0])
}

/** @returns the names of those that count named routes alone. */
function checkLimits(plan: string, { limits }: Plan, mistakes: string[]): string[] {
  const names = limits.map(({ name }) => name)
  const taken: readonly string[] = KIND_LIMITS
  for (const { name, quota, window, unit = 'requests', routes } of limits) {
    const at = `${plan}.${name}`
    if (!IDENTIFIER.test(name)) mistakes.push(`limit "${name}" is not an identifier`)
    if (names.filter((other) => other === name).length > 1) {
      mistakes.push(`plan "${plan}" has more than one limit "${name}"`)
    }
    if (taken.includes(name)) mistakes.push(`limit "${at}" has the name of the catalog's own`)
    if (unit !== 'requests' && unit !== 'credits') {
      mistakes.push(`unit of "${at}" is neither requests nor credits`)
    }
    if (routes !== undefined && routes !== 'named') {
      mistakes.push(`routes of "${at}" is not 'named'`)
    }
    checkQuota(at, quota, mistakes)
    checkWindow(at, window, mistakes)
  }
  return limits.filter(({ routes }) => routes === 'named').map(({ name }) => name)
}

const CAP_NAMES: readonly string[] = Object.keys(CAPS)
const PLAN_NAMES: readonly string[] = [...CAP_NAMES, 'limits', 'lease']

function checkCaps(name: string, plan: Plan, mistakes: string[]): void {
  for (const [member, value] of Object.entries(plan)) {
    if (!PLAN_NAMES.includes(member)) mistakes.push(`plan "${name}" has unknown "${member}"`)
    if (CAP_NAMES.includes(member) && (!Number.isSafeInteger(value) || Number(value) < 1)) {
      mistakes.push(`${member} of plan "${name}" is not a whole number from 1 on`)
    }
  }
}

function checkLease(name: string, { lease }: Plan, mistakes: string[]): void {
  if (lease === undefined) return
  const most = LEASE_MAX_MS / 1000
  if (!(lease.seconds >= 0.1 && lease.seconds <= most)) {
    mistakes.push(`lease.seconds of plan "${name}" is not a number from 0.1 to ${most}`)
  }
}

function checkQuota(name: string, quota: number, mistakes: string[]): void {
  if (!Number.isSafeInteger(quota) || quota < 1 || quota > QUOTA_MAX) {
    mistakes.push(`quota of "${name}" is not a whole number from 1 to 1,000,000,000`)
  }
}

const PERIODS: readonly unknown[] = ['day', 'month', 'balance']

function checkWindow(name: string, window: number | string, mistakes: string[]): void {
  if (PERIODS.includes(window)) return
  if (!Number.isSafeInteger(window) || Number(window) < 1 || Number(window) > 3600) {
    mistakes.push(
      `window of "${name}" is not a whole number from 1 to 3,600 (seconds), nor day, month or balance`,
    )
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
  const { credits } = route
  if (credits !== undefined && (!Number.isSafeInteger(credits) || credits < 0)) {
    mistakes.push(`credits of ${name} is not a whole number from 0 on`)
  }
  for (const scope of route.scopes) {
    if (!Object.hasOwn(definition.scopes, scope))
      mistakes.push(`${name} asks for unknown scope "${scope}"`)
  }
  for (const limit of route.limits ?? []) {
    if (!limits.has(limit)) {
      mistakes.push(
        `${name} asks for limit "${limit}", which the plans do not have for named routes`,
      )
    }
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
