import { expect, it } from 'vitest'

import type { Product } from '../../src/catalog/define.ts'
import { compileRouteRows } from '../../src/catalog/match.ts'
import { checkMethod } from '../../src/gate/method.ts'
import { canonicalPath } from '../../src/gate/path.ts'
import { findRoute } from '../../src/gate/route.ts'
import { verdictOf } from './records.ts'

const product = (id: string, prefix: string, more: Partial<Product> = {}): Product => ({
  ...{ id, prefix, accepts: ['secret'] },
  routes: [{ verbs: ['GET'], pattern: '/:name', scopes: [] }],
  ...more,
})
const tables = {
  routes: compileRouteRows([
    product('shop', '/shop'),
    product('files', '/files', { encodedSlashes: true }),
  ]),
  ownRoutes: compileRouteRows([product('edge', '/edge/v1')]),
}

it.each<[guarantee: string, method: string, path: string, found: string]>([
  ['a row of the catalog', 'GET', '/shop/x', 'shop'],
  ['HEAD is GET', 'HEAD', '/shop/x', 'shop'],
  ['no row is no denial yet', 'POST', '/shop/x', 'none'],
  ['the edge’s own operations have a table of their own', 'GET', '/edge/v1/keys', 'edge'],
  ['an encoded slash is taken where the product opted in', 'GET', '/files/a%2Fb', 'files'],
  ['and nowhere else', 'GET', '/shop/a%2Fb', 'path_ambiguous'],
  ['nor where there is no row', 'GET', '/nowhere/a%2Fb', 'path_ambiguous'],
])('%s: %s %s', (_guarantee, method, path, found) => {
  const target = canonicalPath(`https://edge.test${path}`)
  if (!target.ok) throw new Error(target.error.flaw)
  const route = findRoute(method, target.value, tables)
  expect(route.ok ? (route.value?.product.id ?? 'none') : route.error.reason).toBe(found)
})

it.each([
  ['GET', 'pass'],
  ['OPTIONS', 'pass'],
  ['get', 'method_unknown'],
  ['TRACE', 'method_unknown'],
  ['CONNECT', 'method_unknown'],
  ['PROPFIND', 'method_unknown'],
])('the method %s: %s', (method, verdict) => {
  expect(verdictOf(checkMethod(method))).toBe(verdict)
})
