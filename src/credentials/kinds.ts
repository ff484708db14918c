// The kinds of credential, each decided here once, in every respect in which kinds differ. The gate, the
// API, the console and the command read this table; none of them compares a kind with a word. What a new
// kind still needs besides is named by the compiler (the console's sentences) or by a test (schema.sql).

import { SPELLED } from '../lib/header-names.ts'

export const ENVIRONMENTS = ['live', 'sandbox'] as const
export type Environment = (typeof ENVIRONMENTS)[number]

/** How a credential is presented: the header, and what stands in front of the value there. */
export const SCHEMES = {
  ApiKey: { header: SPELLED.apiKey, before: '' },
  Bearer: { header: SPELLED.authorization, before: 'Bearer ' },
} as const
export type Scheme = keyof typeof SCHEMES
export const SCHEME_NAMES = Object.keys(SCHEMES) as readonly Scheme[]

/** What a kind is. The order of the members is that in which the gate comes to need them. */
export interface KindRule {
  /**
   * What a presented string shows by itself: that its keyed tag is ours, and then the rest of the digest
   * names the record; or that it is a JWT with a trusted issuer's signature. `mark` stands between brand
   * and environment in such a string: `vk_pub_live_…`. Each kind has its own; one kind is the JWT.
   */
  readonly proof: { readonly by: 'digest'; readonly mark: string } | { readonly by: 'signature' }
  readonly scheme: Scheme
  /** The guard may be asked while the record is still being read. Not where the quota is small. */
  readonly earlyDebit: boolean
  /** Keys minted elsewhere, known by their SHA-256, may be of this kind; they come in `X-API-Key`. */
  readonly importable: boolean
  /**
   * In a browser, which `Sec-Fetch-Site` and `Origin` tell of. `refuse`: it has leaked. `require`: it has
   * an origin list, and where there are entries the page's origin must be on it. `allow`: nothing is asked.
   */
  readonly browser: 'refuse' | 'require' | 'allow'
  /** `open`: only routes that the catalog opens to browsers (`Route.publishable`). */
  readonly routes: 'all' | 'open'
  /** The catalog's limit that holds for this kind besides the plan's; null: none. */
  readonly limit: 'publishable' | null
  /** Of a service user, it acts for that one's departments and ends with it. */
  readonly owner: 'organization' | 'service_user'
  /** It may call the management API, with the scopes for it. */
  readonly manages: boolean
  readonly holds: {
    /**
     * `any`: of the catalog, without a wish the default ones. `used`: those that a route of a product for
     * this kind asks, without a wish all. `fixed`: the catalog's for publishable keys, all of them.
     * `none`: its products are grant enough.
     */
    readonly scopes: 'any' | 'used' | 'fixed' | 'none'
    /**
     * `any`: of the organization. `accepting`: those that accept the kind. `signed`: those besides, named
     * when it is made, in the signed value itself, which only a rotation can add to; so is its end.
     */
    readonly products: 'any' | 'accepting' | 'signed'
  }
  /** One of them, as sentences and pages call it; `s` behind it makes the plural. */
  readonly noun: string
}

export const KINDS = {
  secret: {
    proof: { by: 'digest', mark: '' },
    scheme: 'ApiKey',
    earlyDebit: true,
    importable: true,
    browser: 'refuse',
    routes: 'all',
    limit: null,
    owner: 'organization',
    manages: true,
    holds: { scopes: 'any', products: 'any' },
    noun: 'secret key',
  },
  publishable: {
    proof: { by: 'digest', mark: 'pub' },
    scheme: 'ApiKey',
    earlyDebit: false,
    importable: true,
    browser: 'require',
    routes: 'open',
    limit: 'publishable',
    owner: 'organization',
    manages: false,
    holds: { scopes: 'fixed', products: 'accepting' },
    noun: 'publishable key',
  },
  jwt: {
    proof: { by: 'signature' },
    scheme: 'Bearer',
    earlyDebit: true,
    importable: false,
    browser: 'allow',
    routes: 'all',
    limit: null,
    owner: 'organization',
    manages: true,
    holds: { scopes: 'none', products: 'signed' },
    noun: 'JWT key',
  },
  access_token: {
    proof: { by: 'digest', mark: 'tok' },
    scheme: 'Bearer',
    earlyDebit: true,
    importable: false,
    browser: 'allow',
    routes: 'all',
    limit: null,
    owner: 'service_user',
    manages: false,
    holds: { scopes: 'used', products: 'accepting' },
    noun: 'access token',
  },
} as const satisfies Record<string, KindRule>

