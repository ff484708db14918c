// Both directions stream: uploads in flat memory, events as they are sent, WebSockets.

import { request, type ClientRequest } from 'node:http'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { newState, startDev, type DevProcess } from './dev-process.ts'
import { commandLine, descendants, residentBytes } from './processes.ts'
import { apiKey, type UpstreamAnswer } from './send.ts'
import { openWebSocket } from './web-socket.ts'

const MB = 1024 * 1024
const state = newState()
let dev: DevProcess

beforeAll(async () => {
  dev = await startDev(state.dir)
})
afterAll(async () => {
  await dev.stop()
  state.remove()
})

function ingest(headers: Readonly<Record<string, string>>): ClientRequest {
  return request(`${dev.url}/api/v1/ingest`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${dev.value('access_token')}`,
      'x-approver-department': 'retail',
      'content-type': 'multipart/form-data; boundary=boundary-of-the-test',
      ...headers,
    },
  })
}

/** Uploads so many megabytes as one multipart part and returns what the upstream counted. */
async function upload(megabytes: number, declared: boolean): Promise<number> {
  const chunk = Buffer.alloc(MB, 'a')
  const head =
    '--boundary-of-the-test\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n'
  const tail = '\r\n--boundary-of-the-test--\r\n'
  const length = head.length + megabytes * MB + tail.length
  const outgoing = ingest(declared ? { 'content-length': String(length) } : {})
  const answered = answerOf(outgoing)
  outgoing.write(head)
  for (let sent = 0; sent < megabytes; sent++) {
    if (!outgoing.write(chunk)) await new Promise((resolve) => outgoing.once('drain', resolve))
  }
  outgoing.end(tail)
  const { status, text } = await answered
  expect(status).toBe(202)
  const { received } = JSON.parse(text) as UpstreamAnswer
  expect(received.body_bytes).toBe(length)
  return length
}

function answerOf(outgoing: ClientRequest): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    outgoing.on('error', reject)
    outgoing.on('response', (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
  })
}

test.each([
  ['of declared length', true],
  ['of unknown length (chunked)', false],
])('uploads %s take no memory at the edge', async (_name, declared) => {
  const edge = descendants(dev.pid).find((pid) => commandLine(pid).includes(`:${dev.port} `))
  if (edge === undefined) throw new Error('the workerd of the edge was not found')
  await upload(10, declared) // until the runtime has what it keeps anyway
  const before = residentBytes(edge)
  let peak = before
  const watch = setInterval(() => (peak = Math.max(peak, residentBytes(edge))), 5)
  const fifty = await upload(50, declared)
  const peakOfFifty = peak
  await upload(150, declared)
  clearInterval(watch)
  const grown = (bytes: number): string => `${((bytes - before) / MB).toFixed(1)} MB`
  const peaks = `50 MB: +${grown(peakOfFifty)}, 150 MB: +${grown(peak)}`
  console.log(`edge before: ${(before / MB).toFixed(1)} MB; peak while uploading ${peaks}`)
  expect(fifty).toBeGreaterThan(50 * MB)
  expect(peakOfFifty - before).toBeLessThan(25 * MB)
  expect(peak - before).toBeLessThan(25 * MB)
})

test('server-sent events arrive as they are sent', async () => {
  const response = await fetch(`${dev.url}/api/v1/demo/stream?events=5`, {
    headers: apiKey(dev.value('secret_live')),
  })
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  const sent: number[] = []
  const arrivals: number[] = []
  const decoder = new TextDecoder()
  for await (const part of response.body ?? []) {
    const now = Date.now()
    for (const [, sentAt] of decoder.decode(part).matchAll(/"sent_at":(\d+)/g)) {
      arrivals.push(now)
      sent.push(Number(sentAt))
    }
  }
  expect(sent).toHaveLength(5)
  // None is held until the last: by then the first has long arrived.
  expect(sent.at(-1)).toBeGreaterThan(arrivals[0] ?? Infinity)
})

test('a WebSocket passes, with the key in a header, and echoes', async () => {
  const headers = apiKey(dev.value('secret_live'))
  const socket = await openWebSocket(`${dev.url}/api/v1/demo/ws`, headers)
  expect(socket.status).toBe(101)
  for (const text of ['one', 'zwei ü', 'x'.repeat(60_000)]) {
    socket.send(text)
    expect(await socket.receive()).toBe(text)
  }
  socket.close()
  await socket.closed
})

test('a WebSocket without a key is refused before it is one', async () => {
  const refused = await openWebSocket(`${dev.url}/api/v1/demo/ws`, {})
  expect(refused.status).toBe(401)
})
