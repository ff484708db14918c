import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { fullPattern } from '../../src/catalog/check.ts'
import { defineCatalog } from '../../src/catalog/define.ts'
import { compileRoutes } from '../../src/catalog/match.ts'
import { shipped } from '../../src/catalog.ts'

const table = compileRoutes(shipped)
const match = (method: string, path: string) => table.match(method, path)?.pattern

describe('the shipped catalog: method and path to one row', () => {
  it.each([
    ['POST', '/api/v1/sessions', '/api/v1/sessions'],
    ['GET', '/api/v1/sessions', '/api/v1/sessions/**'],
    ['HEAD', '/api/v1/sessions', '/api/v1/sessions/**'],
    ['GET', '/api/v1/sessions/s_1', '/api/v1/sessions/**'],
    ['GET', '/api/v1/sessions/s_1/events/e_1', '/api/v1/sessions/**'],
    ['GET', '/api/v1/sessions/s_1/result', '/api/v1/sessions/:id/result'],
    ['GET', '/api/v1/sessions/s_1/documents', '/api/v1/sessions/:id/documents/**'],
    ['GET', '/api/v1/sessions/s_1/documents/d/page', '/api/v1/sessions/:id/documents/**'],
    ['GET', '/api/v1/sessions/s_1/result/more', '/api/v1/sessions/**'],
    ['POST', '/api/v1/sessions/s_1/documents', '/api/v1/sessions/:id/documents'],
    ['POST', '/api/v1/sessions/s_1/documents/d', '/api/v1/sessions/:id/**'],
    ['POST', '/api/v1/sessions/s_1/expire', '/api/v1/sessions/:id/**'],
    ['PATCH', '/api/v1/sessions/s_1', '/api/v1/sessions/:id/**'],
    ['DELETE', '/api/v1/sessions/s_1', '/api/v1/sessions/:id/**'],
    ['GET', '/api/v1/webhooks', '/api/v1/webhooks/**'],
    ['PUT', '/api/v1/webhooks/w_1', '/api/v1/webhooks/**'],
    ['POST', '/document-processing', '/document-processing'],
    ['GET', '/document-processing/d_1', '/document-processing/**'],
    ['POST', '/screening/request', '/screening/request'],
    ['POST', '/high-risk/search', '/high-risk/search'],
    ['POST', '/sanctions/search', '/sanctions/search'],
    ['POST', '/api/v1/ingest', '/api/v1/ingest'],
    ['GET', '/api/v1/search/customer', '/api/v1/search/customer'],
    ['GET', '/api/v1/documents/d_1/download', '/api/v1/documents/:id/download'],
  ])('%s %s is %s', (method, path, expected) => {
    expect(match(method, path)).toBe(expected)
  })
})

describe('what is not listed is nothing', () => {
  it.each([
    ['GET', '/'],
    ['GET', '/api/v1'],
    ['GET', '/api/v1/sessionsx'],
    ['GET', '/api/v2/sessions'],
    ['PUT', '/api/v1/sessions'],
    ['DELETE', '/api/v1/sessions'],
    ['POST', '/api/v1/audit/x'],
    ['DELETE', '/api/v1/analytics'],
    ['GET', '/screening/request'],
    ['POST', '/screening/request/more'],
    ['POST', '/screening'],
    ['GET', '/api/v1/ingest'],
    ['GET', '/api/v1/search'],
    ['GET', '/api/v1/documents/download'],
    ['GET', '/api/v1/documents/a/b/download'],
    ['OPTIONS', '/api/v1/sessions'],
    ['TRACE', '/api/v1/sessions'],
    ['get', '/api/v1/sessions'],
    ['GET', '/edge/v1/sync'],
  ])('%s %s', (method, path) => {
    expect(match(method, path)).toBeUndefined()
  })
})

