import { describe, expect, it } from 'vitest'

import { checkCatalog } from '../../src/catalog/check.ts'
import {
  defaultScopes,
  defineCatalog,
  productsFor,
  publishablePurpose,
  scopesByDefault,
  scopesFor,
  type CatalogDefinition,
  type Plan,
  type PlanLimit,
  type Product,
  type Route,
} from '../../src/catalog/define.ts'
import { shipped } from '../../src/catalog.ts'

const limit = (quota: number, window: PlanLimit['window']): PlanLimit => ({
  name: 'plan',
  quota,
  window,
})
const ROUTE: Route = { verbs: ['GET'], pattern: '/things/:id', scopes: ['things:read'] }
const PRODUCT: Product = { id: 'shop', accepts: ['secret', 'publishable'], routes: [ROUTE] }
const GOOD: CatalogDefinition = {
  scopes: { 'things:read': { description: 'Read things' }, admin: { description: 'All' } },
  plans: { free: { limits: [limit(10, 60)] }, large: { limits: [limit(99, 60)] } },
  publishable: { quota: 10, window: 60, per: 'key', scopes: ['things:read'] },
  products: [PRODUCT],
}

/** With a route like the good one, but for this. */
const route = (over: Partial<Route>): CatalogDefinition => ({
  ...GOOD,
  products: [{ ...PRODUCT, routes: [{ ...ROUTE, ...over }] }],
})
const product = (over: Partial<Product>): CatalogDefinition => ({
  ...GOOD,
  products: [{ ...PRODUCT, ...over }],
})
const routes = (...patterns: string[]): CatalogDefinition =>
  product({ routes: patterns.map((pattern) => ({ ...ROUTE, pattern })) })
const plan = (over: Partial<Plan>, name = 'free'): CatalogDefinition => ({
  ...GOOD,
  plans: { [name]: { limits: [limit(10, 60)], ...over } },
})
const ofLimit = (over: Partial<PlanLimit>): CatalogDefinition =>
  plan({ limits: [{ ...limit(10, 60), ...over }] })

describe('checkCatalog: a good one has no mistakes', () => {
  it.each<[string, CatalogDefinition]>([
    ['as above', GOOD],
    ['everything below', routes('/things/**')],
    ['the product alone', route({ scopes: [] })],
    ['open to publishable keys', route({ publishable: true })],
    [
      'a limit of the plans for named routes',
      {
        ...route({ limits: ['uploads'] }),
        plans: {
          free: { limits: [limit(10, 60), { ...limit(5, 60), name: 'uploads', routes: 'named' }] },
        },
      },
    ],
    ['a plan without any limit', plan({ limits: [] })],
    ['a day', ofLimit({ window: 'day' })],
    ['a month of credits', ofLimit({ window: 'month', unit: 'credits', quota: 1_000_000_000 })],
    ['a balance', ofLimit({ window: 'balance' })],
    [
      'plans with other limits for every call',
      { ...GOOD, plans: { free: { limits: [limit(1, 'day')] }, large: { limits: [] } } },
    ],
    ['leases of a tenth of a second', plan({ lease: { seconds: 0.1 } })],
    ['leases of ten seconds', plan({ lease: { seconds: 10 } })],
    ['caps of its own', plan({ keys: 1, serviceUsers: 2, listEntries: 3, allListEntries: 4 })],
    ['a price of nothing', route({ credits: 0 })],
    [
      'the same pattern with another verb',
      product({ routes: [ROUTE, { ...ROUTE, verbs: ['POST'] }] }),
    ],
    ['a list of headers', product({ headers: ['X-Mine', 'user-agent', 'x-tenant-id'] })],
    ['a list without content-type, which passes anyway', product({ headers: [] })],
    ['a literal beside a name', routes('/things/:id', '/things/mine', '/things/**')],
    ['the shipped one', shipped],
  ])('%s', (_case, definition) => {
    expect(checkCatalog(definition)).toStrictEqual([])
  })
})

