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
  type Product,
  type Route,
} from '../../src/catalog/define.ts'
import { shipped } from '../../src/catalog.ts'

const ROUTE: Route = { verbs: ['GET'], pattern: '/things/:id', scopes: ['things:read'] }
const PRODUCT: Product = { id: 'shop', accepts: ['secret', 'publishable'], routes: [ROUTE] }
const GOOD: CatalogDefinition = {
  scopes: { 'things:read': { description: 'Read things' }, admin: { description: 'All' } },
  plans: {
    free: { plan: { quota: 10, windowSeconds: 60 } },
    large: { plan: { quota: 99, windowSeconds: 60 } },
  },
  publishable: { quota: 10, windowSeconds: 60, per: 'key', scopes: ['things:read'] },
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
const plan = (quota: number, windowSeconds: number): CatalogDefinition => ({
  ...GOOD,
  plans: { free: { plan: { quota, windowSeconds } } },
})

describe('checkCatalog: a good one has no mistakes', () => {
  it.each<[string, CatalogDefinition]>([
    ['as above', GOOD],
    ['everything below', routes('/things/**')],
    ['the product alone', route({ scopes: [] })],
    ['open to publishable keys', route({ publishable: true })],
    ['a limit of the plans', route({ limits: ['plan'] })],
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
    ['caps of no plan', { ...GOOD, caps: { none: {} } }, 'caps of "none", which is no plan'],
    [
      'a cap of nothing',
      { ...GOOD, caps: { [Object.keys(GOOD.plans)[0] ?? '']: { keys: 0 } } },
      `caps.${Object.keys(GOOD.plans)[0]}.keys is not a whole number from 1 on`,
    ],
    [
      'plan name',
      { ...GOOD, plans: { Free: { plan: { quota: 1, windowSeconds: 1 } } } },
      'plan "Free" is not an identifier',
    ],
    [
      'plan without its limit',
      { ...GOOD, plans: { free: { other: { quota: 1, windowSeconds: 1 } } } },
      'plan "free" has no limit named "plan"',
    ],
    [
      'limit name',
      {
        ...GOOD,
        plans: {
          free: { plan: { quota: 1, windowSeconds: 1 }, 'a"b': { quota: 1, windowSeconds: 1 } },
        },
      },
      'limit "a"b" is not an identifier',
    ],
    [
      'plans that differ in limits',
      {
        ...GOOD,
        plans: {
          ...GOOD.plans,
          free: { plan: { quota: 1, windowSeconds: 1 }, more: { quota: 1, windowSeconds: 1 } },
        },
      },
      'the plans do not name the same limits',
    ],
    ...[0, -1, 1.5, NaN, Infinity, 10_000_001].map((quota): [string, CatalogDefinition, string] => [
      `quota ${quota}`,
      plan(quota, 60),
      'quota of "free.plan" is not a whole number from 1 to 10,000,000',
    ]),
    ...[0, -1, 0.5, NaN, 3601].map((seconds): [string, CatalogDefinition, string] => [
      `window ${seconds}`,
      plan(1, seconds),
      'windowSeconds of "free.plan" is not a whole number from 1 to 3,600',
    ]),
    [
      'quota of publishable keys',
      { ...GOOD, publishable: { ...GOOD.publishable, quota: 0 } },
      'quota of "publishable" is not a whole number from 1 to 10,000,000',
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
      'route "GET /things/:id" asks for limit "gone", which no plan has',
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
