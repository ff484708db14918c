import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { verifyJwt } from '../../src/credentials/jwt.ts'
import { looksLikeJwt } from '../../src/credentials/jwt-form.ts'
import {
  issuerOf,
  mintValid,
  NOW_MS,
  PRODUCTS,
  signingKeys,
  signTexts,
  HEADER,
} from './fixtures.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const issuers = [issuerOf(signingKeys)]
const valid = await mintValid()

async function isAccepted(token: string): Promise<boolean> {
  return (await verifyJwt(token, issuers, PRODUCTS, NOW_MS)).ok
}

test('a valid token with any one character replaced is refused, at every position', async () => {
  expect(await isAccepted(valid)).toBe(true)
  for (const [index, old] of valid.split('').entries()) {
    // The next letter differs in the low bits, where spare bits would hide.
    const other = ALPHABET[(ALPHABET.indexOf(old) + 1) % 64] ?? 'A'
    const changed = valid.slice(0, index) + other + valid.slice(index + 1)
    expect(await isAccepted(changed), `position ${index}`).toBe(false)
  }
})

test('a valid token with a character replaced, added or removed anywhere is refused', async () => {
  const any = fc.oneof(
    fc.constantFrom(...ALPHABET.split('')),
    fc.string({ minLength: 1, maxLength: 1 }),
  )
  await fc.assert(
    fc.asyncProperty(fc.nat(valid.length), fc.nat(1), any, async (index, removed, added) => {
      for (const middle of [added, '']) {
        const changed = valid.slice(0, index) + middle + valid.slice(index + removed)
        if (changed !== valid) expect(await isAccepted(changed)).toBe(false)
      }
    }),
    { numRuns: 1000 },
  )
})

test('the last character of the signature has one spelling', async () => {
  for (const letter of ALPHABET) {
    expect(await isAccepted(valid.slice(0, -1) + letter)).toBe(valid.endsWith(letter))
  }
})

test('no text makes the verifier throw, and none is accepted', async () => {
  const text = fc.oneof(
    fc.string(),
    fc
      .tuple(fc.base64String(), fc.base64String(), fc.base64String())
      .map((parts) => parts.join('.')),
  )
  await fc.assert(
    fc.asyncProperty(text, async (credential) => {
      looksLikeJwt(credential)
      expect(await isAccepted(credential)).toBe(false)
    }),
  )
})

test('no signed JSON makes the verifier throw', async () => {
  await fc.assert(
    fc.asyncProperty(fc.json(), fc.json(), async (header, payload) => {
      expect(await isAccepted(await signTexts(header, payload))).toBe(false)
      expect(await isAccepted(await signTexts(JSON.stringify(HEADER), payload))).toBe(false)
    }),
  )
})

/** Why a signed token whose payload has these members is refused. */
async function flawOf(members: readonly string[]) {
  const token = await signTexts(JSON.stringify(HEADER), `{${members.join(',')}}`)
  const outcome = await verifyJwt(token, issuers, PRODUCTS, NOW_MS)
  return outcome.ok ? undefined : outcome.error
}

test('member names must be plain and differ, whatever was parsed before', async () => {
  const names = fc.array(fc.constantFrom('a', 'b', '"', '\\', '\\u0', ':', '{', '__proto__', 'é'))
  await fc.assert(
    fc.asyncProperty(names, fc.boolean(), fc.json(), async (list, escape, value) => {
      const spelled = list.map((name, index) => {
        if (!escape || index % 2 === 0) return JSON.stringify(name)
        const code = name.charCodeAt(0).toString(16).padStart(4, '0')
        return `"\\u${code}${JSON.stringify(name.slice(1)).slice(1)}`
      })
      const escaped = spelled.some((name) => name.includes('\\'))
      const repeated = new Set(spelled).size < spelled.length
      const flaw = escaped ? 'escaped_member' : repeated ? 'duplicate_member' : 'issuer_unknown'
      const members = spelled.map((name) => `${name} : ${value}`)
      fc.pre(members.join(',').length < 1000) // a token over the length cap is refused before
      expect(await flawOf(members)).toBe(flaw)
    }),
    { numRuns: 1000 },
  )
})
