// What a name may be: shown on a line, it looks like what it is.

import { describe, expect, it } from 'vitest'

import { readLine, readName } from '../../src/lib/names.ts'
import { err, ok } from '../../src/lib/result.ts'

const hex = (char: string) =>
  `U+${char.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`

describe('a name', () => {
  it.each([
    ['spaces', '  a   b '],
    ['no-break spaces', '\u00a0a\u00a0\u202fb\u00a0'],
    ['wide and narrow blanks', '\u3000a\u2003\u2009\u205f\u1680b\u2000'],
    ['letters that show as blanks', '\u3164a\u115f\u1160\uffa0\u2800b\u3164'],
    ['line ends around it', '\r\n\ta b\t\n'],
  ])('has %s folded to one space, and none at its ends', (_, text) => {
    expect(readName(text)).toStrictEqual(ok('a b'))
  })

  it.each(
    [
      ...['\0', '\x07', '\t', '\n', '\r', '\x1b', '\x7f', '\x85', '\x9b'],
      ...['\u200e', '\u200f', '\u061c', '\u202a', '\u202b', '\u202c', '\u202d', '\u202e'],
      ...['\u2066', '\u2067', '\u2068', '\u2069', '\u206a', '\u206f'],
      ...['\u2028', '\u2029', '\ufeff', '\u200b', '\u2060', '\u2063', '\u00ad', '\u034f', '\u180e'],
      ...['\ufff9', '\ufffb', '\u{e0001}', '\u{e0041}', '\u{e007f}', '\u{1d173}'],
    ].map((char) => [hex(char), char] as const),
  )('holds no %s, wherever it stands', (_, char) => {
    expect(readName(`a${char}b`).ok).toBe(false)
    if (!'\t\n\r'.includes(char)) {
      expect(readName(`${char}ab`).ok).toBe(false)
      expect(readName(`ab${char}`).ok).toBe(false)
    }
  })

  it.each([['\ud800'], ['a\udc00'], ['\ud83da']])('holds no half of a pair', (text) => {
    expect(readName(text).ok).toBe(false)
  })

  it.each([
    ['nothing', ''],
    ['blanks alone', ' \u3000\u2800 '],
    ['joiners alone', '\u200d\u200c'],
    ['201 characters', 'x'.repeat(201)],
  ])('is not %s', (_, text) => {
    expect(readName(text).ok).toBe(false)
  })

  it.each([
    ['order service'],
    ['Ключ №1 (тест)'],
    ['می‌خواهم'],
    ['क्‍ष'],
    ['ประเทศไทย'],
    ['שירות הזמנות'],
    ['👩‍💻 ❤️ key'],
    ['a'.repeat(200)],
    [`<b>"'&;--`],
  ])('may be %s', (text) => {
    expect(readName(text)).toStrictEqual(ok(text))
  })

  it('of 200 is counted after its blanks are folded', () => {
    expect(readName(`${' '.repeat(500)}a${' '.repeat(500)}`)).toStrictEqual(ok('a'))
    expect(readName('a  b').ok).toBe(true)
  })
})

it('a line of text may be empty, a name may not', () => {
  expect(readLine('  ')).toStrictEqual(ok(''))
  expect(readLine(' a  b')).toStrictEqual(ok('a b'))
  expect(readLine('a\u202eb')).toStrictEqual(
    err('must not hold control characters, nor such as are not seen or turn the direction'),
  )
})
