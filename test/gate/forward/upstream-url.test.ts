import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalPath } from '../../../src/gate/path.ts'
import { upstreamUrl } from '../../../src/gate/forward/upstream-url.ts'
import { attackCases } from '../../corpora.ts'

describe('upstreamUrl: the configured base, and below it the path', () => {
  it.each([
    ['https://up.example', '/a/b', '', 'https://up.example/a/b'],
    ['https://up.example/', '/a/b', '?c=d', 'https://up.example/a/b?c=d'],
    ['https://up.example/base', '/a', '', 'https://up.example/base/a'],
    ['https://up.example/base/', '/a/', '', 'https://up.example/base/a/'],
    ['http://127.0.0.1:9000/x/y', '/', '?z', 'http://127.0.0.1:9000/x/y/?z'],
    ['https://up.example/?own=1#own', '/a', '', 'https://up.example/a'],
    ['https://up.example', '/a%2Fb/%C3%A9', '', 'https://up.example/a%2Fb/%C3%A9'],
  ])('%s + %s%s', (base, path, search, expected) => {
    expect(upstreamUrl(new URL(base), path, search)).toBe(expected)
  })

  it('the configured URL itself is not touched', () => {
    const base = new URL('https://up.example/base')
    upstreamUrl(base, '/a', '?b')
    expect(base.href).toBe('https://up.example/base')
  })
})

describe('upstreamUrl: what the parser would change is undefined', () => {
  it.each([
    ['an authority', '//evil.com/x', ''],
    ['a backslash authority', '/\\evil.com/x', ''],
    ['a backslash', '/a\\b', ''],
    ['dots up to an authority', '/..//evil.com', ''],
    ['userinfo', '@evil.com/', ''],
    ['an absolute URL', 'https://evil.com/', ''],
    ['no path', '', ''],
    ['dots above the prefix', '/../admin', ''],
    ['encoded dots above the prefix', '/%2e%2e/admin', ''],
    ['a fragment', '/a#b', ''],
    ['a query in the path', '/a?b', ''],
    ['a dropped tab', '/a\tb', ''],
    ['a query without its question mark', '/a', 'b=c'],
    ['a fragment in the query', '/a', '?b#c'],
  ])('%s', (_guarantee, path, search) => {
    expect(upstreamUrl(new URL('https://up.example/base'), path, search)).toBeUndefined()
  })
})

describe('attack corpus: building the target', () => {
  interface Input {
    readonly fn: 'buildTarget' | 'stripPrefix' | 'rewrite'
    readonly origin?: string
    readonly prefix?: string
    readonly path: string
  }
  // A prefix is only ever replaced by joining the rest to a base, so for P25 and P26 the rest is what counts.
  const rest: Readonly<Record<Input['fn'], (input: Input) => string>> = {
    buildTarget: (input) => input.path,
    stripPrefix: (input) => input.path.slice(input.prefix?.length),
    rewrite: (input) => input.path.replace('/foo', ''),
  }
  it.each(attackCases<Input>('path', 'unit'))('$id $input.fn $input.path', ({ input }) => {
    const base = new URL(input.origin ?? 'https://origin.internal/bar')
    expect(upstreamUrl(base, rest[input.fn](input), '')).toBeUndefined()
  })
})

describe('properties', () => {
  const BASES = ['https://up.example', 'https://up.example/base/', 'http://u:p@up.example:8080/x']
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(
        fc.constantFrom(
          '/',
          '//',
          '..',
          '\\',
          '@',
          ':',
          '%2e',
          '?',
          '#',
          'evil.com',
          'a',
          '%2F',
          '%61',
        ),
      )
      .map((pieces) => `/${pieces.join('')}`),
  )

  it('the host never leaves the configured upstream', () => {
    fc.assert(
      fc.property(fc.constantFrom(...BASES), text, text, (base, path, search) => {
        const configured = new URL(base)
        const built = upstreamUrl(configured, path, search)
        if (built === undefined) return
        const url = new URL(built)
        expect(url.href).toBe(built)
        expect(url.origin).toBe(configured.origin)
        expect(url.username).toBe(configured.username)
        expect(url.pathname).toBe(configured.pathname.replace(/\/$/, '') + path)
      }),
      { numRuns: 5000 },
    )
  })

  it('the path that was decided on is the path that is forwarded', () => {
    fc.assert(
      fc.property(fc.constantFrom(...BASES), text, (base, raw) => {
        const decision = canonicalPath(`https://api.example.com/${raw}`)
        if (!decision.ok) return
        const { path, search } = decision.value
        const url = URL.parse(upstreamUrl(new URL(base), path, search) ?? '')
        const prefix = new URL(base).pathname.replace(/\/$/, '')
        expect(url?.pathname.slice(prefix.length)).toBe(path)
        expect(url?.search).toBe(search)
      }),
      { numRuns: 5000 },
    )
  })
})
