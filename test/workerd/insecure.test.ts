// Over http to an edge that is reached over https: refused before anything of the request is looked at,
// whatever it asks for and whatever its headers say of the scheme.

import { beforeAll, describe, expect, it } from 'vitest'

import { handle } from '../../src/gate/app.ts'
import { isInsecure } from '../../src/gate/scheme.ts'
import { counting } from './counting.ts'
import { outcome, startIsolate, type Isolate } from './isolate.ts'

const SECRET = 'vk_live_0123456789abcdefghijABCDEFGHIJ0123456789'
/** As the test configuration has it. */
const ADMIN_TOKEN = 'admin-token-of-the-tests-0123456789abcdef'
const JWT = 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJlLXRoYXQtaXMtbm9uZQ'

const { bindings, calls } = counting()
const sent: unknown[] = []
const AUDIT = {
  send: (message: unknown) => {
    sent.push(message)
    return Promise.resolve()
  },
} as unknown as Queue
let isolate: Isolate
beforeAll(async () => {
  isolate = await startIsolate({ ...bindings, AUDIT })
  calls.take()
})

const works: Promise<unknown>[] = []
const ctx = { waitUntil: (work: Promise<unknown>) => void works.push(work) }
const plain = (path: string, init: RequestInit = {}): Promise<Response> =>
  handle(new Request(`http://edge.test${path}`, init), isolate.edge, ctx)

describe('over http, with an https ISSUER', () => {
  const credentials: readonly (readonly [string, Record<string, string>])[] = [
    ['a key', { 'x-api-key': SECRET }],
    ['a token', { authorization: `Bearer ${SECRET}` }],
    ['a JWT', { authorization: `Bearer ${JWT}` }],
    ['two credentials', { authorization: `Bearer ${JWT}`, 'x-api-key': SECRET }],
    ['the admin token', { authorization: `Bearer ${ADMIN_TOKEN}` }],
    ['no credential', {}],
    ['a key, and a header that says https', { 'x-api-key': SECRET, 'x-forwarded-proto': 'https' }],
    [
      'a key, and the platform’s form of it',
      { 'x-api-key': SECRET, 'cf-visitor': '{"scheme":"https"}' },
    ],
    ['a key, and Forwarded', { 'x-api-key': SECRET, forwarded: 'proto=https' }],
  ]
  it.each(credentials)('%s is refused unseen', async (_what, headers) => {
    for (const path of ['/api/v1/sessions', '/edge/v1/keys', '/nothing', '/edge/v1/sync']) {
      const response = await plain(path, { headers })
      expect([path, outcome(response)]).toEqual([path, '403 insecure'])
      expect(await response.json()).toMatchObject({ error: 'forbidden', status_code: 403 })
    }
    expect(calls.take()).toEqual({})
  })

  it.each([
    ['GET', '/edge/health'],
    ['GET', '/.well-known/jwks.json'],
    ['GET', '/edge/openapi.json'],
    ['GET', '/edge/console'],
    ['GET', '/edge/console/sign-in'],
    ['POST', '/edge/console/sign-in'],
    ['POST', '/edge/v1/sync'],
    ['OPTIONS', '/api/v1/sessions'],
    ['GET', '//'],
    ['GET', '/api/v1/sessions/%00'],
  ])('so is everything else: %s %s', async (method, path) => {
    const headers = { origin: 'https://a.example', 'access-control-request-method': 'POST' }
    const response = await plain(path, { method, headers })
    expect(outcome(response)).toBe('403 insecure')
    expect(response.headers.get('location')).toBeNull()
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('on record, without what was sent', async () => {
    sent.length = 0
    await plain(`/api/v1/sessions/${SECRET}?key=${SECRET}`, {
      headers: { 'x-api-key': SECRET, authorization: `Bearer ${JWT}` },
    })
    await Promise.all(works.splice(0))
    const text = JSON.stringify(sent)
    expect(text).toContain('"reason":"insecure"')
    expect(text).not.toContain(SECRET)
    expect(text).not.toContain(JWT)
  })

  it('the same over https is decided as ever', async () => {
    expect(outcome(await isolate.call('/api/v1/sessions'))).toBe('401 credential_missing')
    expect(outcome(await isolate.call('/edge/health'))).toBe('200')
  })
})

it('a page tells browsers to come over https from then on, and so does what it loads', async () => {
  for (const path of ['/edge/console/sign-in', '/edge/console/nothing', '/edge/console']) {
    const response = await isolate.call(path)
    expect(response.headers.get('strict-transport-security')).toBe('max-age=31536000')
  }
  expect((await isolate.call('/edge/health')).headers.has('strict-transport-security')).toBe(false)
})

describe('isInsecure', () => {
  it.each([
    ['http://edge.test/', 'https://edge.test', true],
    ['https://edge.test/', 'https://edge.test', false],
    ['http://localhost:8787/', 'http://localhost:8787', false],
    ['https://localhost/', 'http://localhost', false],
    ['https://edge.test/?u=http://x', 'https://edge.test', false],
  ])('%s at %s: %s', (url, issuer, expected) => {
    expect(isInsecure(url, issuer)).toBe(expected)
  })
})
