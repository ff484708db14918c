import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  compileOriginList,
  isSerializedOrigin,
  originListContains,
} from '../../src/lists/origin-list.ts'
import { parseOriginEntry } from '../../src/lists/origin-entry.ts'
import { ownersOf } from '../../src/lists/origin-owner.ts'
import { attackCases, thirdParty } from '../corpora.ts'
import { timesAsLong } from '../harness/ratio.ts'

/** As the gate has it of entries that were judged when they were stored. */
const compiled = (entries: readonly string[]) => compileOriginList(entries, ownersOf(entries))

function admits(entries: readonly string[], origin: string): boolean {
  const list = compiled(entries)
  if ('unreadable' in list) throw new Error(`unreadable: ${list.unreadable}`)
  return originListContains(list, origin)
}

function wildcards(count: number) {
  const list = compiled(Array.from({ length: count }, (_, n) => `https://*.c${n}.example.com`))
  if ('unreadable' in list) throw new Error(`unreadable: ${list.unreadable}`)
  return list
}

describe('parseOriginEntry: what a browser sends, letter for letter', () => {
  it.each([
    'https://app.example.com',
    'http://localhost:3000',
    'https://example.com:8443',
    'http://127.0.0.1:8080',
    'http://[::1]:8080',
    'https://xn--rsum-bpad.com',
    'https://*.example.com',
    'https://*.app.example.co.uk:8443',
    'https://*.mine.vercel.app',
    'capacitor://localhost',
    'ionic://localhost',
    'tauri://localhost',
    'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
    'moz-extension://2c127fa4-62c7-7e4f-90e5-472b45eecfdc',
  ])('%s', (text) => {
    expect(parseOriginEntry(text)).toMatchObject({ ok: true, value: { origin: text } })
  })

  it.each([
    ['null', 'null', /sandboxed/],
    ['every site', '*', /lift the restriction/],
    ['every https site', 'https://*', /public suffix|first label/],
    ['nothing', '', /no scheme/],
    ['a host alone', 'app.example.com', /no scheme/],
    ['a trailing slash', 'https://app.example.com/', /write https:\/\/app\.example\.com$/],
    ['a path', 'https://app.example.com/path', /write https:\/\/app\.example\.com$/],
    ['a query', 'https://app.example.com?q', /write https:\/\/app\.example\.com$/],
    ['a fragment', 'https://app.example.com#f', /write https:\/\/app\.example\.com$/],
    ['userinfo', 'https://u:p@app.example.com', /write https:\/\/app\.example\.com$/],
    ['upper case', 'https://APP.example.com', /write https:\/\/app\.example\.com$/],
    ['an upper-case scheme', 'HTTPS://app.example.com', /write https:\/\/app\.example\.com$/],
    ['the default port', 'https://app.example.com:443', /write https:\/\/app\.example\.com$/],
    [
      'a leading zero in the port',
      'https://example.com:08443',
      /write https:\/\/example\.com:8443$/,
    ],
    ['port 0', 'https://example.com:0', /scheme:\/\/host/],
    ['a port past 65535', 'https://example.com:65536', /not an origin/],
    ['any port', 'https://example.com:*', /not an origin/],
    ['a U-label, with its A-label', 'https://résumé.com', /write https:\/\/xn--rsum-bpad\.com$/],
    ['a U-label below a *', 'https://*.résumé.com', /write https:\/\/\*\.xn--rsum-bpad\.com$/],
    ['space around', ' https://app.example.com', /write https|no scheme/],
    ['a list', 'https://a.example.com,https://b.example.com', /./],
    ['a file', 'file:///index.html', /scheme file:/],
    ['a WebSocket', 'wss://app.example.com', /scheme wss:/],
    ['a short IPv4', 'http://127.1', /write http:\/\/127\.0\.0\.1$/],
    ['a part of a label', 'https://*foo.com', /first label/],
    ['two labels of *', 'https://*.*.example.com', /first label/],
    ['a * inside', 'https://app.*.example.com', /first label/],
    ['a * of another scheme', 'capacitor://*.example.com', /first label/],
    ['a top level', 'https://*.com', /public suffix/],
    ['a public suffix', 'https://*.co.uk', /public suffix/],
    ['a private public suffix', 'https://*.vercel.app', /public suffix/],
    ['another private public suffix', 'https://*.github.io:8443', /public suffix/],
    ['a one-label intranet', 'https://*.internal', /public suffix/],
    [
      'a domain below which strangers have theirs',
      'https://*.amazonaws.com',
      /suffixes below amazonaws/,
    ],
    ['a * below a host with a trailing dot', 'https://*.example.com.', /public suffix/],
    ['a * below IPv4', 'http://*.127.0.0.1', /not an origin/],
    ['a * below IPv6', 'http://*.[::1]', /not an origin/],
    ['a very long text', `https://${'a'.repeat(100_000)}.com`, /longer than 300/],
  ])('refused: %s (%s)', (_guarantee, text, error) => {
    const entry = parseOriginEntry(text)
    expect(entry.ok ? 'accepted' : entry.error).toMatch(error)
  })
})

