// What a client spells in another way never reaches, through a forgiving router, a row that was not
// decided on: every spelling against every habit, alone and together. The habits are written anew here,
// as the routers' documents have them.

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { defineCatalog, type CatalogDefinition } from '../../src/catalog/define.ts'
import { fullPattern } from '../../src/catalog/check.ts'
import { compileRoutes } from '../../src/catalog/match.ts'
import { shipped } from '../../src/catalog.ts'
import { canonicalPath } from '../../src/gate/path.ts'

/** A catalog of GET rows that are open to secret keys, from their patterns. */
function catalogOf(...patterns: string[]) {
  return defineCatalog({
    scopes: {},
    plans: { free: { limits: [{ name: 'plan', quota: 1, window: 1 }] } },
    publishable: { quota: 1, window: 1, per: 'key', scopes: [] },
    products: [
      {
        id: 'p',
        accepts: ['secret'],
        routes: patterns.map((pattern) => ({ verbs: ['GET'], pattern, scopes: [] })),
      },
    ],
  })
}

/** The row of a request target as the gate decides: refused by its form, without a row, or one. */
function decide(catalog: CatalogDefinition, verb: string, target: string): string {
  const path = canonicalPath(`https://edge.test${target}`)
  if (!path.ok) return '400'
  return compiled(catalog).match(verb, path.value.path)?.pattern ?? '404'
}

const tables = new Map<CatalogDefinition, ReturnType<typeof compileRoutes>>()
function compiled(catalog: CatalogDefinition): ReturnType<typeof compileRoutes> {
  const known = tables.get(catalog) ?? compileRoutes(catalog as typeof shipped)
  tables.set(catalog, known)
  return known
}

/** What a router makes of a path before it looks it up. */
type Habit = (path: string) => string

const eachSegment = (path: string, change: (segment: string) => string): string =>
  path.split('/').map(change).join('/')

const habits: Readonly<Record<string, Habit>> = {
  'a slash at the end (Express, Django APPEND_SLASH)': (path) => path.replace(/(.)\/$/, '$1'),
  'case (Express, ASP.NET)': (path) => path.toLowerCase(),
  'one format (Rails, Django REST Framework)': (path) => path.replace(/\.[^./]+(\/?)$/, '$1'),
  'every format (Spring)': (path) => path.replace(/([^/.])\.[^/]*(\/?)$/, '$1$2'),
  'a format of any segment': (path) => eachSegment(path, (one) => one.replace(/(.)\..*$/, '$1')),
  'dots and blanks at the end of segments (Windows)': (path) =>
    eachSegment(path, (one) => one.replace(/(?:\.|%20)+$/, '')),
  'what is around segments (trim)': (path) =>
    eachSegment(path, (one) => encodeURIComponent(decodeURIComponent(one).trim())),
  'a plus as a blank (form decoding)': (path) => path.replaceAll('+', '%20'),
  'streams of files (IIS)': (path) => path.replace(/::\$data$/i, ''),
  'an index': (path) => path.replace(/\/index(?:\.\w+)?$/i, ''),
  'a file of the front controller': (path) => path.replace(/\/index\.php(?=\/|$)/i, ''),
  'several slashes as one': (path) => path.replace(/\/{2,}/g, '/'),
  'compatibility forms (re.IGNORECASE)': (path) =>
    eachSegment(path, (one) => encodeURIComponent(decodeURIComponent(one).normalize('NFKC'))),
  'a name without its extension that is empty': (path) => path.replace(/\/\.[^/]*$/, ''),
}

/** Compares as the pattern's specificity does: a literal, its end, a name, everything below. */
function rank(pattern: string): string {
  return pattern
    .split('/')
    .map((one) => (one === '**' ? 3 : one.startsWith(':') ? 2 : 0))
    .join('')
    .padEnd(20, '1')
}