describe('a path that a forgiving upstream would read as another row is refused', () => {
  it.each([
    ['GET', '/api/v1/sessions/s_1/Result'],
    ['GET', '/api/v1/sessions/s_1/RESULT'],
    ['GET', '/api/v1/sessions/s_1/result/'],
    ['GET', '/api/v1/sessions/s_1/result.'],
    ['GET', '/api/v1/sessions/s_1/result..'],
    ['GET', '/api/v1/sessions/s_1/result%20'],
    ['GET', '/api/v1/sessions/s_1/Documents/d_1'],
    ['GET', '/api/v1/sessions/s_1/documents./d_1'],
    ['POST', '/api/v1/sessions/s_1/documents/'],
    ['POST', '/api/v1/sessions/s_1/DOCUMENTS'],
    ['POST', '/api/v1/Sessions'],
    ['POST', '/api/v1/sessions/'],
    ['POST', '/API/v1/ingest'],
  ])('%s %s', (method, path) => {
    expect(match(method, path)).toBeUndefined()
  })

  it.each([
    ['GET', '/api/v1/sessions/S_1', '/api/v1/sessions/**'],
    ['GET', '/api/v1/sessions/s_1/', '/api/v1/sessions/**'],
    ['GET', '/api/v1/sessions/S_1/result', '/api/v1/sessions/:id/result'],
    ['GET', '/api/v1/documents/D.1/download', '/api/v1/documents/:id/download'],
  ])('but where it is the same row either way it passes: %s %s', (method, path, expected) => {
    expect(match(method, path)).toBe(expected)
  })

  it('property: another spelling is the same row as the plain one, or none', () => {
    const plain = shipped.products.flatMap((product) =>
      product.routes.flatMap((route) =>
        route.verbs.map((verb) => {
          const pattern = fullPattern(product, route)
          return [verb, pattern.replaceAll(/:\w+/g, 'a1').replace('/**', '/b2/c3')] as const
        }),
      ),
    )
    const spell = fc.tuple(
      fc.constantFrom(...plain),
      fc.array(fc.boolean(), { minLength: 8, maxLength: 60 }),
      fc.constantFrom('', '/', '.', '%20', './', '..'),
    )
    fc.assert(
      fc.property(spell, ([[verb, path], upper, tail]) => {
        const spelled =
          path
            .split('')
            .map((c, i) => (upper[i] ? c.toUpperCase() : c))
            .join('') + tail
        expect([match(verb, path), undefined]).toContain(match(verb, spelled))
      }),
      { numRuns: 3000 },
    )
  })
})

describe('the most specific row wins, whatever the order of the rows', () => {
  const patterns = ['/a/**', '/a/:x', '/a/b', '/a/:x/**', '/a/:x/c', '/a/b/c', '/a/b/**', '/a']
  const rows: readonly [string, string][] = [
    ['/a', '/a'],
    ['/a/b', '/a/b'],
    ['/a/z', '/a/:x'],
    ['/a/b/c', '/a/b/c'],
    ['/a/b/d', '/a/b/**'],
    ['/a/z/c', '/a/:x/c'],
    ['/a/z/d', '/a/:x/**'],
    ['/a/z/c/d', '/a/:x/**'],
    ['/a/b/c/d', '/a/b/**'],
  ]
  it('for every order', () => {
    const shuffled = fc.shuffledSubarray(patterns, {
      minLength: patterns.length,
      maxLength: patterns.length,
    })
    fc.assert(
      fc.property(shuffled, (order) => {
        const catalog = defineCatalog({
          scopes: {},
          plans: { free: { limits: [{ name: 'plan', quota: 1, window: 1 }] } },
          publishable: { quota: 1, window: 1, per: 'key', scopes: [] },
          products: [
            {
              id: 'p',
              accepts: ['secret'],
              routes: order.map((pattern) => ({ verbs: ['GET'], pattern, scopes: [] })),
            },
          ],
        })
        const routes = compileRoutes(catalog)
        for (const [path, expected] of rows) {
          expect([path, routes.match('GET', path)?.pattern]).toStrictEqual([path, expected])
        }
      }),
    )
  })
})

describe('publishableVerbs', () => {
  it.each([
    ['/api/v1/sessions', ['POST']],
    ['/api/v1/sessions/s_1', []],
    ['/api/v1/Sessions', []],
    ['/api/v1/ingest', []],
    ['/nothing', []],
  ])('%s', (path, expected) => {
    expect(table.publishableVerbs(path)).toStrictEqual(expected)
  })
})