describe('originListContains', () => {
  const APP = ['https://app.example.com']
  const SUB = ['https://*.example.com']
  const PORT = ['https://*.example.com:8443']

  it.each<[string, readonly string[], string, boolean]>([
    ['an empty list matches nothing', [], 'https://app.example.com', false],
    ['the same origin', APP, 'https://app.example.com', true],
    ['another scheme', APP, 'http://app.example.com', false],
    ['another port', APP, 'https://app.example.com:8443', false],
    ['the default port written out', APP, 'https://app.example.com:443', false],
    ['upper case', APP, 'https://APP.example.com', false],
    ['a trailing dot', APP, 'https://app.example.com.', false],
    ['a trailing slash', APP, 'https://app.example.com/', false],
    ['a suffix attack', APP, 'https://app.example.com.evil.com', false],
    ['an underscore suffix', APP, 'https://app.example.com_.evil.com', false],
    ['a dot is a dot', APP, 'https://appXexample.com', false],
    ['two origins', APP, 'https://app.example.com https://evil.com', false],
    ['two headers joined', APP, 'https://app.example.com, https://evil.com', false],
    ['the same twice', APP, 'https://app.example.com, https://app.example.com', false],
    ['null', APP, 'null', false],
    ['empty', APP, '', false],
    ['a homograph', APP, 'https://xn--pp-6kc.example.com', false],
    ['another scheme, listed', ['capacitor://localhost'], 'capacitor://localhost', true],
    ['another scheme, not listed', ['capacitor://localhost'], 'ionic://localhost', false],
    ['a host below', SUB, 'https://app.example.com', true],
    ['a host two below', SUB, 'https://a.b.example.com', true],
    ['never the bare domain', SUB, 'https://example.com', false],
    ['never an empty label', SUB, 'https://.example.com', false],
    ['a host that only ends alike', SUB, 'https://evilexample.com', false],
    ['a host below, elsewhere', SUB, 'https://app.example.com.evil.com', false],
    ['a host below, other scheme', SUB, 'http://app.example.com', false],
    ['a host below, other port', SUB, 'https://app.example.com:8443', false],
    ['a host below, upper case', SUB, 'https://APP.example.com', false],
    ['a host below, trailing dot', SUB, 'https://app.example.com.', false],
    ['a host below, with a path', SUB, 'https://app.example.com/', false],
    ['a host below, behind userinfo', SUB, 'https://evil.com@app.example.com', false],
    ['a host below, with a comma', SUB, 'https://a.com,https://app.example.com', false],
    ['a host below, with a space', SUB, 'https://evil.com https://app.example.com', false],
    ['a host below, with a newline', SUB, 'https://app.example.com\n', false],
    ['the entry itself is no origin', SUB, 'https://*.example.com', false],
    ['a port below', PORT, 'https://app.example.com:8443', true],
    ['no port below a port', PORT, 'https://app.example.com', false],
  ])('%s', (_guarantee, entries, origin, expected) => {
    expect(admits(entries, origin)).toBe(expected)
  })

  it('one unreadable entry makes the list unreadable, and is named', () => {
    expect(compiled(['https://a.example.com', '*', 'null'])).toEqual({ unreadable: '*' })
  })

  it.each([
    ['that nobody has judged', {}],
    ['whose owner is another', { 'https://*.example.com': 'example.org' }],
    ['whose owner only ends alike', { 'https://*.example.com': 'ample.com' }],
    ['whose owner is below it', { 'https://*.example.com': 'app.example.com' }],
    ['that is judged with another port', { 'https://*.example.com:8443': 'example.com' }],
  ])('a wildcard %s makes the list unreadable', (_guarantee, owners) => {
    const entries = ['https://a.example.com', 'https://*.example.com']
    expect(compileOriginList(entries, owners)).toEqual({ unreadable: 'https://*.example.com' })
  })

  it('a list of 1,000 wildcards costs no more than its host has labels', () => {
    const [short, long] = [wildcards(10), wildcards(1_000)]
    expect(originListContains(long, 'https://a.b.c999.example.com')).toBe(true)
    const lookUp = (list: typeof long) => () => {
      for (let n = 0; n < 2_000; n++) originListContains(list, 'https://a.b.c1000.example.com')
    }
    // A search through the list would take a hundred times as long.
    expect(timesAsLong(lookUp(long), lookUp(short))).toBeLessThan(20)
  })
})

