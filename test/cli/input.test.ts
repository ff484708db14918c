import { describe, expect, it } from 'vitest'

import { shipped } from '../../src/catalog.ts'
import { Stop } from '../../src/cli/answer.ts'
import { matchEntries, readEntries, unreadable } from '../../src/cli/entries.ts'
import {
  readOrganizationProducts,
  readPlan,
  readProducts,
  readScopes,
} from '../../src/cli/grants.ts'
import {
  newId,
  readDepartments,
  readExpiry,
  readId,
  readName,
  readSourceSystem,
} from '../../src/cli/input.ts'

/** What a wrong command line is told; its exit code is 2. */
function refusal(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof Stop && error.exitCode === 2) return error.message
    throw error
  }
  throw new Error('it was accepted')
}

describe('ids', () => {
  it('has 16 base62 characters', () => {
    expect(newId('key')).toMatch(/^key_[0-9A-Za-z]{16}$/)
    expect(readId('key', newId('key'))).toBeTruthy()
  })

  it.each(['key_1', 'org_', `org_1'`, 'org_1;--', 'org_ä', `org_${'x'.repeat(61)}`])(
    '%s is no organization',
    (text) => expect(refusal(() => readId('org', text))).toContain('organization list'),
  )
})

describe('names', () => {
  it.each([`O'Brien; DROP TABLE --`, '北京 🏦', 'x'.repeat(200)])('%s', (name) =>
    expect(readName(` ${name} `)).toBe(name),
  )
  it.each(['', '  ', 'x'.repeat(201), 'a\0b', 'a\nb', 'a\u001b[31m', 'a\ud800'])('not %j', (name) =>
    expect(refusal(() => readName(name))).toContain('--name'),
  )
  it.each(['a\u202egpj', 'a\u2066b', 'a\u200bb', '\ufeffa', 'a\u{e0041}'])(
    'not %j, which looks like another',
    (name) => expect(refusal(() => readName(name))).toContain('turn the direction'),
  )
  it('has its blanks folded', () => {
    expect(readName(' a  b\u00a0')).toBe('a b')
  })
})

describe('source systems and departments', () => {
  it('are identifiers, and words of a header', () => {
    expect(readSourceSystem('doc_service')).toBe('doc_service')
    expect(readDepartments(['retail', 'Private Banking', 'retail'])).toEqual([
      'retail',
      'Private Banking',
    ])
  })
  it.each(['VKYC', '1a', '', 'a b', 'a,b'])('source system %j is refused', (text) =>
    expect(refusal(() => readSourceSystem(text))).toContain('like vkyc'),
  )
  it.each(['', ' retail', 'retail ', 'a,b', "o'b", 'ä', 'a\r\nb'])(
    'department %j is refused',
    (text) => expect(refusal(() => readDepartments([text]))).toContain('like retail'),
  )
})

describe('expiry', () => {
  const now = Date.UTC(2026, 0, 1) + 123

  it.each([
    [{}, null],
    [{ expiresIn: '30m' }, Date.UTC(2026, 0, 1, 0, 30)],
    [{ expiresIn: '90d' }, Date.UTC(2026, 3, 1)],
    [{ expiresIn: '52w' }, Date.UTC(2026, 11, 31)],
    [{ expires: '2027-01-01T00:00:00Z' }, Date.UTC(2027, 0, 1)],
    [{ expires: '2027-01-01T00:00:00.900+02:00' }, Date.UTC(2026, 11, 31, 22)],
  ])('%j, in whole seconds', (options, ms) => expect(readExpiry(options, now)).toBe(ms))

  it.each([
    [{ expiresIn: '90' }],
    [{ expiresIn: '1y' }],
    [{ expiresIn: '0d' }],
    [{ expiresIn: '-1d' }],
    [{ expiresIn: '' }],
    [{ expires: '2027-01-01' }],
    [{ expires: '2027-01-01T00:00:00' }],
    [{ expires: '2027-02-30T00:00:00Z' }],
    [{ expires: '2027-13-01T00:00:00Z' }],
    [{ expires: '2025-01-01T00:00:00Z' }],
    [{ expires: 'tomorrow' }],
    [{ expires: '2027-01-01T00:00:00Z', expiresIn: '1d' }],
  ])('%j is refused', (options) => expect(refusal(() => readExpiry(options, now))).toBeTruthy())
})

