// What crosses the gate, and how: the request as it was, the answer as it came, and nothing of the
// upstream's own address or of this hop.

import type { RequestListener } from 'node:http'
import { gzipSync } from 'node:zlib'

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

import { startEdge, type Minted, type TestEdge } from '../harness/edge.ts'
import { parseAnswer, requestBytes, valuesOf, type WireAnswer } from '../harness/wire.ts'
import { until } from './control/world.ts'

let edge: TestEdge
let key: Minted
beforeAll(async () => {
  edge = await startEdge()
  key = await edge.mint('secret')
})
afterEach(() => edge.upstream.reset())
afterAll(() => edge.stop())

const PATH = '/api/v1/sessions/s1'

/** A call whose answer is read off the socket, while the upstream answers in its own way. */
async function through(
  answer: RequestListener,
  method = 'GET',
  headers: readonly (readonly [string, string])[] = [],
): Promise<WireAnswer> {
  edge.upstream.answer = answer
  const bytes = requestBytes(method, PATH, [
    ['Host', 'localhost'],
    ['CF-Connecting-IP', '198.51.100.7'],
    ['X-API-Key', key.value],
    ...headers,
  ])
  return parseAnswer(await edge.raw(bytes))
}

describe('redirects are handed back, never followed', () => {
  const redirects: readonly (readonly [string, (base: string) => string, string | undefined])[] = [
    ['relative', () => '/elsewhere?x=1#y', undefined],
    ['relative to the path', () => '../s2', undefined],
    [
      'absolute within the upstream',
      (base) => `${base}/live/api/v1/sessions/s2?x=1`,
      '/api/v1/sessions/s2?x=1',
    ],
    ['absolute within the upstream, outside its prefix', (base) => `${base}/login`, '/login'],
    [
      'within the upstream, without a scheme',
      (base) => `${base.replace('http:', '')}/live/x?y=1#z`,
      '/x?y=1#z',
    ],
    ['by backslashes', (base) => `${base.replace('http://', '\\\\')}/live/x`, '/x'],
    ['by another scheme', (base) => `${base.replace('http:', 'https:')}/live`, '/'],
    [
      'to more than one slash',
      (base) => `${base}/live//elsewhere.example/x`,
      '/elsewhere.example/x',
    ],
    ['by its path within the upstream', () => '/live/x?y=1', '/x?y=1'],
    ['by a path that only begins like that', () => '/lively/x', undefined],
    ['at another port', () => 'http://127.0.0.1:1/live/x', undefined],
    ['absolute, elsewhere', () => 'https://elsewhere.example/x', undefined],
    ['without a scheme', () => '//elsewhere.example/x', undefined],
  ]
  test.each(redirects)('%s', async (_name, location, rewritten) => {
    const before = edge.upstream.received.length
    const sent = location(edge.upstream.url)
    for (const status of [301, 302, 303, 307, 308]) {
      const answer = await through((_request, response) => {
        response.writeHead(status, { location: sent }).end()
      })
      expect(answer.status).toBe(status)
      expect(valuesOf(answer.headers, 'location')).toEqual([rewritten ?? sent])
    }
    expect(edge.upstream.received).toHaveLength(before + 5)
  })
})