describe('attack corpus: saving and matching', () => {
  const saved = attackCases<{ readonly arg: string }>('origin', 'unit')
  it.each(saved)('$id $input.arg', ({ input }) => {
    expect(parseOriginEntry(input.arg).ok).toBe(false)
  })

  // Of the end-to-end rows, what the list itself owes: those with a list, and one Origin or several.
  const sent = attackCases<{ readonly headers: readonly (readonly [string, string])[] }>(
    'origin',
    'e2e',
  )
    .map((row) => ({
      id: row.id,
      setup: (row as { readonly setup?: string }).setup ?? '',
      origin: row.input.headers
        .flatMap(([name, value]) => (name === 'Origin' ? [value] : []))
        .join(', '),
    }))
    .filter((row) => row.setup.startsWith('allowlist '))
  it.each(sent)('$id $setup: "$origin"', ({ id, setup, origin }) => {
    const entries = JSON.parse(setup.slice('allowlist '.length)) as string[]
    expect(admits(entries, origin)).toBe(id === 'O01')
  })
})

interface EntryTable {
  readonly cases: readonly { readonly input: string; readonly valid: boolean }[]
}
interface RequestTable {
  readonly cases: readonly { readonly input: string; readonly parses: boolean }[]
}
interface MatchTable {
  readonly cases: readonly {
    readonly desc: string
    readonly patterns: readonly string[]
    readonly accepts: readonly string[]
    readonly rejects: readonly string[]
  }[]
}

// Where our verdict differs on purpose; a row that stops differing fails.
const ENTRIES_DIFFERENT: Readonly<Record<string, string>> = {
  'http://*.example.com:*': 'a list names its ports',
  'http://xn--f': 'the URL parser of the platform takes it, and no host answers to it',
  'http://[::ffff:7f7f:7f7f]:90': 'it is how a browser writes that origin',
}
const REQUESTS_DIFFERENT: Readonly<Record<string, string>> = {
  '1ab://example.com': 'a scheme begins with a letter; what we echo has the form of an origin',
  'http://[example]:90': 'not hexadecimal',
  'http://[]': 'empty',
  'https://.example.com': 'an empty label',
  'https://example.com^8080': 'no character of a host',
  'https://example.com?': 'the same',
}

// The match table's sets with `*.kin` hang below a top level, which we refuse, so their domains are
// moved below one owner. A set with `:*` is unreadable to us: a list names its ports.
function moved(text: string): string {
  return text.replace(/\.(kin?)(?=:|$)/, '.$1.example.com')
}

