// What of a request reaches the upstream, and what is told when the upstream fails.

import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

import { startEdge, type Minted, type TestEdge } from '../harness/edge.ts'
import { requestBytes } from '../harness/wire.ts'
import { SLOW_DEADLINE_MS } from './attack/corpus-catalog.ts'
import { startCorpus } from './attack/corpus.ts'
import { present, refusalOf, sleep } from './call.ts'

let edge: TestEdge
let key: Minted
beforeAll(async () => {
  edge = await startEdge({ onLog: () => undefined })
  key = await edge.mint('secret')
})
afterEach(() => edge.upstream.reset())
afterAll(() => edge.stop())

const PATH = '/api/v1/sessions/s1'

describe('of the request', () => {
  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])(
    '%s goes with its body and type',
    async (method) => {
      const body = JSON.stringify({ text: 'é ✓', n: 1 })
      const headers = {
        ...present('secret', key),
        'content-type': 'application/json; charset=utf-8',
      }
      const answer = await edge.fetch(PATH, { method, headers, body })
      expect(answer.status).toBe(200)
      await answer.body?.cancel()
      const received = edge.upstream.received.at(-1)
      expect(received).toMatchObject({ method, target: `/live${PATH}`, body })
      expect(received?.headers['content-type']).toBe('application/json; charset=utf-8')
      expect(received?.headers['content-length']).toBe(String(Buffer.byteLength(body)))
    },
  )

  test('a chunked body stays whole', async () => {
    const bytes = requestBytes(
      'POST',
      PATH,
      [
        ['Host', 'localhost'],
        ['X-API-Key', key.value],
        ['Transfer-Encoding', 'chunked'],
      ],
      '5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\n\r\n',
    )
    expect((await edge.raw(bytes)).status).toBe(200)
    expect(edge.upstream.received.at(-1)?.body).toBe('hello world')
  })

  test.each([
    'X_Request_Id',
    'X.Request.Id',
    'Content_Length',
    'Content-Length_',
    'Cookie.',
    '_Host',
  ])('%s is no name of what has been looked at', async (name) => {
    const bytes = requestBytes('GET', PATH, [
      ['Host', 'localhost'],
      ['X-API-Key', key.value],
      [name, '99'],
    ])
    expect((await edge.raw(bytes)).status).toBe(200)
    const { headers = {} } = edge.upstream.received.at(-1) ?? {}
    expect(Object.keys(headers)).not.toContain(name.toLowerCase())
  })

  test('end-to-end headers go through, Host is the upstream’s', async () => {
    const sent = [
      ['Accept', 'application/json'],
      ['Accept-Language', 'de'],
      ['User-Agent', 'client/1.0'],
      ['Idempotency-Key', '"8e03978e"'],
      ['X-Request-Id', 'req-1.2_3'],
      ['X-Custom', 'kept'],
      ['traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'],
      ['tracestate', 'a=1'],
    ] as const
    const own = [
      ['Host', 'localhost'],
      ['X-API-Key', key.value],
    ] as const
    expect((await edge.raw(requestBytes('GET', PATH, [...own, ...sent]))).status).toBe(200)
    const headers = edge.upstream.received.at(-1)?.headers ?? {}
    for (const [name, value] of sent)
      expect([name, headers[name.toLowerCase()]]).toEqual([name, value])
    expect(`http://${headers['host']}`).toBe(edge.upstream.url)
  })
})

/** A port on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => {
    server.close(resolve)
  })
  return port
}

/** A server that takes connections and reads nothing. */
async function deafPort(): Promise<{ port: number; stop: () => void }> {
  const sockets: Socket[] = []
  const server = createServer({ pauseOnConnect: true }, (socket) => sockets.push(socket))
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const stop = () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
  return { port: (server.address() as AddressInfo).port, stop }
}

