// Conditional requests through the built bundle, to the frameworks that answer them: Express for live,
// Koa for sandbox. And that no cache between answers in the upstream's place.

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

import express from 'express'
import Koa from 'koa'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { startEdge, type Minted, type TestEdge } from '../harness/edge.ts'
import { parseAnswer, requestBytes, valuesOf, type WireAnswer } from '../harness/wire.ts'

const LAST_MODIFIED = 'Wed, 01 Apr 2026 08:00:00 GMT'

interface Asked {
  readonly path: string
  readonly cacheControl: string | undefined
  readonly pragma: string | undefined
}
const asked: Asked[] = []

/** What each framework does by itself with a body: Express tags it, Koa is told to and compares. */
function expressApp(): express.Express {
  const app = express()
  app.use(({ path, headers }, _response, next) => {
    asked.push({ path, cacheControl: headers['cache-control'], pragma: headers.pragma })
    next()
  })
  app.get('/api/v1/sessions', ({ headers }, response) => {
    response.vary('Accept-Language').json({ rows: headers['x-edge-key-id'] })
  })
  app.get('/api/v1/sessions/dated', (_request, response) => {
    response.set('last-modified', LAST_MODIFIED).send('dated')
  })
  app.get('/api/v1/sessions/kept', (_request, response) => {
    response.set('cache-control', 'private, max-age=60').send('kept')
  })
  app.get('/api/v1/sessions/:id/x.css', ({ headers }, response) => {
    response.set('cache-control', 'public, max-age=600, s-maxage=900, immutable')
    response.set('cdn-cache-control', 'max-age=900').set('cf-cache-status', 'HIT')
    response.type('css').send(`/* of ${String(headers['x-edge-key-id'])} */`)
  })
  return app
}

function koaApp(): Koa {
  const app = new Koa()
  app.use((context) => {
    const { path, headers } = context
    asked.push({ path, cacheControl: headers['cache-control'], pragma: headers.pragma })
    context.body = `rows of ${String(headers['x-edge-key-id'])}`
    context.response.etag = String(headers['x-edge-key-id'])
    if (context.fresh) context.status = 304
  })
  return app
}

const servers: Server[] = []
async function listen(server: Server): Promise<string> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

let edge: TestEdge
let [keyA, keyB, sandbox]: Minted[] = []
beforeAll(async () => {
  const live = await listen(createServer(expressApp()))
  const handle = koaApp().callback()
  const koa = await listen(createServer((request, response) => void handle(request, response)))
  edge = await startEdge({ bindings: { UPSTREAMS: { verifa: { live, sandbox: koa } } } })
  keyA = await edge.mint('secret')
  keyB = await edge.mint('secret')
  sandbox = await edge.mint('secret', { environment: 'sandbox' })
})
afterAll(async () => {
  await edge.stop()
  for (const server of servers) server.close()
})
beforeEach(() => {
  asked.length = 0
})

/** As bytes: `fetch` lays `no-cache` over conditions of its own accord. */
async function get(
  path: string,
  key: Minted | undefined,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): Promise<WireAnswer> {
  const sent = { Host: 'localhost', 'X-API-Key': key?.value ?? '', ...headers }
  return parseAnswer(await edge.raw(requestBytes(method, path, Object.entries(sent))))
}

const etagOf = ({ headers }: WireAnswer): string => valuesOf(headers, 'etag')[0] ?? ''