describe('jub0bs/cors', () => {
  const entries = thirdParty<EntryTable>('cors/jub0bs-origin-patterns.json')?.cases ?? []
  const requests = thirdParty<RequestTable>('cors/jub0bs-origin-parse.json')?.cases ?? []
  const matches = thirdParty<MatchTable>('cors/jub0bs-origin-match.json')?.cases ?? []

  it.skipIf(entries.length === 0)('every deliberate difference is a row', () => {
    const inputs = [...entries, ...requests].map((row) => row.input)
    const different = [...Object.keys(ENTRIES_DIFFERENT), ...Object.keys(REQUESTS_DIFFERENT)]
    expect(inputs).toEqual(expect.arrayContaining(different))
  })
  it.each(entries)('entry "$input" valid: $valid', ({ input, valid }) => {
    expect(parseOriginEntry(input).ok).toBe(input in ENTRIES_DIFFERENT ? !valid : valid)
  })
  it.each(requests)('request "$input" parses: $parses', ({ input, parses }) => {
    expect(isSerializedOrigin(input)).toBe(input in REQUESTS_DIFFERENT ? !parses : parses)
  })

  it.each(matches)('set: $desc', ({ patterns, accepts, rejects }) => {
    if (patterns.some((text) => text.includes('*.kin') || text.endsWith(':*'))) {
      expect(compiled(patterns)).toHaveProperty('unreadable')
    }
    if (patterns.some((text) => text.endsWith(':*'))) return
    const list = patterns.map(moved)
    for (const origin of accepts) expect(admits(list, moved(origin))).toBe(true)
    for (const origin of rejects) expect(admits(list, moved(origin))).toBe(false)
  })
})

describe('isSerializedOrigin: what may be echoed in a CORS header', () => {
  it.each([
    'https://app.example.com',
    'http://localhost:3000',
    'http://[::1]',
    'capacitor://localhost',
  ])('%s may', (text) => {
    expect(isSerializedOrigin(text)).toBe(true)
  })
  it.each([
    'null',
    '',
    '*',
    'https://',
    'https://a b',
    'https://a,b',
    'https://a\r\nVary: x',
    'https://é.com',
  ])('%j may not', (text) => {
    expect(isSerializedOrigin(text)).toBe(false)
  })
  it('300 characters may, 301 may not', () => {
    const origin = `https://${'a.'.repeat(145)}aa`
    expect(origin).toHaveLength(300)
    expect(isSerializedOrigin(origin)).toBe(true)
    expect(isSerializedOrigin(`${origin}a`)).toBe(false)
  })
})

describe('properties', () => {
  const label = fc.stringMatching(/^[a-z0-9]{1,8}$/)
  const host = fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => labels.join('.'))
  const noise = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('.', ',', ' ', '/', '@', ':', '#', '?'),
  )

  it('nothing throws, whatever is saved or sent', () => {
    fc.assert(
      fc.property(fc.oneof(noise, fc.webUrl()), fc.oneof(noise, fc.webUrl()), (text, origin) => {
        expect(typeof parseOriginEntry(text).ok).toBe('boolean')
        const list = compiled([text, 'https://*.example.com'])
        if (!('unreadable' in list)) originListContains(list, origin)
      }),
    )
  })

  it('a wildcard admits exactly the hosts below its domain', () => {
    fc.assert(
      fc.property(host, noise, (prefix, text) => {
        expect(admits(['https://*.example.com'], `https://${prefix}.example.com`)).toBe(true)
        const origin = `https://${prefix}${text}example.com`
        expect(admits(['https://*.example.com'], origin)).toBe(
          /^https:\/\/(?:[a-z0-9_-]{1,63}\.)+example\.com$/.test(origin),
        )
      }),
    )
  })

  it('an accepted http entry is its own serialisation and admits itself', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.webUrl(),
          fc.webAuthority().map((authority) => `https://${authority}`),
        ),
        (text) => {
          if (!parseOriginEntry(text).ok) return
          expect(new URL(text).origin).toBe(text)
          if (!text.includes('*')) expect(admits([text], text)).toBe(true)
        },
      ),
    )
  })
})