describe('a large upload', () => {
  const body = 'x'.repeat(40_000_000)

  test('of which the upstream takes no more: 504 at the deadline', async () => {
    const deaf = await deafPort()
    const live = `http://127.0.0.1:${deaf.port}`
    const corpus = await startCorpus({ UPSTREAMS: { orders: { live } } })
    try {
      const headers = { 'x-api-key': corpus.keys.get('LIVE')?.value ?? '' }
      const answer = await corpus.edge.fetch('/orders/slow', { method: 'POST', headers, body })
      expect(await refusalOf(answer)).toMatchObject({ status: 504, reason: 'upstream_timeout' })
    } finally {
      deaf.stop()
      await corpus.stop()
    }
  })

  test('that comes slowly is not late, and comes as it was', async () => {
    const corpus = await startCorpus()
    try {
      const { port } = new URL(corpus.edge.url)
      const socket = connect(Number(port), '127.0.0.1')
      const value = corpus.keys.get('LIVE')?.value ?? ''
      const part = `${'0123456789'.repeat(30_000)}\n`
      const head = ['POST /orders/slow HTTP/1.1', 'Host: localhost', `X-API-Key: ${value}`]
      const length = `Content-Length: ${part.length * 8}`
      socket.write([...head, length, 'Connection: close', '', ''].join('\r\n'))
      for (let i = 0; i < 8; i++) {
        socket.write(part)
        await sleep(SLOW_DEADLINE_MS / 3)
      }
      const answer = await text(socket)
      expect(answer).toMatch(/^HTTP\/1\.1 200 /)
      expect(corpus.edge.upstream.received.at(-1)?.body).toBe(part.repeat(8))
    } finally {
      await corpus.stop()
    }
  })
})

describe('an upstream that fails', () => {
  test('unreachable: 502, without a word about where it is', async () => {
    const port = await closedPort()
    const bindings = { UPSTREAMS: { verifa: { live: `http://127.0.0.1:${port}/secret-prefix` } } }
    const dead = await startEdge({ bindings, onLog: () => undefined })
    try {
      const headers = present('secret', await dead.mint('secret'))
      const answer = await dead.fetch(PATH, { headers })
      const told = JSON.stringify([...answer.headers])
      expect(answer.headers.get('x-ratelimit-remaining')).toBe('999')
      expect(await refusalOf(answer)).toEqual({
        status: 502,
        reason: 'upstream_unreachable',
        detail: 'The upstream could not be reached.',
      })
      expect(told).not.toMatch(new RegExp(`${port}|secret-prefix|127\\.0`))
    } finally {
      await dead.stop()
    }
  })

  test('closes without an answer: 502', async () => {
    edge.upstream.answer = (request) => request.socket.destroy()
    const answer = await edge.fetch(PATH, { headers: present('secret', key) })
    expect(await refusalOf(answer)).toMatchObject({ status: 502, reason: 'upstream_unreachable' })
  })

  test('late: 504 at the deadline, which is for the headers alone', async () => {
    const corpus = await startCorpus()
    try {
      const { upstream } = corpus.edge
      const headers = { 'x-api-key': corpus.keys.get('LIVE')?.value ?? '' }
      upstream.answer = () => undefined
      const started = performance.now()
      const late = await corpus.edge.fetch('/orders/slow', { headers })
      expect(await refusalOf(late)).toEqual({
        status: 504,
        reason: 'upstream_timeout',
        detail: 'The upstream did not answer in time.',
      })
      expect(performance.now() - started).toBeGreaterThanOrEqual(SLOW_DEADLINE_MS - 50)
      expect(upstream.received).toHaveLength(1)
      upstream.answer = (_request, response) => {
        response.write('first, ')
        void sleep(SLOW_DEADLINE_MS + 300).then(() => response.end('and last'))
      }
      const slow = await corpus.edge.fetch('/orders/slow', { headers })
      expect(slow.status).toBe(200)
      expect(await slow.text()).toBe('first, and last')
    } finally {
      await corpus.stop()
    }
  })
})