/** Every habit, and every two and three of them one after the other. */
function readingsOf(path: string): Set<string> {
  const read = new Set([path])
  for (let round = 0; round < 3; round++) {
    for (const known of [...read]) for (const habit of Object.values(habits)) read.add(habit(known))
  }
  return read
}

/** The most specific row of a path, literally; specificity as docs/design.md has it. */
function rowOf(catalog: CatalogDefinition, verb: string, path: string): string | undefined {
  const found = catalog.products
    .flatMap((product) => product.routes.map((route) => ({ product, route })))
    .filter(({ route }) => route.verbs.some((one) => one === verb))
    .map(({ product, route }) => fullPattern(product, route))
    .filter((pattern) => {
      const form = pattern.replace(/[.]/g, '\\.').replace(/:\w+/g, '[^/]+')
      return new RegExp(`^${form.replace('/**', '(?:/.*)?')}$`).test(path)
    })
  return found.toSorted((a, b) => rank(a).localeCompare(rank(b)))[0]
}

const SUFFIXES = [
  ...['.json', '.xml', '.JSON', '.Json', '.html', '.gz', '.tar.gz', '.geojson', '.a-b_c', '.'],
  ...['..', '...', '%20', '%20%20', '%20.json', '.json%20', '.%20json', '%2ejson', '%2Ejson/'],
  ...['.json/', '.xml/', '/', './', '/index', '/index.html', '/INDEX.HTML', '/index/', '/.json'],
  ...['/index.php', '/%20', '/index.html/', '.json/index', ';v=1', ';jsessionid=x', '.json;x'],
  ...['.json;x/', '%3Bv=1', '::$DATA', '::$data', '.json::$DATA', '+', '++', '+.json'],
  ...['%C2%A0', '%E3%80%80', '%EF%BC%8Ejson', '.%6Ason', '.json?x', '.json#x', '%00', '%09'],
]

/** Spellings of a path: suffixes at its end, on each segment, in other cases and letters. */
function spellingsOf(path: string): string[] {
  const segments = path.split('/').slice(1)
  const at = (index: number, change: (segment: string) => string): string =>
    `/${segments.map((one, i) => (i === index ? change(one) : one)).join('/')}`
  const changes: ((segment: string) => string)[] = [
    ...['.json', '.', '%20', '.tar.gz', ';x=1', '.JSON', '/', '/index.php', '/.'].map(
      (suffix) => (one: string) => one + suffix,
    ),
    (one) => one.toUpperCase(),
    (one) => `${one.toUpperCase()}.JSON`,
    (one) => `%20${one}`,
    (one) => one.replace('s', '%C5%BF'),
    (one) => one.replace('k', '%E2%84%AA'),
    (one) =>
      one.replace(/[a-z]/, (c) =>
        encodeURIComponent(String.fromCharCode(c.charCodeAt(0) + 0xfee0)),
      ),
    (one) => one.replace(/[a-z]/, (c) => `%${c.charCodeAt(0).toString(16)}`),
  ]
  return [
    ...SUFFIXES.flatMap((suffix) => [path + suffix, path.toUpperCase() + suffix]),
    ...segments.flatMap((_, index) => changes.map((change) => at(index, change))),
    ...segments.flatMap((_, index) => changes.map((change) => `${at(index, change)}.json`)),
  ]
}

/** Concrete paths of every row, with and without something below `/**`. */
function pathsOf(catalog: CatalogDefinition): (readonly [verb: string, path: string])[] {
  return catalog.products.flatMap((product) =>
    product.routes.flatMap((route) => {
      const plain = fullPattern(product, route).replaceAll(/:\w+/g, '1')
      const paths = plain.endsWith('/**') ? [plain.slice(0, -3), plain.replace('**', 'b')] : [plain]
      return route.verbs.flatMap((verb) => paths.map((path) => [verb, path] as const))
    }),
  )
}

