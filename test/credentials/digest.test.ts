import { createHmac } from 'node:crypto'

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import {
  digestOf,
  equalInConstantTime,
  importPeppers,
  mintKey,
} from '../../src/credentials/digest.ts'
import { keyParser } from '../../src/credentials/format.ts'

const OLD = 'old-pepper-0123456789abcdef0123456789'
const NEW = 'new-pepper-0123456789abcdef0123456789'
const old = await importPeppers([OLD])
const rotated = await importPeppers([NEW, OLD])
const parse = keyParser('vk')

const digest = async (text: string, peppers = old) => {
  const key = parse(text)
  return key && (await digestOf(key, peppers))
}

describe('tag and digest', () => {
  it('what was minted is recognised, by the digest that was stored', async () => {
    const { value, digest: stored } = await mintKey(old, 'vk', 'secret', 'live')
    expect(value).toMatch(/^vk_live_[0-9A-Za-z]{32}$/)
    expect(await digest(value)).toBe(stored)
  })

  it('both come from one HMAC-SHA256 over everything before the tag', async () => {
    const { value, digest: stored } = await mintKey(old, 'vk', 'publishable', 'sandbox')
    const mac = createHmac('sha256', OLD).update(value.slice(0, -6)).digest()
    expect(stored).toBe(mac.subarray(5).toString('base64url'))
    const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
    let tag = 0
    for (const c of value.slice(-6)) tag = tag * 62 + alphabet.indexOf(c)
    expect(tag).toBe(mac.readUIntBE(0, 5) % 62 ** 6)
  })

  const prefixes = ['vk_live_', 'vk_sandbox_', 'vk_pub_live_', 'vk_pub_sandbox_', 'vk_tok_live_']
  it.each(prefixes)('renamed to %s it is no key any more', async (prefix) => {
    const { value } = await mintKey(old, 'vk', 'access_token', 'sandbox')
    expect(await digest(value)).toBeDefined()
    expect(await digest(value.replace('vk_tok_sandbox_', prefix))).toBeUndefined()
  })

  it('no change of one character is a key', async () => {
    const { value } = await mintKey(old, 'vk', 'secret', 'live')
    const change = fc.tuple(
      fc.integer({ min: 8, max: value.length - 1 }),
      fc.stringMatching(/^[0-9A-Za-z]$/),
    )
    await fc.assert(
      fc.asyncProperty(change, async ([i, c]) => {
        const text = value.slice(0, i) + c + value.slice(i + 1)
        if (text !== value) expect(await digest(text)).toBeUndefined()
      }),
    )
  })

  it('a guessed tag is right once in 62^6 times: none in a thousand', async () => {
    const tags = fc.stringMatching(/^[0-9A-Za-z]{6}$/)
    const random = fc.stringMatching(/^[0-9A-Za-z]{26}$/)
    await fc.assert(
      fc.asyncProperty(random, tags, async (body, tag) => {
        expect(await digest(`vk_live_${body}${tag}`)).toBeUndefined()
      }),
      { numRuns: 1000 },
    )
  })
})

describe('pepper rotation', () => {
  it('keys of before go on, with their digest; new ones are of the new pepper', async () => {
    const before = await mintKey(old, 'vk', 'secret', 'live')
    const after = await mintKey(rotated, 'vk', 'secret', 'live')
    expect(await digest(before.value, rotated)).toBe(before.digest)
    expect(await digest(after.value, rotated)).toBe(after.digest)
    expect(await digest(after.value, old)).toBeUndefined()
  })

  it('once the old pepper is gone, so are its keys', async () => {
    const { value } = await mintKey(old, 'vk', 'secret', 'live')
    expect(await digest(value, await importPeppers([NEW]))).toBeUndefined()
  })
})

describe('equalInConstantTime', () => {
  it.each([
    ['', '', true],
    ['a', 'a', true],
    ['a', 'b', false],
    ['abc', 'abd', false],
    ['abc', 'bbc', false],
    ['', 'a', false],
    ['a', '', false],
    ['ab', 'a', false],
    ['a', 'ab', false],
    ['a\0', 'a', false],
    ['\u0100', '\0', false],
    ['\u{1f600}', '\u{1f600}', true],
  ])('%j and %j: %s', (a, b, expected) => {
    expect(equalInConstantTime(a, b)).toBe(expected)
  })

  it('is equality', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '\0'), maxLength: 4 })
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(equalInConstantTime(a, b)).toBe(a === b)
      }),
      { numRuns: 2000 },
    )
  })
})