describe('the answer comes as it is', () => {
  test.each([200, 201, 202, 400, 401, 403, 404, 409, 418, 422, 429, 500, 503])(
    'status %i',
    async (status) => {
      const answer = await through((_request, response) => {
        response.writeHead(status, { 'x-mine': 'kept' }).end('of the upstream')
      })
      expect(answer.status).toBe(status)
      expect(answer.body).toBe('of the upstream')
      expect(valuesOf(answer.headers, 'x-mine')).toEqual(['kept'])
      expect(valuesOf(answer.headers, 'x-edge-reason')).toEqual([])
    },
  )

  test.each([600, 700, 999])('a status that there is not, %i: 502', async (status) => {
    const answer = await through((_request, response) => {
      response.writeHead(status).end('of the upstream')
    })
    expect([answer.status, valuesOf(answer.headers, 'x-edge-reason')]).toEqual([
      502,
      ['upstream_invalid'],
    ])
    expect(answer.body).not.toContain('of the upstream')
    expect(valuesOf(answer.headers, 'x-ratelimit-limit')).toHaveLength(1)
  })

  test('a switch of protocols that nobody asked for: 502', async () => {
    const answer = await through((request) => {
      request.socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
      )
    })
    expect(answer.status).toBe(502)
    expect(valuesOf(answer.headers, 'x-edge-reason')[0]).toMatch(/^upstream_(invalid|unreachable)$/)
  })

  test.each([520, 522, 524, 530])(
    'its own status %i, body and headers untouched',
    async (status) => {
      const answer = await through((_request, response) => {
        response.writeHead(status, {
          'content-type': 'application/json',
          'x-content-type-options': 'nosniff',
        })
        response.end('{"mine":true}')
      })
      expect([answer.status, answer.body]).toEqual([status, '{"mine":true}'])
      expect(valuesOf(answer.headers, 'x-content-type-options')).toEqual(['nosniff'])
      expect(valuesOf(answer.headers, 'x-edge-reason')).toEqual([])
    },
  )

  test('a compressed body, byte for byte', async () => {
    const packed = gzipSync('the same bytes, please. '.repeat(500))
    const answer = await through(
      (_request, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': packed.length })
        response.end(packed)
      },
      'GET',
      [['Accept-Encoding', 'gzip']],
    )
    expect(valuesOf(answer.headers, 'content-encoding')).toEqual(['gzip'])
    expect(Buffer.from(answer.body, 'latin1').equals(packed)).toBe(true)
    expect(edge.upstream.received.at(-1)?.headers['accept-encoding']).toContain('gzip')
  })

  test('304 without a body, with its validators, for the condition that was sent', async () => {
    const answer = await through(
      (request, response) => {
        response.writeHead(request.headers['if-none-match'] === '"v1"' ? 304 : 200, {
          etag: '"v1"',
        })
        response.end()
      },
      'GET',
      [['If-None-Match', '"v1"']],
    )
    expect(answer.status).toBe(304)
    expect(answer.body).toBe('')
    expect(valuesOf(answer.headers, 'etag')).toEqual(['"v1"'])
  })

  test('204 and HEAD without a body', async () => {
    const empty = await through((_request, response) => {
      response.writeHead(204).end()
    })
    expect([empty.status, empty.body]).toEqual([204, ''])
    const head = await through((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain', 'x-mine': 'kept' }).end()
    }, 'HEAD')
    expect([head.status, head.body]).toEqual([200, ''])
    expect(edge.upstream.received.at(-1)?.method).toBe('HEAD')
    expect(valuesOf(head.headers, 'x-mine')).toEqual(['kept'])
  })

  test('every Set-Cookie in a line of its own', async () => {
    const cookies = ['a=1; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT', 'b=2; Secure']
    const answer = await through((_request, response) => {
      response.setHeader('set-cookie', cookies)
      response.end()
    })
    expect(valuesOf(answer.headers, 'set-cookie')).toEqual(cookies)
  })

  test('a range that was asked for', async () => {
    const answer = await through(
      (request, response) => {
        expect(request.headers.range).toBe('bytes=0-3')
        response.writeHead(206, { 'content-range': 'bytes 0-3/9' }).end('part')
      },
      'GET',
      [['Range', 'bytes=0-3']],
    )
    expect([answer.status, answer.body]).toEqual([206, 'part'])
  })
})

