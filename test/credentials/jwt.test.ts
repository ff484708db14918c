import { base64url } from 'jose'
import { describe, expect, test } from 'vitest'
import { verifyJwt } from '../../src/credentials/jwt.ts'
import type { JwtFlaw } from '../../src/credentials/jwt-claims.ts'
import { looksLikeJwt } from '../../src/credentials/jwt-form.ts'
import {
  generateSigningKey,
  loadSigningKeys,
  publicJwks,
} from '../../src/credentials/signing-keys.ts'
import {
  AUDIENCE,
  CLAIMS,
  HEADER,
  ISSUER,
  issuerOf,
  mintValid,
  NOW_MS,
  NOW_S,
  PRODUCTS,
  signingKeys,
  signObjects,
  signParts,
  signTexts,
} from './fixtures.ts'

const issuers = [issuerOf(signingKeys)]
const valid = await mintValid()
const [validHeader = '', validPayload = '', validSignature = ''] = valid.split('.')
const text = JSON.stringify
const headerText = text(HEADER)
const claimsText = text(CLAIMS)
const TEN_YEARS_S = 315_576_000

function verify(token: string) {
  return verifyJwt(token, issuers, PRODUCTS, NOW_MS)
}

/** A part that decodes to the same bytes, spelled with other trailing bits. */
function respell(part: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  if (part.length % 4 === 0) throw new Error('this part has no spare bits')
  return part.slice(0, -1) + alphabet[alphabet.indexOf(part.slice(-1)) + 1]
}

/** A JSON text whose encoding leaves spare bits in its last character. */
function withSpareBits(json: string): string {
  return base64url.encode(json).length % 4 === 0 ? `${json} ` : json
}

test('a minted key says what it was minted with', async () => {
  expect(await verify(valid)).toEqual({
    ok: true,
    value: {
      jti: 'key_1',
      sub: 'svc_1',
      org: 'org_1',
      env: 'live',
      products: ['aml_screening'],
      issuedAtMs: NOW_MS - 60_000,
      expiresAtMs: NOW_MS + 3_600_000,
      issuer: ISSUER,
    },
  })
})

describe('accepted', () => {
  const rows: [string, Promise<string>][] = [
    [
      'typ with its media type prefix (RFC 7515 §4.1.9)',
      signObjects({ typ: 'application/vk+jwt' }, {}),
    ],
    ['our audience among several', signObjects({}, { aud: ['other', AUDIENCE] })],
    ['iat exactly at the leeway', signObjects({}, { iat: NOW_S + 60 })],
    ['exp exactly ten years ahead', signObjects({}, { exp: NOW_S + TEN_YEARS_S })],
    ['exp one second ahead', signObjects({}, { exp: NOW_S + 1 })],
    ['nbf now', signObjects({}, { nbf: NOW_S })],
    ['identifiers of 256 characters', signObjects({}, { sub: 's'.repeat(256) })],
    ['all known products', signObjects({}, { products: [...PRODUCTS] })],
    [
      'repeated names in a nested object, which nobody reads',
      signTexts(headerText, claimsText.replace('{', '{"x":{"a":1,"a":2},')),
    ],
    ['colons, braces and quotes inside strings', signObjects({}, { note: '{"a":1}\\":,[' })],
  ]
  test.each(rows)('%s', async (_name, token) => {
    expect(await verify(await token)).toMatchObject({ ok: true })
  })
})

