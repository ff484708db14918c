import { decodeProtectedHeader } from 'jose'
import { expect, test } from 'vitest'
import { verifyJwt } from '../../src/credentials/jwt.ts'
import { issuerOf, mintValid, NOW_MS, PRODUCTS, signingKeys } from './fixtures.ts'

test('the header of a minted key names its algorithm, type and key only', async () => {
  const header = decodeProtectedHeader(await mintValid())
  expect(header).toEqual({ alg: 'EdDSA', typ: 'vk+jwt', kid: signingKeys.kid })
})

test('what is minted is what is read, times cut to whole seconds', async () => {
  const token = await mintValid({
    env: 'sandbox',
    products: [...PRODUCTS],
    issuedAtMs: NOW_MS + 999,
    expiresAtMs: NOW_MS + 60_999,
  })
  const read = await verifyJwt(token, [issuerOf(signingKeys)], PRODUCTS, NOW_MS + 1500)
  expect(read).toMatchObject({
    ok: true,
    value: {
      env: 'sandbox',
      products: [...PRODUCTS],
      issuedAtMs: NOW_MS,
      expiresAtMs: NOW_MS + 60_000,
    },
  })
})

test.each([
  ['that has expired at its issue', { expiresAtMs: NOW_MS - 60_000 }, 'expired'],
  ['of eleven years', { expiresAtMs: NOW_MS + 11 * 31_557_600_000 }, 'expiry_too_far'],
  ['without product', { products: [] }, 'products_invalid'],
  ['with a wildcard', { products: ['*'] }, 'products_invalid'],
  ['without organization', { org: '' }, 'claim_invalid'],
  ['without id', { jti: '' }, 'claim_invalid'],
  ['with a time that is no number', { issuedAtMs: Number.NaN }, 'claim_invalid'],
  ['longer than a token may be', { products: ['p'.repeat(8192)] }, 'too_long'],
])('a key %s is not minted, because it would be refused', async (_name, over, flaw) => {
  await expect(mintValid(over)).rejects.toThrow(flaw)
})
