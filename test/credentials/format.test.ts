import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { base62, keyParser, keyPrefix, randomBase62 } from '../../src/credentials/format.ts'
import { attackCases } from '../corpora.ts'
import { timesAsLong } from '../harness/ratio.ts'

const RANDOM = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const TAG = 'tag123'
const parse = keyParser('vk')

describe('keyParser: the six forms', () => {
  it.each([
    ['vk_live_', 'secret', 'live'],
    ['vk_sandbox_', 'secret', 'sandbox'],
    ['vk_pub_live_', 'publishable', 'live'],
    ['vk_pub_sandbox_', 'publishable', 'sandbox'],
    ['vk_tok_live_', 'access_token', 'live'],
    ['vk_tok_sandbox_', 'access_token', 'sandbox'],
  ] as const)('%s', (prefix, kind, environment) => {
    const covered = prefix + RANDOM
    expect(parse(covered + TAG)).toStrictEqual({ kind, environment, covered, tag: TAG })
    expect(keyPrefix('vk', kind, environment)).toBe(prefix)
  })

  it('another brand has its own keys and no others', () => {
    expect(keyParser('acme')(`acme_live_${RANDOM}${TAG}`)?.covered).toBe(`acme_live_${RANDOM}`)
    expect(keyParser('acme')(`vk_live_${RANDOM}${TAG}`)).toBeUndefined()
  })
})

describe('keyParser: nothing else', () => {
  const good = `vk_live_${RANDOM}${TAG}`
  it.each([
    ['empty', ''],
    ['one character less', good.slice(0, -1)],
    ['one character more', `${good}a`],
    ['another environment', good.replace('live', 'test')],
    ['upper case prefix', good.replace('vk_live', 'VK_LIVE')],
    ['upper case environment', good.replace('live', 'Live')],
    ['another mark', good.replace('vk_', 'vk_adm_')],
    ['marks in the other order', good.replace('vk_', 'vk_live_pub_')],
    ['two marks', good.replace('vk_', 'vk_pub_tok_')],
    ['a space before', ` ${good}`],
    ['a space after', `${good} `],
    ['a newline after', `${good}\n`],
    ['a line before', `x\n${good}`],
    ['an underscore within', good.replace('ABC', 'A_C')],
    ['a dash within', good.replace('ABC', 'A-C')],
    ['NUL within', good.replace('ABC', 'A\0C')],
    ['a letter that only looks like one', good.replace('A', '\u0410')],
    ['a full-width digit', good.replace('1', '\uff11')],
    ['a zero-width space', good.replace('ABC', 'A\u200bC')],
    ['a letter that upper-cases to two', good.replace('A', '\u00df')],
  ])('%s', (_form, text) => {
    expect(parse(text)).toBeUndefined()
  })

  it('only the one spelling of a key is a key', () => {
    fc.assert(
      fc.property(
        fc.nat(good.length - 1),
        fc.string({ unit: 'binary', maxLength: 2 }),
        (i, put) => {
          const text = good.slice(0, i) + put + good.slice(i + 1)
          if (put.length === 1 && /^[0-9A-Za-z]$/.test(put) && i >= 8) {
            expect(parse(text)?.covered).toBe(text.slice(0, -6))
          } else if (text !== good) {
            expect(parse(text)).toBeUndefined()
          }
        },
      ),
    )
  })
})

describe('attack corpus: key format', () => {
  interface Input {
    readonly fn: string
    readonly arg: string
  }
  const rows = attackCases<Input>('key', 'unit').filter(({ input }) => input.fn === 'parseKey')
  it('has the rows', () => {
    expect(rows.map(({ id }) => id)).toStrictEqual(['K01', 'K03', 'K05', 'K06'])
  })
  // The rows end in an ellipsis where the rest of a key is meant.
  it.each(rows)('$id $expect', ({ id, input }) => {
    const key = input.arg.replace(/\u2026$/, RANDOM + TAG)
    if (id === 'K03') expect(parse(key)).toMatchObject({ kind: 'publishable', environment: 'live' })
    else expect(parse(key)).toBeUndefined()
    const long = input.arg.repeat(1_000)
    const harmless = 'a'.repeat(long.length)
    // What backtracks would take thousands of times as long.
    const reading = (text: string) => () => {
      for (let n = 0; n < 100; n++) parse(text)
    }
    expect(timesAsLong(reading(long), reading(harmless))).toBeLessThan(50)
  })
})

describe('randomBase62', () => {
  it('is as long as asked, in the alphabet, and never the same', () => {
    const texts = Array.from({ length: 200 }, () => randomBase62(26))
    for (const text of texts) expect(text).toMatch(/^[0-9A-Za-z]{26}$/)
    expect(new Set(texts).size).toBe(200)
  })

  it('every character as likely as the others: chi-squared over 124,000 of them', () => {
    const expected = 2_000
    const counts = new Map<string, number>()
    const texts = Array.from({ length: expected }, () => randomBase62(62))
    for (const c of texts.join('')) counts.set(c, (counts.get(c) ?? 0) + 1)
    expect(counts.size).toBe(62)
    const chi = [...counts.values()].reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0)
    // 61 degrees of freedom: above 142 once in 10^8 runs. Modulo bias (256 % 62) would give over 900.
    expect(chi).toBeLessThan(142)
  })
})

describe('base62', () => {
  it.each([
    [0, 6, '000000'],
    [9, 1, '9'],
    [10, 1, 'A'],
    [61, 2, '0z'],
    [62, 2, '10'],
    [62 ** 6 - 1, 6, 'zzzzzz'],
  ])('%i in %i places is %s', (value, length, expected) => {
    expect(base62(value, length)).toBe(expected)
  })
})
