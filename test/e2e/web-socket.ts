// A WebSocket client that can send headers, which the platform's cannot: the handshake of RFC 6455
// §4.1 through node:http, and text frames (§5.2), unfragmented.

import { randomBytes } from 'node:crypto'
import { request } from 'node:http'
import type { Duplex } from 'node:stream'

export interface TestSocket {
  /** 101, or why there is no socket. */
  readonly status: number
  readonly send: (text: string) => void
  readonly receive: () => Promise<string>
  readonly close: () => void
  readonly closed: Promise<void>
}

const TEXT = 0x1
const CLOSE = 0x8

export function openWebSocket(
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<TestSocket> {
  const outgoing = request(url, {
    headers: {
      ...headers,
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64'),
    },
  })
  return new Promise((resolve, reject) => {
    outgoing.on('error', reject)
    outgoing.on('upgrade', (_response, socket, head) => resolve(socketOver(socket, head)))
    outgoing.on('response', (response) => {
      response.resume()
      const status = response.statusCode ?? 0
      const closed = Promise.resolve()
      resolve({ status, send: none, receive: none, close: none, closed })
    })
    outgoing.end()
  })
}

function none(): never {
  throw new Error('there is no socket')
}

function socketOver(socket: Duplex, head: Buffer): TestSocket {
  let pending = head
  const messages: string[] = []
  const waiting: ((text: string) => void)[] = []
  const read = (chunk: Buffer): void => {
    pending = Buffer.concat([pending, chunk])
    for (let next = readFrame(pending); next; next = readFrame(pending)) {
      pending = pending.subarray(next.bytes)
      if (next.opcode === CLOSE) socket.end()
      if (next.opcode !== TEXT) continue
      const waiter = waiting.shift()
      if (waiter) waiter(next.text)
      else messages.push(next.text)
    }
  }
  socket.on('data', read)
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  return {
    status: 101,
    send: (text) => void socket.write(frame(TEXT, Buffer.from(text))),
    receive() {
      const message = messages.shift()
      if (message !== undefined) return Promise.resolve(message)
      return new Promise((resolve) => waiting.push(resolve))
    },
    close: () => void socket.write(frame(CLOSE, Buffer.from([0x03, 0xe8]))), // 1000, normal
    closed,
  }
}

/** A client's frame is masked (§5.3). */
function frame(opcode: number, payload: Buffer): Buffer {
  const length = payload.length
  const extended = Buffer.alloc(length < 126 ? 0 : 2)
  if (extended.length > 0) extended.writeUInt16BE(length)
  const mask = randomBytes(4)
  const masked = payload.map((byte, i) => byte ^ (mask[i % 4] ?? 0))
  const start = Buffer.from([0x80 | opcode, 0x80 | (length < 126 ? length : 126)])
  return Buffer.concat([start, extended, mask, masked])
}

/** A server's frame is not; undefined until it is whole. */
function readFrame(data: Buffer): { opcode: number; text: string; bytes: number } | undefined {
  if (data.length < 2) return undefined
  const short = data.readUInt8(1) & 0x7f
  const start = short < 126 ? 2 : short === 126 ? 4 : 10
  if (data.length < start) return undefined
  const length =
    short < 126 ? short : short === 126 ? data.readUInt16BE(2) : Number(data.readBigUInt64BE(2))
  if (data.length < start + length) return undefined
  const text = data.subarray(start, start + length).toString()
  return { opcode: data.readUInt8(0) & 0x0f, text, bytes: start + length }
}