describe('checkCatalog: no list of headers opens what is closed', () => {
  const never = 'may never pass'
  it.each([
    ...['X-Edge-Org-Id', 'X_Edge-Org-Id', 'x.edge.assertion', 'x-edge'].map((one) => [one, never]),
    ...['authorization', 'Authorization', 'X-API-Key', 'x_api_key'].map((one) => [one, never]),
    ...['x-forwarded-for', 'Forwarded', 'X_Forwarded_Host', 'x-real-ip'].map((one) => [one, never]),
    ...['connection', 'Keep-Alive', 'TE', 'transfer-encoding', 'upgrade'].map((one) => [
      one,
      never,
    ]),
    ...['cf-connecting-ip', 'CF_Ray', 'cf-access-jwt-assertion', 'x-host'].map((one) => [
      one,
      never,
    ]),
    ...['remote-user', 'ssl-client-verify', 'x-org-id', 'client-ip', 'expect'].map((one) => [
      one,
      never,
    ]),
    ...['proxy-authorization', 'X-Approver-Department', 'early-data'].map((one) => [one, never]),
    ['Cookie', 'passes with cookies: true'],
    ['x-auth-token', 'carries a secret'],
    ['api_key', 'carries a secret'],
    ['X_Mine', 'must be written as "x-mine"'],
    ['-x-mine', 'must be written as "x-mine"'],
    ['', 'is not a name of a header'],
    ['x mine', 'is not a name of a header'],
    ['x-mine:', 'is not a name of a header'],
    ['x-mïne', 'is not a name of a header'],
    ['*', 'must be written as ""'],
  ] as [string, string][])('"%s" %s', (entry, flaw) => {
    const definition = product({ headers: ['x-before', entry] })
    const mistakes = checkCatalog(definition)
    expect(mistakes).toHaveLength(1)
    expect(mistakes[0]).toContain(`product "shop": header "${entry}" ${flaw}`)
    expect(() => defineCatalog(definition)).toThrow(`header "${entry}"`)
  })

  it('nor is one there twice', () => {
    const [mistake] = checkCatalog(product({ headers: ['X-Mine', 'x-mine'] }))
    expect(mistake).toBe('product "shop": header "x-mine" is there twice')
  })
})

