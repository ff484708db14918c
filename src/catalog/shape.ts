// The shape of a deployment's catalog: products, routes, scopes and plans. It is code-reviewed data,
// checked when the Worker is built and again when it starts; a change is a deploy.

import type { Limit } from '../lib/limit.ts'
import type { Period } from '../lib/period.ts'
import { KINDS, type Kind } from '../credentials/kinds.ts'
import { CAPS, type Caps } from './caps.ts'

export { CAPS, type Caps } from './caps.ts'
export { ENVIRONMENTS } from '../credentials/kinds.ts'
export type { Environment, Kind } from '../credentials/kinds.ts'

export type Verb = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
/** A write verb, in the catalog's sense. */
export const WRITES: readonly Verb[] = ['POST', 'PUT', 'PATCH', 'DELETE']

/** So much in any window of so many seconds, 3,600 at most. */
export interface Quota {
  readonly quota: number
  readonly window: number
}

/**
 * What a plan lets a key have. A limit counts every call, each as one request or as the credits that its
 * route costs.
 */
export interface PlanLimit {
  readonly name: string
  /** Not said: requests. */
  readonly unit?: 'requests' | 'credits'
  readonly quota: number
  /** Seconds that slide, 3,600 at most; or a day or a month of the calendar, in UTC; or all there ever is. */
  readonly window: number | Period
  /** `named`: it counts the routes alone that name it in their `limits`; every plan has it then. */
  readonly routes?: 'named'
}

/** What an organization of a plan may do, and what it may have at once where that is not as in CAPS. */
export interface Plan extends Partial<Caps> {
  readonly limits: readonly PlanLimit[]
  /**
   * For how long an isolate admits a busy key's requests without asking its guard: from 0.1 to 10 seconds.
   * A change waits for it. Not said: a second, or a sixtieth of the shortest window.
   */
  readonly lease?: { readonly seconds: number }
}

export interface Route {
  /** HEAD is answered wherever GET is. */
  readonly verbs: readonly Verb[]
  /** Below the product's prefix. `:id` is one segment, `/**` the path itself and all below it. */
  readonly pattern: string
  /** Any one of these is enough; the first is the one named in a refusal. Empty: the product is. */
  readonly scopes: readonly string[]
  /** Open to publishable keys, and so to browsers: preflights are answered, CORS headers added. */
  readonly publishable?: boolean
  /** Those of the plans' limits that count only the routes which name them (`routes: 'named'`). */
  readonly limits?: readonly string[]
  /** Only with a department of the service user in `X-Approver-Department`. */
  readonly department?: 'required'
  /** `durable`: the call is on record before it is answered. */
  readonly audit?: 'durable'
  /** What a call costs of the plan's limits on credits. On record where the upstream answers 2xx. */
  readonly credits?: number
  /** Its answers may go on without end, whatever their type: they are watched like event streams. */
  readonly endless?: boolean
  /** In place of the product's. */
  readonly deadlineMs?: number
  /** false: asking costs nothing of any limit. */
  readonly spends?: false
  /** Counted by this limit and by none of the plan's. For the edge's own operations alone. */
  readonly ownLimit?: Limit
}

export interface Product {
  /** Also the assertion's audience, and the key of the `UPSTREAMS` setting. */
  readonly id: string
  /** The kinds of credential that may call it. */
  readonly accepts: readonly Kind[]
  /** In front of each pattern; forwarded as it is. */
  readonly prefix?: string
  readonly routes: readonly Route[]
  /** How long the upstream may take to answer with headers, counted from the end of the upload. */
  readonly deadlineMs?: number
  /** `request`: each assertion also binds method, path, client address and request id. */
  readonly assertion?: 'key' | 'request'
  /** Forward `Cookie`. */
  readonly cookies?: boolean
  /** It answers with 520 to 527 and 530 itself, so that only Cloudflare's own pages are taken for none. */
  readonly own52x?: boolean
  /**
   * The client's headers that go upstream, by name, instead of all that make no claim. What tells a
   * message itself (`Content-Type`, `Accept`, conditions, ranges) passes in any case.
   */
  readonly headers?: readonly string[]
  /** Let `%2F` through, for upstreams whose identifiers hold it. */
  readonly encodedSlashes?: boolean
  /** Answered by the edge itself: it has no upstream, and its scopes are grant enough. */
  readonly internal?: true
}

export interface Scope {
  readonly description: string
  /** Granted to a new secret key unless its scopes are named. */
  readonly byDefault?: boolean
}

export interface CatalogDefinition {
  readonly scopes: Readonly<Record<string, Scope>>
  /** By name; the first is that of a new organization where none is said. */
  readonly plans: Readonly<Record<string, Plan>>
  /** What publishable keys may do, per key or per key and client address, within the plan's limits. */
  readonly publishable: Quota & {
    readonly per: 'key' | 'address'
    readonly scopes: readonly string[]
  }
  readonly products: readonly Product[]
}

declare const checked: unique symbol
/** A definition that has been checked. */
export type Catalog = CatalogDefinition & { readonly [checked]: true }

/** The scopes that a new secret key holds unless they are named. */
export function defaultScopes(catalog: CatalogDefinition): string[] {
  return Object.keys(catalog.scopes).filter((name) => catalog.scopes[name]?.byDefault)
}

/** What an organization of a plan may have at once. */
export function capsOf(catalog: CatalogDefinition, plan: string): Caps {
  const { limits: _limits, lease: _lease, ...own } = catalog.plans[plan] ?? { limits: [] }
  return { ...CAPS, ...own }
}

/** The scopes that a kind of credential can hold, in the catalog's order. */
export function scopesFor(catalog: CatalogDefinition, kind: Kind): string[] {
  switch (KINDS[kind].holds.scopes) {
    case 'any':
      return Object.keys(catalog.scopes)
    case 'fixed':
      return [...catalog.publishable.scopes]
    case 'used':
      return scopesUsed(catalog, kind)
    case 'none':
      return []
  }
}

/** What publishable keys are for, in the words of their scopes: `create verification sessions`. */
export function publishablePurpose({ publishable, scopes }: CatalogDefinition): string {
  const purposes = publishable.scopes.map((name) => scopes[name]?.description ?? name)
  const words = purposes.map((one) => one.charAt(0).toLowerCase() + one.slice(1))
  return words.join(' and ') || 'call nothing'
}

/** The scopes that some route asks of a kind of credential, in the catalog's order. */
export function scopesUsed(catalog: CatalogDefinition, kind: Kind): string[] {
  const asked = new Set(
    catalog.products
      .filter(({ accepts }) => accepts.includes(kind))
      .flatMap(({ routes }) => routes.flatMap(({ scopes }) => scopes)),
  )
  return Object.keys(catalog.scopes).filter((scope) => asked.has(scope))
}

/** The scopes that a new credential of a kind holds unless they are named. */
export function scopesByDefault(catalog: CatalogDefinition, kind: Kind): string[] {
  return KINDS[kind].holds.scopes === 'any' ? defaultScopes(catalog) : scopesFor(catalog, kind)
}

/** The products that a kind of credential may be granted. */
export function productsFor(catalog: CatalogDefinition, kind: Kind): string[] {
  return catalog.products.filter((p) => p.accepts.includes(kind)).map((p) => p.id)
}
