import { expect, it } from 'vitest'

import { shipped } from '../../src/catalog.ts'
import type { Product, Route } from '../../src/catalog/define.ts'
import type { KeyRecord } from '../../src/credentials/record.ts'
import { checkGrant } from '../../src/gate/grant.ts'
import { principalWith, SERVICE_USER, verdictOf } from './records.ts'

const UPSTREAM = new URL('https://shop.example.com')
const deps = { settings: { upstreams: new Map([['shop', { live: UPSTREAM }]]) }, catalog: shipped }
const route: Route = { verbs: ['GET'], pattern: '/x', scopes: [] }
const product: Product = {
  id: 'shop',
  accepts: ['secret', 'publishable', 'access_token'],
  prefix: '/shop',
  routes: [route],
}
const open = { publishable: true }

const check = (record: Partial<KeyRecord>, of: Partial<Route & Product>, department?: string) =>
  checkGrant(
    principalWith(record),
    { product: { ...product, ...of }, route: { ...route, ...of }, pattern: '/shop/x' },
    new Headers(department === undefined ? {} : { 'x-approver-department': department }),
    deps,
  )

it.each<
  [
    guarantee: string,
    record: Partial<KeyRecord>,
    of: Partial<Route & Product>,
    department: string | undefined,
    verdict: string,
  ]
>([
  ['what is granted passes', {}, {}, undefined, 'pass'],
  [
    'a kind that the product does not accept is refused',
    {},
    { accepts: ['jwt'] },
    undefined,
    'kind_not_accepted',
  ],
  ['a publishable key has open routes', { kind: 'publishable' }, open, undefined, 'pass'],
  ['and no others', { kind: 'publishable' }, {}, undefined, 'publishable_not_open'],
  ['the key must hold the product', { products: [] }, {}, undefined, 'product_not_granted'],
  [
    'and so must its organization',
    { organizationProducts: [] },
    {},
    undefined,
    'organization_lacks_product',
  ],
  ['the key must hold the scope', {}, { scopes: ['write'] }, undefined, 'scope_missing'],
  ['any one of several is enough', {}, { scopes: ['write', 'read'] }, undefined, 'pass'],
  [
    'a route that needs a department needs one',
    { serviceUser: SERVICE_USER },
    { department: 'required' },
    undefined,
    'department_missing',
  ],
  [
    'one of the service user',
    { serviceUser: SERVICE_USER },
    { department: 'required' },
    'sales',
    'pass',
  ],
  [
    'and none of another',
    { serviceUser: SERVICE_USER },
    { department: 'required' },
    'legal',
    'department_not_allowed',
  ],
  [
    'also where the route needs none',
    { serviceUser: SERVICE_USER },
    {},
    'legal',
    'department_not_allowed',
  ],
  [
    'who has none names none that is needed',
    {},
    { department: 'required' },
    'sales',
    'department_not_allowed',
  ],
  [
    'an environment without an upstream is refused',
    { environment: 'sandbox' },
    {},
    undefined,
    'environment_not_configured',
  ],
  [
    'the edge’s own operations need no product',
    { products: [], organizationProducts: [] },
    { internal: true },
    undefined,
    'pass',
  ],
])('%s', (_guarantee, record, of, department, verdict) => {
  expect(verdictOf(check(record, of, department))).toBe(verdict)
})

it('only a department that the service user has is passed on', () => {
  const [own, nobodys] = [check({ serviceUser: SERVICE_USER }, {}, 'sales'), check({}, {}, 'sales')]
  expect(own.ok && own.value.department).toBe('sales')
  expect(nobodys.ok && nobodys.value.department).toBe(undefined)
  expect(own.ok && own.value.upstream).toBe(UPSTREAM)
})