describe.each([
  ['Express', () => keyA, '{"rows":'],
  ['Koa', () => sandbox, 'rows of '],
] as const)('%s', (_framework, key, body) => {
  test('answers 304 to the tag that it gave, with its validators and without a body', async () => {
    const first = await get('/api/v1/sessions', key())
    expect([first.status, first.body]).toEqual([200, expect.stringContaining(body)])
    for (const method of ['GET', 'HEAD']) {
      const again = await get('/api/v1/sessions', key(), { 'If-None-Match': etagOf(first) }, method)
      expect([again.status, again.body]).toEqual([304, ''])
      expect(etagOf(again)).toBe(etagOf(first))
      expect(valuesOf(again.headers, 'cache-control')).toEqual([])
      expect(valuesOf(again.headers, 'x-ratelimit-limit')).toHaveLength(1)
    }
    expect(asked).toHaveLength(3)
  })

  // The runtime's `Pragma` counts for nothing beside a `Cache-Control` (RFC 9111 §5.4).
  test('is asked past every cache all the same', async () => {
    await get('/api/v1/sessions', key())
    await get('/api/v1/sessions', key(), { 'If-None-Match': '"x"' })
    expect(asked).toEqual([
      { path: '/api/v1/sessions', cacheControl: 'no-cache', pragma: 'no-cache' },
      { path: '/api/v1/sessions', cacheControl: 'max-age=0', pragma: 'no-cache' },
    ])
  })

  test('answers all to a tag that is not its own any more', async () => {
    const answer = await get('/api/v1/sessions', key(), { 'If-None-Match': '"before"' })
    expect([answer.status, answer.body]).toEqual([200, expect.stringContaining(body)])
  })

  test('what the client says of caching stays', async () => {
    const tag = etagOf(await get('/api/v1/sessions', key()))
    const reload = { 'If-None-Match': tag, 'Cache-Control': 'no-cache' }
    expect((await get('/api/v1/sessions', key(), reload)).status).toBe(200)
    const pragma = { 'If-None-Match': tag, Pragma: 'no-cache' }
    expect((await get('/api/v1/sessions', key(), pragma)).status).toBe(200)
    const kept = { 'If-None-Match': tag, 'Cache-Control': 'max-age=5' }
    expect((await get('/api/v1/sessions', key(), kept)).status).toBe(304)
  })
})

test('a date is a condition too', async () => {
  const condition = { 'If-Modified-Since': LAST_MODIFIED }
  const answer = await get('/api/v1/sessions/dated', keyA, condition)
  expect(answer.status).toBe(304)
  expect(valuesOf(answer.headers, 'last-modified')).toEqual([LAST_MODIFIED])
})

test('one key’s tag sent by another: the upstream decides, and is asked both times', async () => {
  const tag = etagOf(await get('/api/v1/sessions', keyA))
  const other = await get('/api/v1/sessions', keyB, { 'If-None-Match': tag })
  expect([other.status, other.body]).toEqual([200, JSON.stringify({ rows: keyB?.id })])
  expect(asked).toHaveLength(2)
})

test('a condition without a key is refused, and nobody is asked', async () => {
  const bytes = requestBytes('GET', '/api/v1/sessions', [
    ['Host', 'localhost'],
    ['If-None-Match', '*'],
  ])
  expect(parseAnswer(await edge.raw(bytes)).status).toBe(401)
  expect(asked).toEqual([])
})

describe('what may be kept, and by whom', () => {
  test('where the upstream says nothing, nobody', async () => {
    const { headers } = await get('/api/v1/sessions', keyA)
    expect(valuesOf(headers, 'cache-control')).toEqual(['private, no-store'])
    expect(valuesOf(headers, 'vary')).toEqual(['Accept-Language'])
  })

  test('where it says private, the caller under that credential; on 304 likewise', async () => {
    const first = await get('/api/v1/sessions/kept', keyA)
    const again = await get('/api/v1/sessions/kept', keyA, { 'If-None-Match': etagOf(first) })
    expect([first.status, again.status]).toEqual([200, 304])
    for (const { headers } of [first, again]) {
      expect(valuesOf(headers, 'cache-control')).toEqual(['private, max-age=60'])
      expect(valuesOf(headers, 'vary')).toEqual(['X-API-Key'])
    }
  })

  test('where it says public, still only the caller: a path that looks like a file', async () => {
    const first = await get('/api/v1/sessions/1/x.css', keyA)
    const second = await get('/api/v1/sessions/1/x.css', keyB)
    expect([first.body, second.body]).toEqual([`/* of ${keyA?.id} */`, `/* of ${keyB?.id} */`])
    expect(asked).toHaveLength(2)
    for (const { headers } of [first, second]) {
      expect(valuesOf(headers, 'cache-control')).toEqual(['private, max-age=600, immutable'])
      expect(valuesOf(headers, 'vary')).toEqual(['X-API-Key'])
      expect(valuesOf(headers, 'cdn-cache-control')).toEqual([])
      expect(valuesOf(headers, 'cf-cache-status')).toEqual([])
    }
  })
})
