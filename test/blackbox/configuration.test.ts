// A setting or binding that is missing or malformed stops everything: each request is 503, nothing
// is forwarded, and the console names what is wrong, without its value.

import { afterEach, describe, expect, test } from 'vitest'

import { generateSigningKey } from '../../src/keys/signing-keys.ts'
import { startEdge } from '../harness/edge.ts'
import type { EdgeOptions, TestEdge } from '../harness/edge.ts'
import { refusalOf } from './call.ts'

let edge: TestEdge | undefined
afterEach(async () => {
  await edge?.stop()
  edge = undefined
})

async function isMisconfigured(options: EdgeOptions): Promise<string> {
  const log: string[] = []
  edge = await startEdge({ ...options, onLog: (line) => log.push(line) })
  const headers = { 'x-api-key': 'vk_live_whatever', origin: 'https://a.example' }
  const requests: [string, RequestInit][] = [
    ['/api/v1/sessions', { headers }],
    ['/api/v1/sessions', { method: 'POST', headers, body: 'x' }],
    ['/edge/health', {}],
    ['/.well-known/jwks.json', {}],
    ['//', {}],
  ]
  for (const [path, init] of requests) {
    const answer = await edge.fetch(path, init)
    expect(answer.headers.get('retry-after')).toBe('1')
    expect(await refusalOf(answer)).toEqual({
      status: 503,
      reason: 'misconfigured',
      detail: 'The edge is not configured.',
    })
  }
  expect(edge.upstream.received).toEqual([])
  return log.join('\n')
}

describe('a setting that is missing', () => {
  test.each(['ISSUER', 'KEY_PEPPER', 'SIGNING_KEYS', 'ADMIN_TOKEN', 'UPSTREAMS'])(
    '%s',
    async (name) => {
      expect(await isMisconfigured({ without: [name] })).toContain(`${name} `)
    },
  )
})

describe('a binding that is missing', () => {
  test.each(['DB', 'RECORDS', 'KEY_GUARD', 'TRIES', 'AUTH_FAILURES', 'LOOKUP_FAILURES'])(
    '%s',
    async (name) => {
      expect(await isMisconfigured({ without: [name] })).toContain(`${name} is not bound`)
    },
  )
})

const key = await generateSigningKey()
const other = await generateSigningKey()
const keys = (...list: unknown[]): string => JSON.stringify({ keys: list })
const { d: _, ...publicOnly } = key

const malformed: readonly (readonly [name: string, why: string, value: unknown])[] = [
  ['ISSUER', 'a path', 'https://edge.example.com/x'],
  ['ISSUER', 'http', 'http://edge.example.com'],
  ['EDGE_HOSTS', 'a port', ['edge.example.com:8080']],
  ['KEY_BRAND', 'capitals', 'VK'],
  ['KEY_PEPPER', 'too short', 'short'],
  ['KEY_PEPPER', 'a second one too short', `${'p'.repeat(32)},short`],
  ['KEY_PEPPER', 'a trailing comma', `${'p'.repeat(32)},`],
  ['ADMIN_TOKEN', 'too short', 'short'],
  ['ADMIN_TOKEN', 'the form of a key', `vk_live_${'a'.repeat(32)}`],
  ['CONSOLE', 'neither token nor left out', 'password'],
  ['SIGNING_KEYS', 'no JSON', 'nonsense'],
  ['SIGNING_KEYS', 'no private half', keys(publicOnly)],
  ['SIGNING_KEYS', 'the same kid twice', keys(key, key)],
  ['SIGNING_KEYS', 'halves that do not belong together', keys({ ...key, x: other.x })],
  ['UPSTREAMS', 'a product that is not there', { nothing: { live: 'https://a.example' } }],
  ['UPSTREAMS', 'http to elsewhere', { verifa: { live: 'http://a.example' } }],
  ['UPSTREAMS', 'a user', { verifa: { live: 'https://user:pass@a.example' } }],
  ['TRUSTED_ISSUERS', 'no algorithms', [{ issuer: 'https://i.example' }]],
]

describe('a setting that is malformed', () => {
  test.each(malformed)('%s: %s', async (name, _why, value) => {
    const log = await isMisconfigured({ bindings: { [name]: value } })
    expect(log).toContain(name)
    if (typeof value === 'string' && value.length > 8) expect(log).not.toContain(value)
    expect(log).not.toContain(key.d)
  })

  test('several are all named at once', async () => {
    const bindings = { ADMIN_TOKEN: 'short', KEY_PEPPER: 'short' }
    const log = await isMisconfigured({ bindings, without: ['RECORDS', 'ISSUER'] })
    for (const name of ['ADMIN_TOKEN', 'KEY_PEPPER', 'RECORDS', 'ISSUER']) {
      expect(log).toContain(name)
    }
  })
})