export type Kind = keyof typeof KINDS
export const KIND_NAMES = Object.keys(KINDS) as readonly Kind[]

/** The kinds whose member `M` is `V`. */
export type KindsWith<M extends keyof KindRule, V> = {
  [K in Kind]: (typeof KINDS)[K][M] extends V ? K : never
}[Kind]

/** The kinds whose member has this value, in the table's order. */
export function kindsWith<M extends keyof KindRule, const V extends KindRule[M]>(
  member: M,
  value: V,
): readonly KindsWith<M, V>[] {
  const has = (kind: Kind): kind is KindsWith<M, V> => KINDS[kind][member] === value
  return KIND_NAMES.filter(has)
}

/** The kinds whose value is a string of ours, not a JWT. */
export type OpaqueKind = KindsWith<'proof', { readonly by: 'digest' }>

export const OPAQUE_KINDS = KIND_NAMES.filter((kind) => !isSigned(kind)) as readonly OpaqueKind[]

/** For patterns: the marks that there are, `pub|tok`. */
export const MARK_WORDS = OPAQUE_KINDS.map((kind) => KINDS[kind].proof.mark)
  .filter((mark) => mark !== '')
  .join('|')

export type SignedKind = Exclude<Kind, OpaqueKind>
/** The kind that verified JWTs are of. */
export const SIGNED_KIND: SignedKind = 'jwt'

/** The kind that service users call with. */
export const TOKEN_KIND: KindsWith<'owner', 'service_user'> = 'access_token'

/** Whether the value is a JWT, which says its products and its end itself. */
export function isSigned(kind: Kind): kind is SignedKind {
  return KINDS[kind].proof.by === 'signature'
}

/** Whether credentials of the kind have an origin list; others have none. */
export function hasOrigins(kind: Kind): boolean {
  return KINDS[kind].browser === 'require'
}

/** Whether scopes are chosen for each credential of the kind. */
export function hasChosenScopes(kind: Kind): boolean {
  const { scopes } = KINDS[kind].holds
  return scopes === 'any' || scopes === 'used'
}

/** How sentences call several of one kind: `access tokens`. */
export function plural(kind: Kind): string {
  return `${KINDS[kind].noun}s`
}

/** `secret keys and JWT keys`. */
export function plurals(kinds: readonly Kind[]): string {
  return kinds.map(plural).join(' and ')
}

/** The header in which a value is presented, and what it holds then. */
export function presentation(
  scheme: Scheme,
  value: string,
): readonly [header: string, text: string] {
  const { header, before } = SCHEMES[scheme]
  return [header, before + value]
}

export type KindLimit = NonNullable<(typeof KINDS)[Kind]['limit']>

/** The catalog's limits that hold for a kind besides the plan's. */
export function limitsOf(kind: Kind): readonly KindLimit[] {
  const { limit } = KINDS[kind]
  return limit === null ? [] : [limit]
}

/** Those of all kinds. */
export const KIND_LIMITS: readonly KindLimit[] = [...new Set(KIND_NAMES.flatMap(limitsOf))]

export const WITH_ORIGINS = KIND_NAMES.filter(hasOrigins)
/** Why a key of another kind gets no origin list. */
export const ONLY_SOME_HAVE_ORIGINS = `only ${plurals(WITH_ORIGINS)} have an origin list`
