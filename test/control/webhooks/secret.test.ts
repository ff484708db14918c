import { describe, expect, it } from 'vitest'

import {
  importSealingKeys,
  isSecret,
  newSecret,
  openSecret,
  sealSecret,
} from '../../../src/control/webhooks/secret.ts'

const PEPPER = 'pepper-of-the-tests-0123456789abcdef0123'
const OTHER = 'another-pepper-of-the-tests-0123456789ab'
const ID = 'whe_one'
const secretOf = (bytes: number) => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`

describe('a secret', () => {
  it('is whsec_ and 32 random bytes in base64', () => {
    const secrets = Array.from({ length: 100 }, newSecret)
    expect(new Set(secrets).size).toBe(100)
    for (const secret of secrets) {
      expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
      expect(isSecret(secret)).toBe(true)
    }
  })

  it.each([
    ['24 bytes', secretOf(24), true],
    ['64 bytes', secretOf(64), true],
    ['23 bytes', secretOf(23), false],
    ['65 bytes', secretOf(65), false],
    ['empty', '', false],
    ['the prefix alone', 'whsec_', false],
    ['no prefix', secretOf(32).slice(6), false],
    ['no base64', `whsec_${'?'.repeat(44)}`, false],
    ['base64url', `whsec_${'-'.repeat(44)}`, false],
    ['spaces', `${secretOf(32)} `, false],
    ['bits behind the last byte', `whsec_${'A'.repeat(42)}B=`, false],
  ])('%s: %s', (_guarantee, text, expected) => {
    expect(isSecret(text)).toBe(expected)
  })
})

describe('a sealed secret', () => {
  it('opens again, for its endpoint alone', async () => {
    const keys = await importSealingKeys([PEPPER])
    const secret = newSecret()
    const sealed = await sealSecret(keys, ID, secret)
    expect(sealed).toMatch(/^v1\.[A-Za-z0-9+/]{16}\.[A-Za-z0-9+/]+={0,2}$/)
    expect(await openSecret(keys, ID, sealed)).toBe(secret)
    expect(await openSecret(keys, 'whe_two', sealed)).toBeUndefined()
  })

  it('is another each time', async () => {
    const keys = await importSealingKeys([PEPPER])
    const secret = newSecret()
    expect(await sealSecret(keys, ID, secret)).not.toBe(await sealSecret(keys, ID, secret))
  })

  it('opens under any pepper in force, is sealed under the first, and not under others', async () => {
    const [old, both, fresh] = await Promise.all([
      importSealingKeys([PEPPER]),
      importSealingKeys([OTHER, PEPPER]),
      importSealingKeys([OTHER]),
    ])
    const secret = newSecret()
    const sealed = await sealSecret(old, ID, secret)
    expect(await openSecret(both, ID, sealed)).toBe(secret)
    expect(await openSecret(fresh, ID, sealed)).toBeUndefined()
    expect(await openSecret(fresh, ID, await sealSecret(both, ID, secret))).toBe(secret)
  })

  it.each([
    ['nothing', () => ''],
    ['the secret itself', () => secretOf(32)],
    ['another form', (sealed: string) => sealed.replace('v1', 'v2')],
    ['a part more', (sealed: string) => `${sealed}.AAAA`],
    ['no nonce', (sealed: string) => sealed.replace(/\..*\./, '..')],
    ['a short nonce', (sealed: string) => sealed.replace(/\..*\./, '.AAAA.')],
    ['another nonce', (sealed: string) => sealed.replace(/\..*\./, `.${'A'.repeat(16)}.`)],
    [
      'a bit changed',
      (sealed: string) =>
        sealed.replace(
          /.(...)$/,
          (tail, rest: string) => `${tail.startsWith('A') ? 'B' : 'A'}${rest}`,
        ),
    ],
    ['cut off', (sealed: string) => sealed.slice(0, -4)],
  ])('does not open: %s', async (_guarantee, change) => {
    const keys = await importSealingKeys([PEPPER])
    const sealed = await sealSecret(keys, ID, newSecret())
    expect(await openSecret(keys, ID, change(sealed))).toBeUndefined()
  })

  it('does not open to what is no secret', async () => {
    const keys = await importSealingKeys([PEPPER])
    expect(await openSecret(keys, ID, await sealSecret(keys, ID, 'short'))).toBeUndefined()
  })
})
