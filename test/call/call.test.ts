// A call is read member by member: what is missing, malformed or not known is refused, never passed over.

import { describe, expect, it } from 'vitest'

import { readCall } from '../../src/call/call.ts'

const KEY = {
  id: 'key_1',
  organization: 'org_1',
  environment: 'live',
  kind: 'secret',
  plan: 'free',
  scopes: ['keys:read'],
  products: [],
  expiresAt: null,
}
const CALL = {
  ...{ v: 1, key: KEY, requestId: 'r', address: '192.0.2.1', now: 1 },
  settings: { ISSUER: 'a1' },
}

describe('a call', () => {
  it.each([
    ['of a key', CALL],
    ['of a key with an end', { ...CALL, key: { ...KEY, expiresAt: 2 } }],
    ['of nobody that the gate knows, from nowhere', { ...CALL, key: null, address: '' }],
  ])('%s is read as it is', (_, call) => {
    expect(readCall(call)).toEqual(call)
  })

  it.each<[string, unknown]>([
    ['of no object', 'call'],
    ['of nothing', null],
    ['of a version to come', { ...CALL, v: 99 }],
    ['without a version', { ...CALL, v: undefined }],
    ['that claims an operator', { ...CALL, key: null, acting: { name: 'operator:admin-token' } }],
    ['with a member that is not known', { ...CALL, operator: true }],
    ['without a key or its absence', { ...CALL, key: undefined }],
    ['of a key with lists', { ...CALL, key: { ...KEY, ips: [] } }],
    ['of a key without an organization', { ...CALL, key: { ...KEY, organization: '' } }],
    ['of another environment', { ...CALL, key: { ...KEY, environment: 'test' } }],
    ['of another kind', { ...CALL, key: { ...KEY, kind: 'operator' } }],
    ['of scopes that are no list', { ...CALL, key: { ...KEY, scopes: 'keys:read' } }],
    ['of scopes that are no texts', { ...CALL, key: { ...KEY, scopes: [1] } }],
    ['whose key ends at no time', { ...CALL, key: { ...KEY, expiresAt: Infinity } }],
    ['without a request id', { ...CALL, requestId: '' }],
    ['from an address that is no text', { ...CALL, address: null }],
    ['at no time', { ...CALL, now: '1' }],
    ['without settings', { ...CALL, settings: undefined }],
    ['of settings that are no texts', { ...CALL, settings: { ISSUER: {} } }],
  ])('%s is refused, and says nothing of what it held', (_, call) => {
    expect(() => readCall(call)).toThrow(/^a call of this form is not understood: [\w ]+$/)
  })
})
