// The gate's own steps and what else reads a client's text: linear as a whole, not pattern by pattern.

import { describe, expect, it } from 'vitest'

import { redactPath } from '../../src/audit/redact.ts'
import type { Product } from '../../src/catalog/define.ts'
import { compileRoutes } from '../../src/catalog/match.ts'
import { shipped } from '../../src/catalog.ts'
import { controlRoutes } from '../../src/catalog/operations.ts'
import { readCursor } from '../../src/control/logs/page.ts'
import { readCredential } from '../../src/gate/credential.ts'
import { connectionListed, foldHeaderName } from '../../src/gate/forward/headers.ts'
import { filterHeaders } from '../../src/gate/forward/filter-headers.ts'
import { checkSubprotocols } from '../../src/gate/subprotocol.ts'
import { SentHeaders } from '../../src/gate/forward/sent-headers.ts'
import { canonicalPath } from '../../src/gate/path.ts'
import { isSerializedOrigin } from '../../src/lists/origin-list.ts'
import { parseAddress } from '../../src/lists/address.ts'
import { keyParser } from '../../src/credentials/format.ts'
import { readToken } from '../../src/credentials/jwt-form.ts'
import { cpuMs, growthOf, repeated } from './worst.ts'

/** 8 is linear, 64 is square. */
const GROWTH_MAX = 24

const [product] = shipped.products as readonly [Product, ...Product[]]
const routes = compileRoutes(shipped)
const own = controlRoutes()
const FORMS = {
  brand: 'vk',
  importedPrefixes: ['legacy-'],
  jwtIssuers: [{ issuer: 'https://edge.test' }],
}
const parseKey = keyParser('vk')
const reader = (name: string, value: string) => {
  const headers = new Map([[name, value]])
  return { get: (one: string) => headers.get(one) ?? null, has: (one: string) => headers.has(one) }
}
/** A token whose payload has these members. */
const token = (members: string) =>
  [`{"kid":"a"}`, `{${members.slice(0, -1)}}`, 'c']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.')

const STEPS: readonly (readonly [
  step: string,
  run: (text: string) => unknown,
  pumps: readonly string[],
])[] = [
  [
    'a path',
    (text) => canonicalPath(`https://edge.test/${text.slice(0, -1)}`),
    ['a', 'a/', '%41', '%C3%A9', '%2F', './', '%25', '-ey', 'xn--', '~a.', '%', '%E4'],
  ],
  ['a host', (text) => canonicalPath(`https://${text.slice(0, -1)}/`), ['a.', 'xn--', '-a', '1.']],
  [
    'a query',
    (text) => canonicalPath(`https://edge.test/?${text.slice(0, -1)}`),
    ['a&', '%41', '?', '[', '%'],
  ],
  [
    'the routes of the catalog',
    (text) => routes.match('GET', `/api/v1/sessions/${text.slice(0, -1)}`),
    ['a', 'a/', '/', 'A/', '%20', '.', './', '%20/', 'result/'],
  ],
  [
    'the routes of the management API',
    (text) => own.match('GET', `/edge/v1/keys/${text.slice(0, -1)}`),
    ['a', 'a/', 'rotate/', '%20', './'],
  ],
  [
    'a path for the audit',
    (text) => redactPath(`/${text}`, 'vk', ['legacy-', 'key']),
    ['-ey', 'ey-.', 'eyaaaaaaaa.', 'vk_live', 'vk_', 'legacy-', 'aB3', 'a/', '%61', '%2561', '-'],
  ],
  [
    'a credential',
    (text) => readCredential(reader('authorization', `Bearer ${text}`)),
    ['a', '=', '.', 'a, ', ' '],
  ],
  ['a key', (text) => readCredential(reader('x-api-key', text)), ['a', 'a, ', ' ']],
  ['the form of a key', parseKey, ['a', 'vk_live_']],
  ['a token', (text) => readToken(token(text.slice(0, -1))), ['"a":1,', '"\\\\":1,', '"a":[],']],
  ['a header of many values', (text) => connectionListed(reader('connection', text)), ['a, ', ',']],
  [
    'subprotocols',
    (text) => checkSubprotocols(reader('sec-websocket-protocol', text), FORMS),
    ['a', '=', 'YWFh', '%41', '%2541', '61', 'vk_live_', '"iss" : ', 'a, '],
  ],
  ['as many headers as their list names', filtered, ['a']],
  ['a header’s name', foldHeaderName, ['-', '_a', '_', 'a.']],
  ['an address', parseAddress, ['1.', ':', 'a:', '0']],
  ['an origin', isSerializedOrigin, ['a.', 'https://', 'a', ':']],
  ['a cursor', readCursorOf, ['a', '=', '-']],
]

function redact(text: string): unknown {
  return redactPath(text, 'vk')
}

const sentOf = new Map<number, SentHeaders>()
/** Takes away as many headers as the text is long, all of which the list names. */
function filtered({ length }: string): void {
  const sent = sentOf.get(length) ?? new SentHeaders(new Headers(listedHeaders(length)))
  sentOf.set(length, sent)
  // The runtime’s own part is not looked at here.
  filterHeaders({ delete: () => undefined } as unknown as Headers, sent, product, false)
}

function listedHeaders(count: number): [string, string][] {
  const names = Array.from({ length: count }, (_, i) => `x-${10_000 + i}`)
  return [...names.map((name): [string, string] => [name, '']), ['connection', names.join(', ')]]
}

function readCursorOf(text: string): unknown {
  return readCursor(text, ['string'])
}

describe('in 16,000 characters at most what is linear of 2,000', () => {
  it.each(STEPS)('%s', (_step, run, pumps) => {
    const steep = pumps
      .map((pump) => [pump, growthOf(run, repeated('', pump))] as const)
      .filter(([, ratio]) => ratio > GROWTH_MAX)
    expect(steep).toEqual([])
  })
})

describe('a path of 16 KB', () => {
  it.each(['-ey', 'ey-.', 'eyaaaaaaaa.', 'vk_live', 'a/', 'aB3'])(
    'of %s costs the audit at most twice a harmless one',
    (pump) => {
      const harmless = `/${'-ab'.repeat(5_333)}`
      let least = Infinity
      for (let attempt = 0; attempt < 20 && least > 2; attempt++) {
        const reference = cpuMs(redact, harmless)
        least = Math.min(least, cpuMs(redact, repeated('/', pump)(16_000)) / reference)
      }
      expect(least).toBeLessThanOrEqual(2)
    },
  )
})