const catalogs: Readonly<Record<string, CatalogDefinition>> = {
  'the shipped catalog': shipped,
  'rows in rows': catalogOf('/a/**', '/a/:x', '/a/b', '/a/:x/c', '/a/b/**', '/a', '/a/b/c/d'),
  'inner literals': catalogOf('/s/**', '/s/current/result', '/s/:id/skills', '/s/:id/keys/:key'),
  'literals with dots': catalogOf(
    '/f/**',
    '/f/report.v2',
    '/f/report.v2.json/raw',
    '/openapi.json',
  ),
}

describe('a spelling that some router takes for another row is refused', () => {
  it.each(Object.entries(catalogs))(
    '%s: every spelling, for every habit and three together',
    (_, catalog) => {
      const reached: string[] = []
      let forwarded = 0
      for (const [verb, path] of pathsOf(catalog)) {
        for (const spelling of spellingsOf(path)) {
          const target = canonicalPath(`https://edge.test${spelling}`)
          const row = decide(catalog, verb, spelling)
          if (!target.ok || row === '404') continue
          forwarded++
          for (const reading of readingsOf(target.value.path)) {
            const read = rowOf(catalog, verb, reading)
            if (read !== undefined && read !== row && !spelledOut(row, target.value.path, read)) {
              reached.push(`${verb} ${spelling} passes ${row} and is ${read} as ${reading}`)
            }
          }
        }
      }
      expect(reached).toStrictEqual([])
      expect(forwarded).toBeGreaterThan(20)
    },
  )

  it.each([
    ['GET', '/api/v1/sessions/1/result.json', '404'],
    ['GET', '/api/v1/sessions/1/result.xml', '404'],
    ['GET', '/api/v1/sessions/1/result.json/', '404'],
    ['GET', '/api/v1/sessions/1/RESULT.JSON/', '404'],
    ['GET', '/api/v1/sessions/1/result%2ejson', '404'],
    ['GET', '/api/v1/sessions/1/result.tar.gz', '404'],
    ['GET', '/api/v1/sessions/1/result/index', '404'],
    ['GET', '/api/v1/sessions/1/result/index.html', '404'],
    ['GET', '/api/v1/sessions/1/result/.json', '404'],
    ['GET', '/api/v1/sessions/1/result;v=1', '400'],
    ['GET', '/api/v1/sessions/1/result.json;x', '400'],
    ['GET', '/api/v1/sessions/1/documents.json', '404'],
    ['GET', '/api/v1/sessions/1/documents.json/d', '404'],
    ['POST', '/api/v1/sessions/1/documents.json', '404'],
    ['HEAD', '/api/v1/sessions/1/result.json', '404'],
    // The inner segment is a name: it is the row that asks for more.
    ['GET', '/api/v1/sessions/1.json/result', '/api/v1/sessions/:id/result'],
    ['GET', '/api/v1/sessions/1.json/result.json', '404'],
  ])('%s %s: %s', (verb, target, expected) => {
    expect(decide(shipped, verb, target)).toBe(expected)
  })

  it('a suffix on an inner literal does not reach the row of the literal', () => {
    const catalog = catalogOf('/sessions/**', '/sessions/current/result')
    expect(decide(catalog, 'GET', '/sessions/current.json/result')).toBe('404')
    expect(decide(catalog, 'GET', '/sessions/other.json/result')).toBe('/sessions/**')
  })

  it('a preflight for such a path is not open either', () => {
    const open = compiled(shipped)
    expect(open.publishableVerbs('/api/v1/sessions')).toStrictEqual(['POST'])
    for (const suffix of ['.json', '/', '/index', '.', '%20', '.JSON']) {
      expect(open.publishableVerbs(`/api/v1/sessions${suffix}`)).toStrictEqual([])
    }
  })
})

/** A segment that the deciding row itself spells out is not read in another way. */
function spelledOut(row: string, path: string, other: string): boolean {
  const [own, theirs, sent] = [row, other, path].map((one) => one.split('/'))
  const differ = own?.findIndex((one, i) => one !== theirs?.[i] && one === sent?.[i]) ?? -1
  return differ > 0 && own?.[differ]?.includes('.') === true
}