describe('scopes', () => {
  it('a secret key gets the default scopes, management scopes only when named', () => {
    expect(readScopes(shipped, 'secret', undefined)).toEqual([
      'sessions:read',
      'sessions:create',
      'sessions:write',
      'verifications:read',
      'identities:read',
    ])
    expect(readScopes(shipped, 'secret', ['webhooks:write', 'webhooks:write'])).toEqual([
      'webhooks:write',
    ])
  })

  it('a publishable key gets exactly sessions:create', () => {
    expect(readScopes(shipped, 'publishable', undefined)).toEqual(['sessions:create'])
    expect(readScopes(shipped, 'publishable', ['sessions:create'])).toEqual(['sessions:create'])
    expect(refusal(() => readScopes(shipped, 'publishable', ['sessions:read']))).toContain(
      'sessions:create and nothing else',
    )
  })

  it('an access token gets both of its scopes', () => {
    expect(readScopes(shipped, 'access_token', undefined)).toEqual(['ingest', 'search'])
  })

  it('an unknown one is answered with the closest', () => {
    expect(refusal(() => readScopes(shipped, 'secret', ['session:read']))).toContain(
      'did you mean sessions:read?',
    )
    expect(refusal(() => readScopes(shipped, 'secret', ['toString']))).toContain(
      'not in the catalog',
    )
    expect(refusal(() => readScopes(shipped, 'secret', ['ingest']))).toContain(
      'of no use to secret keys',
    )
  })
})

describe('products and plans', () => {
  const organization = { id: 'org_1', products: ['verifa', 'aml_screening', 'retired'] }

  it('all that accept the kind and the organization has, unless named', () => {
    expect(readProducts(shipped, 'secret', undefined, organization)).toEqual(['verifa'])
    expect(readProducts(shipped, 'jwt', ['aml_screening'], organization)).toEqual(['aml_screening'])
  })

  it.each([
    ['aml_screning', /did you mean aml_screening/],
    ['verifa', /does not accept JWT keys; these do: document_verification aml_screening/],
    ['document_verification', /org_1 does not have the product/],
    ['retired', /not in the catalog/],
  ])('jwt for %s', (product, message) =>
    expect(refusal(() => readProducts(shipped, 'jwt', [product], organization))).toMatch(message),
  )

  it('an organization without any is told which would do', () => {
    expect(refusal(() => readProducts(shipped, 'access_token', undefined, organization))).toContain(
      'no product that accepts access tokens (vault)',
    )
  })

  it('of an organization, and its plan', () => {
    expect(readOrganizationProducts(shipped, undefined)).toHaveLength(4)
    expect(refusal(() => readOrganizationProducts(shipped, ['verify']))).toContain(
      'did you mean verifa',
    )
    expect(refusal(() => readPlan(shipped, 'profesional'))).toContain('did you mean professional')
  })
})

describe('entries', () => {
  it('are stored in one spelling', () => {
    expect(
      readEntries('address', ['2001:DB8::/32', '203.0.113.7/32', '::ffff:203.0.113.7']),
    ).toEqual(['2001:db8::/32', '203.0.113.7'])
    expect(readEntries('origin', ['https://app.example.com'])).toEqual(['https://app.example.com'])
  })

  it('all that are wrong are named, with what would be right', () => {
    const message = refusal(() => readEntries('address', ['10.0.0.7/8', '10.0.0.0/33', '10.0.0.1']))
    expect(message).toContain('write 10.0.0.0/8 or 10.0.0.7')
    expect(message).toContain('"10.0.0.0/33": /33 is not a prefix length')
    expect(message).toContain('Nothing has been changed.')
    expect(refusal(() => readEntries('origin', ['https://App.example.com/x']))).toContain(
      'write https://app.example.com',
    )
    expect(refusal(() => readEntries('origin', ['https://*.co.uk']))).toContain('public suffix')
  })

  it('are found for removal in any spelling, and unreadable ones by their text', () => {
    const stored = ['203.0.113.7/32', '10.0.0.0/33', '2001:db8::/32']
    expect(matchEntries('address', stored, ['203.0.113.7', '10.0.0.0/33', '192.0.2.1'])).toEqual({
      ok: true,
      value: { found: ['203.0.113.7/32', '10.0.0.0/33'], absent: ['192.0.2.1'] },
    })
    expect(matchEntries('address', stored, ['10.0.0.0/34']).ok).toBe(false)
    expect(unreadable('address', stored).map(({ entry }) => entry)).toEqual(['10.0.0.0/33'])
  })
})
