// The order of what a record decides, which is a promise: the first refusal is told.

import { expect, it } from 'vitest'

import { shipped } from '../../src/catalog.ts'
import type { KeyRecord } from '../../src/credentials/record.ts'
import { authorize, type Asked } from '../../src/gate/authorize.ts'
import { parseAddress } from '../../src/lists/address.ts'
import { principalWith, verdictOf } from './records.ts'

const route = { verbs: ['GET'], pattern: '/x', scopes: ['read'] } as const
const matched = {
  product: { id: 'shop', accepts: ['secret'] as const, prefix: '/shop', routes: [route] },
  route,
  pattern: '/shop/x',
}
const deps = {
  settings: { upstreams: new Map([['shop', { live: new URL('https://shop.example.com') }]]) },
  catalog: shipped,
}
/** Everything is wrong with it; each row puts one more thing right. */
const WRONG: Partial<KeyRecord> = { revokedAt: 1, keyIps: [], scopes: [] }
const ASKED: Asked = {
  scheme: 'ApiKey',
  address: parseAddress('203.0.113.7'),
  headers: new Headers({ 'sec-fetch-site': 'cross-site' }),
  nowMs: 1_000,
  matched: undefined,
}

it.each<[verdict: string, steps: string, record: Partial<KeyRecord>, asked: Partial<Asked>]>([
  ['key_revoked', 'status', {}, {}],
  ['address_not_allowed', 'status address', { revokedAt: null }, {}],
  ['route_unknown', 'status address route', { revokedAt: null, keyIps: null }, {}],
  [
    'secret_key_in_browser',
    'status address route origin',
    { revokedAt: null, keyIps: null },
    { matched },
  ],
  [
    'scope_missing',
    'status address route origin grant',
    { revokedAt: null, keyIps: null },
    { matched, headers: new Headers() },
  ],
  [
    'pass',
    'status address route origin grant',
    { revokedAt: null, keyIps: null, scopes: ['read'] },
    { matched, headers: new Headers() },
  ],
])('%s, after: %s', (verdict, steps, record, asked) => {
  const taken: string[] = []
  const principal = principalWith({ ...WRONG, ...record })
  const result = authorize(principal, { ...ASKED, ...asked }, deps, (step) => taken.push(step))
  expect(verdictOf(result)).toBe(verdict)
  expect(taken.join(' ')).toBe(steps)
})