describe('what is no other row passes as it came', () => {
  it.each([
    ['/api/v1/sessions/1.json', '/api/v1/sessions/**'],
    ['/api/v1/sessions/a.b.c', '/api/v1/sessions/**'],
    ['/api/v1/sessions/john.doe@example.com', '/api/v1/sessions/**'],
    ['/api/v1/sessions/1/results.json', '/api/v1/sessions/**'],
    ['/api/v1/sessions/1/my-result.json', '/api/v1/sessions/**'],
    ['/api/v1/sessions/1/resultjson', '/api/v1/sessions/**'],
    ['/api/v1/sessions/1/result-json', '/api/v1/sessions/**'],
    ['/api/v1/sessions/1/result/a.json', '/api/v1/sessions/**'],
    ['/api/v1/documents/D.1/download', '/api/v1/documents/:id/download'],
    ['/api/v1/identities/index.html', '/api/v1/identities/**'],
    ['/api/v1/identities/%C3%89.pdf', '/api/v1/identities/**'],
  ])('%s: %s', (target, expected) => {
    expect(decide(shipped, 'GET', target)).toBe(expected)
  })

  it('a row that names a suffix itself works, beside one without it', () => {
    const catalog = catalogOf(
      '/r/**',
      '/r/:id/result',
      '/r/:id/result.json',
      '/openapi.json',
      '/v1.0/**',
    )
    expect(decide(catalog, 'GET', '/r/1/result.json')).toBe('/r/:id/result.json')
    expect(decide(catalog, 'GET', '/r/1/result')).toBe('/r/:id/result')
    expect(decide(catalog, 'GET', '/openapi.json')).toBe('/openapi.json')
    expect(decide(catalog, 'GET', '/v1.0/a.b')).toBe('/v1.0/**')
    expect(decide(catalog, 'GET', '/r/1/result.xml')).toBe('404')
    expect(decide(catalog, 'GET', '/r/1/RESULT.JSON')).toBe('404')
    expect(decide(catalog, 'GET', '/r/1/result.json.gz')).toBe('404')
  })

  it('files whose names begin with a dot, and an index, where their folder is no row', () => {
    const catalog = catalogOf('/files/:name', '/docs/:page/index.html')
    expect(decide(catalog, 'GET', '/files/.gitignore')).toBe('/files/:name')
    expect(decide(catalog, 'GET', '/files/index.html')).toBe('/files/:name')
    expect(decide(catalog, 'GET', '/docs/a/index.html')).toBe('/docs/:page/index.html')
  })

  it('property: a plain path is the row that its segments say', () => {
    const segment = fc.constantFrom('a', 'b', 'c', 'd', 'x1', 's', 'result', 'keys', 'current')
    const path = fc.array(segment, { minLength: 1, maxLength: 5 }).map((all) => `/${all.join('/')}`)
    fc.assert(
      fc.property(path, fc.constantFrom(...Object.values(catalogs)), (plain, catalog) => {
        expect(decide(catalog, 'GET', plain)).toBe(rowOf(catalog, 'GET', plain) ?? '404')
      }),
      { numRuns: 2000 },
    )
  })
})

describe('reading takes time that is linear in the path', () => {
  const units = ['.a', '.', '%20', '+', '::', '/index', '/.a', '/a.a', '/A', '/%20', '%E2%84%AA']
  it.each(units)('of %s, as often as it goes in', (unit) => {
    const routes = compiled(shipped)
    const best = (length: number): number => {
      const path = `/api/v1/sessions/${unit.repeat(length / unit.length)}`
      const runs = Array.from({ length: 7 }, () => {
        const from = performance.now()
        for (let i = 0; i < 5; i++) routes.match('GET', path)
        return performance.now() - from
      })
      return Math.min(...runs)
    }
    best(2_000)
    // Sixteen times the length: quadratic would be 256 times the time.
    expect(best(32_000) / best(2_000)).toBeLessThan(96)
  })
})
