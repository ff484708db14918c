import { describe, expect, it } from 'vitest'

import type { Product } from '../../src/catalog/define.ts'
import { filterHeaders, isWebSocket } from '../../src/gate/forward/filter-headers.ts'
import { outboundResponse } from '../../src/gate/forward/send.ts'
import { SentHeaders } from '../../src/gate/forward/sent-headers.ts'

const product: Product = { id: 'p', accepts: ['secret'], routes: [] }
const BASE = new URL('https://up.example/base')

const inbound = (init: RequestInit, over: Partial<Product> = {}) =>
  filtered(new Request('https://e.test/', init), { ...product, ...over })

function filtered(request: Request, of: Product): Record<string, string> {
  const headers = new Headers(request.headers)
  filterHeaders(headers, new SentHeaders(request.headers), of, request.body !== null)
  return Object.fromEntries(headers)
}

describe('filterHeaders', () => {
  it('cookies stay here unless the product wants them', () => {
    const headers = { cookie: 'session=1', accept: '*/*' }
    expect(inbound({ headers })).toStrictEqual({ accept: '*/*' })
    expect(inbound({ headers }, { cookies: true })).toStrictEqual(headers)
  })

  it('a WebSocket upgrade is asked for again; another upgrade is not', () => {
    expect(inbound({ headers: { upgrade: 'WebSocket' } })).toStrictEqual({ upgrade: 'websocket' })
    expect(inbound({ headers: { upgrade: 'h2c' } })).toStrictEqual({})
  })

  it('a length without a body is not sent on', () => {
    expect(inbound({ method: 'GET', headers: { 'content-length': '5' } })).toStrictEqual({})
    expect(inbound({ method: 'POST', headers: { 'content-length': '5' } })).toStrictEqual({})
    const body = { method: 'POST', body: 'hello', headers: { 'content-length': '5' } }
    expect(inbound(body)['content-length']).toBe('5')
  })

  it.each([
    ['as clients make them', '0f8fad5b-d9cb-469f-a165-70867728950e', true],
    ['dots and underscores', 'a.b_c-D', true],
    ['empty', '', false],
    ['markup', '<script>', false],
    ['a format string', '${jndi:ldap://x}', false],
    ['too long', 'a'.repeat(129), false],
    ['two of them', 'a, b', false],
  ])('X-Request-Id: %s', (_case, id, kept) => {
    expect('x-request-id' in inbound({ headers: { 'x-request-id': id } })).toBe(kept)
  })

  it.each([
    ['websocket', true],
    ['WebSocket', true],
    ['h2c', false],
    ['websocket, h2c', false],
  ])('isWebSocket: %s is %s', (upgrade, expected) => {
    expect(isWebSocket(new Headers({ upgrade }))).toBe(expected)
  })
})

const outbound = (headers: Record<string, string>, status = 200) => {
  const upstream = new Response(status === 204 ? null : 'body', { status, headers })
  return outboundResponse(upstream, BASE)
}

describe('outboundResponse', () => {
  it('status and body come through as they are', async () => {
    const response = outbound({ 'content-type': 'text/x', 'x-kept': '1' }, 418)
    expect(response.status).toBe(418)
    expect(await response.text()).toBe('body')
    expect(response.headers.get('content-type')).toBe('text/x')
    expect(response.headers.get('x-kept')).toBe('1')
  })

  it.each([
    ['CORS is the edge\u2019s', 'access-control-allow-origin', '*'],
    ['CORS with credentials', 'access-control-allow-credentials', 'true'],
    ['identity', 'x-edge-key-id', 'key_1'],
    ['its own limits', 'x-ratelimit-remaining', '999'],
    ['its own limits, as structured fields', 'ratelimit', '"a";r=9'],
    ['its own limits, their policy', 'ratelimit-policy', '"a";q=9;w=1'],
    ['hop by hop', 'keep-alive', 'timeout=5'],
    ['hop by hop: trailer', 'trailer', 'x-t'],
    ['its software', 'server', 'nginx'],
    ['its framework', 'x-powered-by', 'Express'],
  ])('does not come through: %s', (_what, name, value) => {
    expect(outbound({ [name]: value }).headers.has(name)).toBe(false)
  })

  it('what its Connection lists does not either', () => {
    const { headers } = outbound({ connection: 'x-hop', 'x-hop': '1', 'x-kept': '1' })
    expect([headers.has('connection'), headers.has('x-hop')]).toStrictEqual([false, false])
    expect(headers.get('x-kept')).toBe('1')
  })

  it('is private unless the upstream says otherwise', () => {
    expect(outbound({}).headers.get('cache-control')).toBe('private, no-store')
    expect(outbound({ 'cache-control': 'max-age=5' }).headers.get('cache-control')).toBe(
      'max-age=5',
    )
  })

  it.each([
    ['within the upstream', 'https://up.example/base/a?b#c', '/a?b#c'],
    ['within it, outside its prefix', 'https://up.example/other', '/other'],
    ['its prefix alone', 'https://up.example/base/', '/'],
    [
      'what would become another host',
      'https://up.example/base//evil.example/x',
      '/evil.example/x',
    ],
    ['a neighbour of the prefix', 'https://up.example/baseball', '/baseball'],
    ['elsewhere', 'https://other.example/a', 'https://other.example/a'],
    ['another port', 'https://up.example:8443/base/a', 'https://up.example:8443/base/a'],
    ['relative', '/a/b', '/a/b'],
    ['not a URL', 'ht!tp://', 'ht!tp://'],
  ])('Location %s', (_where, location, expected) => {
    expect(outbound({ location }, 302).headers.get('location')).toBe(expected)
  })
})