describe('checkCatalog: each mistake by its name', () => {
  it.each<[string, CatalogDefinition, string]>([
    [
      'scope',
      { ...GOOD, scopes: { ...GOOD.scopes, 'Things:Read': { description: '' } } },
      'scope "Things:Read" is not resource:action in lower case',
    ],
    [
      'scope with a wildcard',
      { ...GOOD, scopes: { ...GOOD.scopes, 'things:*': { description: '' } } },
      'scope "things:*" is not resource:action in lower case',
    ],
    ['no plan', { ...GOOD, plans: {} }, 'there is no plan'],
    ['a cap of nothing', plan({ keys: 0 }), 'keys of plan "free" is not a whole number from 1 on'],
    ['a cap that is none', plan({ users: 3 } as Partial<Plan>), 'plan "free" has unknown "users"'],
    ['plan name', plan({}, 'Free'), 'plan "Free" is not an identifier'],
    ['limit name', ofLimit({ name: 'a"b' }), 'limit "a"b" is not an identifier'],
    [
      'the same limit twice',
      plan({ limits: [limit(1, 60), limit(2, 3600)] }),
      'plan "free" has more than one limit "plan"',
    ],
    [
      'the name of publishable keys’ limit',
      ofLimit({ name: 'publishable' }),
      'limit "free.publishable" has the name of the catalog\'s own',
    ],
    [
      'a unit',
      ofLimit({ unit: 'euros' as 'credits' }),
      'unit of "free.plan" is neither requests nor credits',
    ],
    [
      'routes of a limit',
      ofLimit({ routes: 'all' as 'named' }),
      'routes of "free.plan" is not \'named\'',
    ],
    [
      'plans that differ in limits for named routes',
      {
        ...route({ limits: ['plan'] }),
        plans: { ...GOOD.plans, free: { limits: [{ ...limit(1, 1), routes: 'named' }] } },
      },
      'the plans do not have the same limits for named routes',
    ],
    [
      'a limit for named routes that none names',
      ofLimit({ routes: 'named' }),
      'limit "plan" is for named routes, but none names it',
    ],
    ...[0, -1, 1.5, NaN, Infinity, 1_000_000_001].map(
      (quota): [string, CatalogDefinition, string] => [
        `quota ${quota}`,
        ofLimit({ quota }),
        'quota of "free.plan" is not a whole number from 1 to 1,000,000,000',
      ],
    ),
    ...[0, -1, 0.5, NaN, 3601, 'week' as 'day'].map(
      (window): [string, CatalogDefinition, string] => [
        `window ${window}`,
        ofLimit({ window }),
        'window of "free.plan" is not a whole number from 1 to 3,600 (seconds), nor day, month or balance',
      ],
    ),
    ...[0, 0.09, 10.1, NaN].map((seconds): [string, CatalogDefinition, string] => [
      `leases of ${seconds} s`,
      plan({ lease: { seconds } }),
      'lease.seconds of plan "free" is not a number from 0.1 to 10',
    ]),
    ...[-1, 0.5, NaN].map((credits): [string, CatalogDefinition, string] => [
      `a price of ${credits}`,
      route({ credits }),
      'credits of route "GET /things/:id" is not a whole number from 0 on',
    ]),
    [
      'quota of publishable keys',
      { ...GOOD, publishable: { ...GOOD.publishable, quota: 0 } },
      'quota of "publishable" is not a whole number from 1 to 1,000,000,000',
    ],
    [
      'scope of publishable keys',
      { ...GOOD, publishable: { ...GOOD.publishable, scopes: ['gone'] } },
      'publishable keys hold unknown scope "gone"',
    ],
    ['product id', product({ id: 'My Shop' }), 'product id "My Shop" is not an identifier'],
    [
      'product twice',
      { ...GOOD, products: [PRODUCT, { ...PRODUCT, prefix: '/v2' }] },
      'product "shop" is defined twice',
    ],
    [
      'product that accepts nothing',
      product({ accepts: [] }),
      'product "shop" accepts no credential',
    ],
    ['product without routes', product({ routes: [] }), 'product "shop" has no route'],
    [
      'route twice',
      routes('/things/:id', '/things/:id'),
      'route "GET /things/:id" of "shop" is shadowed by "GET /things/:id" of "shop"',
    ],
    [
      'route twice by another name',
      routes('/things/:id', '/things/:thing'),
      'route "GET /things/:thing" of "shop" is shadowed by "GET /things/:id" of "shop"',
    ],
    [
      'route of another product',
      { ...GOOD, products: [PRODUCT, { ...PRODUCT, id: 'other' }] },
      'route "GET /things/:id" of "other" is shadowed by "GET /things/:id" of "shop"',
    ],
    ['route without verbs', route({ verbs: [] }), 'route " /things/:id" has no verb'],
    [
      'unknown scope',
      route({ scopes: ['gone'] }),
      'route "GET /things/:id" asks for unknown scope "gone"',
    ],
    [
      'inherited scope',
      route({ scopes: ['constructor'] }),
      'route "GET /things/:id" asks for unknown scope "constructor"',
    ],
    [
      'unknown limit',
      route({ limits: ['gone'] }),
      'route "GET /things/:id" asks for limit "gone", which the plans do not have for named routes',
    ],
    [
      'publishable without scope',
      route({ publishable: true, scopes: [] }),
      'route "GET /things/:id" is open to publishable keys, but none of its scopes is theirs',
    ],
    [
      'publishable with another scope',
      route({ publishable: true, scopes: ['admin'] }),
      'route "GET /things/:id" is open to publishable keys, but none of its scopes is theirs',
    ],
    [
      'publishable where they are not accepted',
      product({ accepts: ['secret'], routes: [{ ...ROUTE, publishable: true }] }),
      'route "GET /things/:id" is open to publishable keys, which "shop" does not accept',
    ],
    ...[
      'things',
      '/things/',
      '//things',
      '/a b',
      '/a%20b',
      '/a/**/b',
      '/*',
      '/a*',
      '/a/../b',
      '/./a',
      '/:Id',
      '/:',
      '/a?b',
      '/a#b',
      '/{id}',
    ].map((pattern): [string, CatalogDefinition, string] => [
      `pattern ${pattern}`,
      routes(pattern),
      `route "GET ${pattern}": segments are literals or :names, with /** only at the end`,
    ]),
    ...['/edge', '/edge/x', '/edge/**', '/.well-known/jwks.json', '/**'].map(
      (pattern): [string, CatalogDefinition, string] => [
        `reserved ${pattern}`,
        routes(pattern),
        `route "GET ${pattern}" covers paths that are the edge's own`,
      ],
    ),
    [
      'reserved through the prefix',
      product({ prefix: '/edge', routes: [{ ...ROUTE, pattern: '/x' }] }),
      `route "GET /edge/x" covers paths that are the edge's own`,
    ],
    [
      'endless that is a text',
      route({ endless: 'yes' as unknown as boolean }),
      'endless of route "GET /things/:id" is neither true nor false',
    ],
    [
      'own52x that is a text',
      product({ own52x: 'no' as unknown as boolean }),
      'own52x of "shop" is neither true nor false',
    ],
  ])('%s', (_mistake, definition, sentence) => {
    expect(checkCatalog(definition)).toContain(sentence)
    expect(() => defineCatalog(definition)).toThrow(sentence)
  })

  it('all of them at once', () => {
    const definition = { ...product({ id: 'X', accepts: [], routes: [] }), plans: {} }
    expect(checkCatalog(definition)).toHaveLength(4)
  })
})

