import { describe, expect, it } from 'vitest'

import { compilePrincipal } from '../../src/credentials/principal.ts'
import type { KeyRecord } from '../../src/credentials/record.ts'
import { addressListContains } from '../../src/lists/address-list.ts'
import { parseAddress } from '../../src/lists/address.ts'

const RECORD: KeyRecord = {
  id: 'key_1',
  generation: 1,
  kind: 'jwt',
  environment: 'live',
  organizationId: 'org_1',
  plan: 'free',
  scopes: ['a', 'b'],
  products: ['aml_screening', 'document_verification'],
  organizationProducts: ['aml_screening'],
  quotas: {},
  serviceUser: null,
  organizationIps: null,
  keyIps: null,
  origins: null,
  expiresAt: null,
  revokedAt: null,
  originOwners: {},
  organizationSuspendedAt: null,
  readAt: 0,
}

const CLAIMS = {
  jti: 'key_1',
  sub: 's',
  org: 'org_1',
  env: 'live' as const,
  products: ['aml_screening', 'vault'],
  issuedAtMs: 0,
  expiresAtMs: 5_000,
  issuer: 'https://e.test',
}

describe('compilePrincipal', () => {
  it('scopes and products become sets', () => {
    const principal = compilePrincipal(RECORD)
    expect(principal.scopes).toStrictEqual(new Set(['a', 'b']))
    expect(principal.products).toStrictEqual(new Set(RECORD.products))
    expect(principal.organizationProducts).toStrictEqual(new Set(['aml_screening']))
  })

  it('a token adds no product that its record has not, and narrows to those it names', () => {
    expect(compilePrincipal(RECORD, CLAIMS).products).toStrictEqual(new Set(['aml_screening']))
  })

  it.each([
    ['neither', null, undefined, Infinity],
    ['the record', 7_000, undefined, 7_000],
    ['the token', null, CLAIMS, 5_000],
    ['the earlier: the token', 7_000, CLAIMS, 5_000],
    ['the earlier: the record', 3_000, CLAIMS, 3_000],
  ])('expiry: %s', (_which, expiresAt, claims, expected) => {
    expect(compilePrincipal({ ...RECORD, expiresAt }, claims).expiresAt).toBe(expected)
  })

  it('no list stays no list, and an empty one a list that holds nobody', () => {
    expect(compilePrincipal(RECORD).keyIps).toBeNull()
    const { keyIps } = compilePrincipal({ ...RECORD, keyIps: [] })
    const address = parseAddress('192.0.2.1')
    expect(keyIps && !('unreadable' in keyIps) && address).toBeTruthy()
    if (!keyIps || 'unreadable' in keyIps || !address) return
    expect(addressListContains(keyIps, address)).toBe(false)
  })

  it.each(['organizationIps', 'keyIps', 'origins'] as const)(
    'an entry of %s that cannot be parsed stays visible, whatever else is in the list',
    (name) => {
      const good = name === 'origins' ? 'https://a.example' : '192.0.2.1'
      const compiled = compilePrincipal({ ...RECORD, [name]: [good, 'nonsense'] })[name]
      expect(compiled).toStrictEqual({ unreadable: expect.stringContaining('nonsense') as string })
    },
  )
})
