// Tokens that others made: our recorded attack tokens, and Wycheproof's table for JWS.

import { readFileSync } from 'node:fs'
import { compactVerify, createLocalJWKSet, type JSONWebKeySet, type JWK } from 'jose'
import { describe, expect, test } from 'vitest'
import { JWT_KEY_TYP, verifyStrict } from '../../src/credentials/jwt.ts'
import { readProducts } from '../../src/credentials/jwt-claims.ts'
import { readHeader } from '../../src/credentials/jwt-form.ts'
import { thirdParty } from '../corpora.ts'

interface AttackTokens {
  readonly now: number
  readonly verify_options: {
    readonly algorithms: readonly string[]
    readonly issuer: string
    readonly audience: string
    readonly typ: string
    readonly requiredClaims: readonly string[]
  }
  readonly jwks: JSONWebKeySet
  readonly cases: readonly {
    readonly id: string
    readonly desc: string
    readonly token: string
    readonly want: 'accept' | 'reject'
  }[]
}

const attackFile = new URL('../corpora/jwt-attack-tokens.json', import.meta.url)
const attack = JSON.parse(readFileSync(attackFile, 'utf8')) as AttackTokens

describe('recorded attack tokens', () => {
  const options = {
    ...attack.verify_options,
    keys: createLocalJWKSet(attack.jwks),
    nowMs: attack.now * 1000,
  }

  test('the corpus speaks of our kind of token', () => {
    expect(options.typ).toBe(JWT_KEY_TYP)
    expect(attack.cases.filter(({ want }) => want === 'accept').length).toBeGreaterThan(0)
    expect(attack.cases.length).toBeGreaterThanOrEqual(52)
  })

  const rows = attack.cases.map(({ id, desc, want, token }) => ({
    name: `${id} ${desc}`,
    want,
    token,
  }))
  test.each(rows)('$name: $want', async ({ want, token }) => {
    const verified = await verifyStrict(token, options)
    const products = verified.ok ? readProducts(verified.value, new Set(['orders'])) : verified
    expect(products.ok && products.value.includes('orders') ? 'accept' : 'reject').toBe(want)
  })
})

interface Wycheproof {
  readonly testGroups: readonly {
    readonly public?: JWK
    readonly tests: readonly {
      readonly tcId: number
      readonly comment: string
      readonly jws: unknown
      readonly result: 'valid' | 'invalid'
    }[]
  }[]
}

/** Valid by the table, refused by us, and why. */
const STRICTER: ReadonlyMap<number, string> = new Map([
  ...[259, 264, 268, 272, 320, 325].map((id) => [id, 'an empty payload is no JWT'] as const),
  ...[346, 350].map((id) => [id, 'the token says PS384, the key PS256'] as const),
  ...[347, 351].map((id) => [id, 'the key says ES521, which is no algorithm'] as const),
])

/** What `verifyStrict` does up to the payload, whose content the table leaves free. */
async function accepts(jws: string, key: JWK): Promise<boolean> {
  if (!readHeader(jws).ok) return false
  try {
    const algorithms = [key.alg ?? (key.kty === 'EC' ? 'ES256' : 'RS256')]
    await compactVerify(jws, createLocalJWKSet({ keys: [key] }), { algorithms })
    return true
  } catch {
    return false
  }
}

describe('Wycheproof json_web_signature_test', () => {
  const table = thirdParty<Wycheproof>('wycheproof/json_web_signature_test.json')
  // A symmetric key never verifies here: those groups have no public key and are left out.
  const rows = (table?.testGroups ?? []).flatMap((group) =>
    group.public ? group.tests.map((row) => ({ ...row, key: group.public as JWK })) : [],
  )

  test.skipIf(!table).each(rows)('$tcId $comment: $result', async ({ tcId, jws, result, key }) => {
    const text = typeof jws === 'string' ? jws : JSON.stringify(jws)
    const expected = result === 'valid' && !STRICTER.has(tcId)
    expect(await accepts(text, key)).toBe(expected)
  })

  test.skipIf(!table)('every row on which we are stricter is valid by the table', () => {
    const valid = new Set(rows.filter(({ result }) => result === 'valid').map(({ tcId }) => tcId))
    expect([...STRICTER.keys()].filter((id) => !valid.has(id))).toEqual([])
  })
})
