import { expect, test } from 'vitest'
import { calculateJwkThumbprint, CompactSign, compactVerify, createLocalJWKSet } from 'jose'
import {
  generateSigningKey,
  loadSigningKeys,
  parseSigningKeys,
  publicJwks,
} from '../../src/credentials/signing-keys.ts'

const first = await generateSigningKey()
const second = await generateSigningKey()
const { d: _, ...retired } = second

/** The setting with one change to its only key. */
function setting(change: object): string {
  return JSON.stringify({ keys: [{ ...first, ...change }] })
}

test.each([
  ['text that is not JSON', 'hunter2', 'is not JSON'],
  ['empty text', '', 'is not JSON'],
  ['a bare key', JSON.stringify(first), 'JWK set with at least one key'],
  ['an array', JSON.stringify([first]), 'JWK set with at least one key'],
  ['null', 'null', 'JWK set with at least one key'],
  ['an empty set', '{"keys":[]}', 'at least one key'],
  ['a key that is no object', '{"keys":["x"]}', 'keys[0]: must be a JWK object'],
  ['another key type', setting({ kty: 'EC' }), 'keys[0]: kty must be "OKP"'],
  ['another curve', setting({ crv: 'X25519' }), 'crv must be "Ed25519"'],
  ['another algorithm', setting({ alg: 'HS256' }), 'alg must be "EdDSA"'],
  ['an encryption key', setting({ use: 'enc' }), 'use must be "sig"'],
  ['no kid', setting({ kid: undefined }), 'kid must be 1 to 128 characters'],
  ['a kid with a quote', setting({ kid: 'a"b' }), 'kid must be 1 to 128 characters'],
  ['a short x', setting({ x: 'AAAA' }), 'x must be 32 bytes'],
  ['a padded x', setting({ x: `${first.x}=` }), 'x must be 32 bytes'],
  ['a short d', setting({ d: 'AAAA' }), 'd must be 32 bytes'],
  ['a numeric d', setting({ d: 7 }), 'd must be 32 bytes'],
  ['a first key without d', JSON.stringify({ keys: [retired, first] }), 'keys[0]: d is missing'],
  ['one kid twice', JSON.stringify({ keys: [first, { ...second, kid: first.kid }] }), 'used twice'],
])('%s is refused with a reason, without a value of the setting', (_name, text, reason) => {
  const parsed = parseSigningKeys(text)
  if (parsed.ok) throw new Error('was accepted')
  expect(parsed.error).toContain('SIGNING_KEYS')
  expect(parsed.error).toContain(reason)
  for (const secret of ['hunter2', first.d, first.x, first.kid, 'a"b', 'AAAA']) {
    expect(parsed.error).not.toContain(secret)
  }
})

test('the first key signs, and a retired one may come without its private half', async () => {
  const parsed = parseSigningKeys(JSON.stringify({ keys: [first, retired] }))
  if (!parsed.ok) throw new Error(parsed.error)
  const keys = await loadSigningKeys(parsed.value)
  expect(keys.kid).toBe(first.kid)
  expect(keys.privateKey.type).toBe('private')
  expect(keys.privateKey.extractable).toBe(false)
})

test('of several complete keys it is the first that signs', async () => {
  const keys = await loadSigningKeys([first, second])
  const signature = await new CompactSign(new Uint8Array([1]))
    .setProtectedHeader({ alg: 'EdDSA' })
    .sign(keys.privateKey)
  const [one, two] = publicJwks([first, second]).keys.map((key) =>
    createLocalJWKSet({ keys: [key] }),
  )
  if (!one || !two) throw new Error('two keys were not published')
  await expect(compactVerify(signature, one)).resolves.toBeDefined()
  await expect(compactVerify(signature, two)).rejects.toThrow('signature')
})

test('the published set holds public members only, whatever else the setting holds', () => {
  const text = JSON.stringify({ keys: [{ ...first, k: 'secret', key_ops: ['sign'] }, second] })
  const parsed = parseSigningKeys(text)
  if (!parsed.ok) throw new Error(parsed.error)
  const published = publicJwks(parsed.value)
  expect(published.keys.map(({ kid }) => kid)).toEqual([first.kid, second.kid])
  for (const key of published.keys) {
    expect(Object.keys(key).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x'])
  }
})

test.each([
  ['the first key', [{ ...first, x: second.x }]],
  ['a retired key', [first, { ...second, x: first.x }]],
])('halves that do not belong together stop the start: %s', async (_name, keys) => {
  const parsed = parseSigningKeys(JSON.stringify({ keys }))
  if (!parsed.ok) throw new Error(parsed.error)
  await expect(loadSigningKeys(parsed.value)).rejects.toThrow('x is not the public half of d')
})

test('a generated key is a valid setting, and its kid is the RFC 7638 thumbprint', async () => {
  const key = await generateSigningKey()
  expect(parseSigningKeys(JSON.stringify({ keys: [key] })).ok).toBe(true)
  expect(key.kid).toBe(await calculateJwkThumbprint({ kty: key.kty, crv: key.crv, x: key.x }))
})