describe('Cloudflare answers in the place of an upstream that it does not reach', () => {
  const page = '<!DOCTYPE html><title>upstream.internal.example | 522: Connection timed out</title>'
  const onRecord = new Map<string, { readonly status: number; readonly reason: string }>()

  test.each([
    [520, 502, 'upstream_unreachable'],
    [521, 502, 'upstream_unreachable'],
    [522, 504, 'upstream_timeout'],
    [523, 502, 'upstream_unreachable'],
    [524, 504, 'upstream_timeout'],
    [525, 502, 'upstream_unreachable'],
    [526, 502, 'upstream_unreachable'],
    [527, 502, 'upstream_unreachable'],
    [530, 502, 'upstream_unreachable'],
  ])('%i: %i in our form, which names no upstream', async (status, ours, reason) => {
    const answer = await through((_request, response) => {
      response.writeHead(status, {
        ...{ server: 'cloudflare', 'cf-ray': 'a23c92d51bc8a952-DTW' },
        ...{ 'content-type': 'text/html; charset=UTF-8', 'retry-after': '120' },
        ...{ 'referrer-policy': 'same-origin', 'x-frame-options': 'SAMEORIGIN' },
        'set-cookie': '__cf_bm=x; HttpOnly; Domain=upstream.internal.example',
      })
      response.end(page)
    })
    expect([answer.status, valuesOf(answer.headers, 'x-edge-reason')]).toEqual([ours, [reason]])
    expect(JSON.parse(answer.body)).toMatchObject({ status_code: ours })
    expect(answer.text).not.toMatch(/upstream\.internal\.example|cloudflare|cf-ray/i)
    onRecord.set(valuesOf(answer.headers, 'x-request-id')[0] ?? '', { status, reason })
  })

  test('each is on record as forwarded, with Cloudflare’s status and the reason', async () => {
    const ids = [...onRecord.keys()].map((id) => `'${id}'`).join()
    const read = () =>
      edge.sql(`SELECT id, decision, status, reason FROM audit_events WHERE id IN (${ids})`)
    await until(async () => (await read()).length === 9)
    for (const { id, ...row } of await read()) {
      expect(row).toEqual({ decision: 'forwarded', ...onRecord.get(String(id)) })
    }
  })
})

describe('of the upstream’s headers', () => {
  test('those that are the edge’s to tell are dropped, in every case', async () => {
    const answer = await through((_request, response) => {
      response.setHeader('Access-Control-Allow-Origin', '*')
      response.setHeader('Access-Control-Allow-Credentials', 'true')
      response.setHeader('Access-Control-Expose-Headers', '*')
      response.setHeader('X-Edge-Reason', 'invented')
      response.setHeader('X-EDGE-Assertion', 'invented')
      response.setHeader('X-Request-Id', 'invented')
      response.setHeader('Keep-Alive', 'timeout=5')
      response.end()
    })
    const names = answer.headers.map(([name]) => name)
    expect(names.filter((name) => /^access-control-|^x-edge-|^keep-alive/.test(name))).toEqual([])
    expect(valuesOf(answer.headers, 'x-request-id')).toHaveLength(1)
    expect(valuesOf(answer.headers, 'x-request-id')).not.toContain('invented')
    expect(valuesOf(answer.headers, 'x-request-id')).toEqual([
      edge.upstream.received.at(-1)?.headers['x-edge-request-id'],
    ])
  })

  test('Cache-Control is added only where there is none', async () => {
    const none = await through((_request, response) => response.end())
    expect(valuesOf(none.headers, 'cache-control')).toEqual(['private, no-store'])
    const own = await through((_request, response) => {
      response.setHeader('cache-control', 'private, max-age=10')
      response.end()
    })
    expect(valuesOf(own.headers, 'cache-control')).toEqual(['private, max-age=10'])
  })

  test('the same answer is fetched anew each time, whatever it says of caching', async () => {
    const before = edge.upstream.received.length
    for (let i = 0; i < 3; i++) {
      await through((_request, response) => {
        response.setHeader('cache-control', 'public, max-age=600, s-maxage=600')
        response.end()
      })
    }
    expect(edge.upstream.received).toHaveLength(before + 3)
  })
})