describe('refused before any key is looked at', () => {
  const untouched = [
    issuerOf(signingKeys, {
      keys: () => {
        throw new Error('a key was looked up')
      },
    }),
  ]
  const rows: [string, JwtFlaw, string | Promise<string>][] = [
    ['empty text', 'not_compact', ''],
    ['two parts', 'not_compact', `${validHeader}.${validPayload}`],
    ['four parts', 'not_compact', `${valid}.e30`],
    ['an empty payload', 'not_compact', `${validHeader}..${validSignature}`],
    ['an empty signature', 'not_compact', `${validHeader}.${validPayload}.`],
    ['a JSON serialization', 'not_compact', text({ payload: validPayload })],
    ['padding', 'not_compact', `${valid}=`],
    ['a trailing newline', 'not_compact', `${valid}\n`],
    ['white space inside', 'not_compact', `${validHeader}. ${validPayload}.${validSignature}`],
    ['the other base64 alphabet', 'not_compact', `${valid.slice(0, -1)}+`],
    ['a percent sign', 'not_compact', `${valid.slice(0, -1)}%`],
    ['letters beyond ASCII', 'not_compact', `${valid}é`],
    ['8193 characters', 'too_long', `${valid}${'A'.repeat(8193 - valid.length)}`],
    ['a part of impossible length', 'not_canonical', `${validHeader}.${validPayload}.AAAAA`],
    [
      'spare bits in the header',
      'not_canonical',
      signParts(respell(base64url.encode(withSpareBits(headerText))), validPayload),
    ],
    [
      'spare bits in the payload',
      'not_canonical',
      signParts(validHeader, respell(base64url.encode(withSpareBits(claimsText)))),
    ],
    [
      'spare bits in the signature',
      'not_canonical',
      `${validHeader}.${validPayload}.${respell(validSignature)}`,
    ],
    ['a header that is no JSON', 'not_json_object', signTexts('{', claimsText)],
    ['a header that is an array', 'not_json_object', signTexts('[]', claimsText)],
    ['a payload that is a number', 'not_json_object', signTexts(headerText, '1')],
    ['a payload that is null', 'not_json_object', signTexts(headerText, 'null')],
    [
      'a payload with a byte-order mark',
      'not_json_object',
      signTexts(headerText, `\ufeff${claimsText}`),
    ],
    [
      'a header with a byte-order mark',
      'not_json_object',
      signTexts(`\ufeff${headerText}`, claimsText),
    ],
    [
      'a payload that is JSON but for a byte that is no UTF-8',
      'not_json_object',
      signParts(
        validHeader,
        base64url.encode(new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])),
      ),
    ],
    [
      'a name twice in the header',
      'duplicate_member',
      signTexts(headerText.replace('{', '{"alg":"none",'), claimsText),
    ],
    [
      'a name twice in the payload',
      'duplicate_member',
      signTexts(headerText, claimsText.replace('{', '{"org":"org_2",')),
    ],
    [
      'a name twice, once escaped',
      'escaped_member',
      signTexts(headerText.replace('{', '{"\\u0061lg":"none",'), claimsText),
    ],
    [
      'an escaped name',
      'escaped_member',
      signTexts(headerText, claimsText.replace('org', '\\u006frg')),
    ],
    [
      'a name twice, around nested objects',
      'duplicate_member',
      signTexts(headerText, claimsText.replace('{', '{"org":{"a":[{"b":1}]},')),
    ],
    [
      'a name twice, after a string with escapes',
      'duplicate_member',
      signTexts(headerText, claimsText.replace('{', '{"x":"\\\\\\"{","org":"o",')),
    ],
    [
      '__proto__ twice',
      'duplicate_member',
      signTexts(headerText, claimsText.replace('{', '{"__proto__":1,"__proto__":2,')),
    ],
    ...['jwk', 'jku', 'x5u', 'x5c', 'x5t', 'x5t#S256', 'b64', 'zip', 'crit'].map(
      (name): [string, JwtFlaw, Promise<string>] => [
        `${name} in the header`,
        'header_forbidden',
        signObjects({ [name]: name === 'crit' ? [] : null }, {}),
      ],
    ),
    ['no kid', 'kid_missing', signObjects({ kid: undefined }, {})],
    ['a kid that is a number', 'kid_missing', signObjects({ kid: 1 }, {})],
    ['an empty kid', 'kid_missing', signObjects({ kid: '' }, {})],
    ['an unknown issuer', 'issuer_unknown', signObjects({}, { iss: 'https://other.example' })],
    ['an issuer with a slash more', 'issuer_unknown', signObjects({}, { iss: `${ISSUER}/` })],
    ['an issuer in capitals', 'issuer_unknown', signObjects({}, { iss: ISSUER.toUpperCase() })],
    ['a list of issuers', 'issuer_unknown', signObjects({}, { iss: [ISSUER] })],
    ['no issuer', 'issuer_unknown', signObjects({}, { iss: undefined })],
    ['alg none', 'algorithm_not_allowed', signObjects({ alg: 'none' }, {})],
    ['alg HS256', 'algorithm_not_allowed', signObjects({ alg: 'HS256' }, {})],
    ['alg in other case', 'algorithm_not_allowed', signObjects({ alg: 'eddsa' }, {})],
    ['alg of another kind of value', 'verification_failed', signObjects({ alg: 1 }, {})],
  ]
  test.each(rows)('%s: %s', async (_name, flaw, token) => {
    const outcome = await verifyJwt(await token, untouched, PRODUCTS, NOW_MS)
    expect(outcome).toEqual({ ok: false, error: flaw })
  })
})

