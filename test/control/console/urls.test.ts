// Where the console may lead: its own pages and nowhere else.

import { expect, test } from 'vitest'

import { pageUrl, readNext, withQuery } from '../../../src/control/console/urls.ts'

const HERE = 'https://edge.example.com/edge/console/sign-in'

test.each([
  ['/edge/console/o/org_a/keys?state=active', '/edge/console/o/org_a/keys?state=active'],
  ['/edge/console/', '/edge/console/'],
  [undefined, '/edge/console/'],
  ['', '/edge/console/'],
  ['https://evil.example/edge/console/', '/edge/console/'],
  ['//evil.example/edge/console/', '/edge/console/'],
  ['/edge/console/../../elsewhere', '/edge/console/'],
  ['/edge/console/%2e%2e/v1/keys', '/edge/console/'],
  ['/edge/consoles', '/edge/console/'],
  ['/edge/console/\t/../..//evil.example', '/edge/console/'],
  ['/edge/console/sign-out', '/edge/console/'],
  ['javascript:alert(1)', '/edge/console/'],
])('after the sign-in, %j leads to %j', (asked, there) => {
  expect(readNext(asked, HERE)).toBe(there)
})

test('what goes into an address is escaped', () => {
  expect(pageUrl('org_a', 'keys', 'a/b?c#d')).toBe('/edge/console/o/org_a/keys/a%2Fb%3Fc%23d')
  expect(withQuery('/x', { a: '&b=1', c: undefined, d: '' })).toBe('/x?a=%26b%3D1')
})