describe('what a new credential may hold', () => {
  it('default scopes of a secret key (seed 001)', () => {
    expect(defaultScopes(shipped)).toStrictEqual([
      'sessions:read',
      'sessions:create',
      'sessions:write',
      'verifications:read',
      'identities:read',
    ])
  })

  it.each([
    ['secret', ['verifa']],
    ['publishable', ['verifa']],
    ['jwt', ['document_verification', 'aml_screening']],
    ['access_token', ['vault']],
  ] as const)('products of a %s', (kind, expected) => {
    expect(productsFor(shipped, kind)).toStrictEqual(expected)
  })

  it.each([
    ['secret', Object.keys(shipped.scopes), defaultScopes(shipped)],
    ['publishable', ['sessions:create'], ['sessions:create']],
    ['jwt', [], []],
    ['access_token', ['ingest', 'search'], ['ingest', 'search']],
  ] as const)('scopes of a %s: those that it can have, and those without a wish', (...row) => {
    const [kind, possible, without] = row
    expect([scopesFor(shipped, kind), scopesByDefault(shipped, kind)]).toStrictEqual([
      possible,
      without,
    ])
  })
})

describe('what publishable keys are for, as a refusal says it', () => {
  it.each([
    ['create verification sessions', shipped],
    ['read it and write it', catalogFor(['a:read', 'a:write'])],
    ['call nothing', catalogFor([])],
  ])('%s', (words, catalog) => {
    expect(publishablePurpose(catalog)).toBe(words)
  })
})

/** One whose publishable keys hold these scopes. */
function catalogFor(scopes: readonly string[]): CatalogDefinition {
  const described = { 'a:read': { description: 'Read it' }, 'a:write': { description: 'Write it' } }
  return { ...shipped, scopes: described, publishable: { ...shipped.publishable, scopes } }
}