describe('refused although the signature is right', () => {
  const rows: [string, JwtFlaw, object, object][] = [
    ['an unknown kid', 'key_unknown', { kid: 'gone' }, {}],
    ['a kid that is a path', 'key_unknown', { kid: '../../dev/null' }, {}],
    ['a kid that every object has', 'key_unknown', { kid: '__proto__' }, {}],
    ['no typ', 'typ_unexpected', { typ: undefined }, {}],
    ['the generic typ', 'typ_unexpected', { typ: 'JWT' }, {}],
    ['the typ of an upstream assertion', 'typ_unexpected', { typ: 'vk-assertion+jwt' }, {}],
    ['another audience', 'audience_unexpected', {}, { aud: 'https://other.example' }],
    [
      'an audience that only begins like ours',
      'audience_unexpected',
      {},
      { aud: `${AUDIENCE}.evil.example` },
    ],
    ['an empty list of audiences', 'audience_unexpected', {}, { aud: [] }],
    ...['aud', 'sub', 'jti', 'iat', 'exp', 'org', 'env', 'products'].map(
      (name): [string, JwtFlaw, object, object] => [
        `no ${name}`,
        'claim_missing',
        {},
        { [name]: undefined },
      ],
    ),
    ['exp now', 'expired', {}, { exp: NOW_S }],
    ['exp 0', 'expired', {}, { exp: 0 }],
    ['exp before now', 'expired', {}, { exp: NOW_S - 1 }],
    ['exp as text', 'claim_invalid', {}, { exp: String(NOW_S + 60) }],
    ['exp null', 'claim_invalid', {}, { exp: null }],
    ['exp with a fraction', 'claim_invalid', {}, { exp: NOW_S + 1.5 }],
    ['exp beyond safe integers', 'claim_invalid', {}, { exp: 1e300 }],
    ['exp over ten years ahead', 'expiry_too_far', {}, { exp: NOW_S + TEN_YEARS_S + 1 }],
    ['exp in milliseconds', 'expiry_too_far', {}, { exp: NOW_MS + 60_000 }],
    ['iat over a minute ahead', 'issued_in_future', {}, { iat: NOW_S + 61 }],
    ['iat with a fraction', 'claim_invalid', {}, { iat: NOW_S - 0.5 }],
    ['iat as text', 'claim_invalid', {}, { iat: 'yesterday' }],
    ['iat below zero', 'claim_invalid', {}, { iat: -1 }],
    ['nbf ahead', 'not_yet_valid', {}, { nbf: NOW_S + 1 }],
    ['nbf with a fraction', 'claim_invalid', {}, { nbf: NOW_S - 0.5 }],
    ['nbf null', 'claim_invalid', {}, { nbf: null }],
    ['an empty sub', 'claim_invalid', {}, { sub: '' }],
    ['a sub that is a number', 'claim_invalid', {}, { sub: 1 }],
    ['a sub of 257 characters', 'claim_invalid', {}, { sub: 's'.repeat(257) }],
    ['a sub with a line break', 'claim_invalid', {}, { sub: 'a\r\nx-edge-org-id: org_2' }],
    ['a sub beyond ASCII', 'claim_invalid', {}, { sub: 'ſvc' }],
    ['an empty jti', 'claim_invalid', {}, { jti: '' }],
    ['a jti that is a list', 'claim_invalid', {}, { jti: ['key_1'] }],
    ['a jti with NUL', 'claim_invalid', {}, { jti: 'key_1\u0000' }],
    ['an empty org', 'claim_invalid', {}, { org: '' }],
    ['an org that is an object', 'claim_invalid', {}, { org: {} }],
    ['env in other case', 'claim_invalid', {}, { env: 'Live' }],
    ['an unknown env', 'claim_invalid', {}, { env: 'test' }],
    ['env null', 'claim_invalid', {}, { env: null }],
    ['no product', 'products_invalid', {}, { products: [] }],
    ['products as text', 'products_invalid', {}, { products: 'aml_screening' }],
    ['products null', 'products_invalid', {}, { products: null }],
    [
      'an object of products',
      'products_invalid',
      {},
      { products: { 0: 'aml_screening', length: 1 } },
    ],
    ['an unknown product', 'products_invalid', {}, { products: ['aml_screening', 'vault'] }],
    ['a product in other case', 'products_invalid', {}, { products: ['AML_screening'] }],
    ['a product with a space', 'products_invalid', {}, { products: ['aml_screening '] }],
    ['a product twice', 'products_invalid', {}, { products: ['aml_screening', 'aml_screening'] }],
    ['a nested list of products', 'products_invalid', {}, { products: [['aml_screening']] }],
    ['a wildcard', 'products_invalid', {}, { products: ['*'] }],
  ]
  test.each(rows)('%s: %s', async (_name, flaw, header, claims) => {
    expect(await verify(await signObjects(header, claims))).toEqual({ ok: false, error: flaw })
  })

  test('exp beyond all numbers', async () => {
    const token = await signTexts(headerText, claimsText.replace(`${CLAIMS.exp}`, '1e400'))
    expect(await verify(token)).toEqual({ ok: false, error: 'claim_invalid' })
  })

  test('a wildcard, even where somebody named a product so', async () => {
    const token = await signObjects({}, { products: ['*'] })
    const outcome = await verifyJwt(token, issuers, new Set(['*']), NOW_MS)
    expect(outcome).toEqual({ ok: false, error: 'products_invalid' })
  })
})

describe('keys', () => {
  test('a signature by another key under our kid is refused', async () => {
    const stranger = await loadSigningKeys([await generateSigningKey()])
    const token = await signTexts(headerText, claimsText, stranger)
    expect(await verify(token)).toEqual({ ok: false, error: 'signature_invalid' })
  })

  test('an issuer that we trust cannot speak for another one', async () => {
    const partner = await loadSigningKeys([await generateSigningKey()])
    const both = [...issuers, issuerOf(partner, { issuer: 'https://partner.example' })]
    const header = text({ ...HEADER, kid: partner.kid })
    const own = await signTexts(
      header,
      text({ ...CLAIMS, iss: 'https://partner.example' }),
      partner,
    )
    expect(await verifyJwt(own, both, PRODUCTS, NOW_MS)).toMatchObject({ ok: true })
    const forged = await signTexts(header, claimsText, partner)
    const outcome = await verifyJwt(forged, both, PRODUCTS, NOW_MS)
    expect(outcome).toEqual({ ok: false, error: 'key_unknown' })
  })

  test('a retired key verifies while it is published, and not afterwards', async () => {
    const [old, fresh] = [await generateSigningKey(), await generateSigningKey()]
    const before = await loadSigningKeys([old])
    const token = await mintValid({ signingKeys: before })
    const [published] = publicJwks([old]).keys
    if (!published) throw new Error('nothing was published')
    const rotated = issuerOf(await loadSigningKeys([fresh, published]))
    expect(await verifyJwt(token, [rotated], PRODUCTS, NOW_MS)).toMatchObject({ ok: true })
    const removed = issuerOf(await loadSigningKeys([fresh]))
    const outcome = await verifyJwt(token, [removed], PRODUCTS, NOW_MS)
    expect(outcome).toEqual({ ok: false, error: 'key_unknown' })
  })

  test('a resolver that throws anything is a refusal', async () => {
    const unwell = issuerOf(signingKeys, {
      keys: () => Promise.reject(new TypeError('the runtime is unwell')),
    })
    const outcome = await verifyJwt(valid, [unwell], PRODUCTS, NOW_MS)
    expect(outcome).toEqual({ ok: false, error: 'verification_failed' })
  })

  test('a clock that is no number is a refusal', async () => {
    const outcome = await verifyJwt(valid, issuers, PRODUCTS, Number.NaN)
    expect(outcome).toMatchObject({ ok: false })
  })
})

test.each([
  ['a token', valid, true],
  ['three parts that begin so', 'ey.a.b', true],
  ['four parts', 'ey.a.b.c', false],
  ['two parts', 'ey.a', false],
  ['an opaque key', 'vk_live_abc', false],
  ['three parts that begin otherwise', 'a.b.c', false],
  ['nothing', '', false],
])('%s looks like a JWT or does not', (_name, credential, looks) => {
  expect(looksLikeJwt(credential)).toBe(looks)
})
