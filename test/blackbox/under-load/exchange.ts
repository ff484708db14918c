// One request and its answer over a kept-alive connection, as a client that calls in a loop sends it.

import { Agent, request, type IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'

export interface Exchange {
  readonly method?: string
  /** The request target as it goes over the wire. */
  readonly target: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** By which isolate, where it matters. */
  readonly isolate?: number
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

const agent = new Agent({ keepAlive: true, maxSockets: 128 })
/** Where clients call from unless a request says otherwise. */
export const CLIENT_ADDRESS = '198.51.100.7'
const PATIENCE_MS = 120_000
/** workerd closes a connection on which nothing has come for five seconds. */
const IDLE_CLOSED_MS = 4_500
const usedAt = new WeakMap<Socket, number>()

/**
 * Sends a request to a loopback port and reads all of the answer. On a connection that was idle for so
 * long that the other side may just have closed it, it is sent again (RFC 9112 §9.3.1).
 */
export async function exchange(port: number, asked: Exchange): Promise<Answer> {
  try {
    return await exchangeOnce(port, asked)
  } catch (error) {
    if (error === CLOSED_WHILE_IDLE) return await exchange(port, asked)
    throw error
  }
}

const CLOSED_WHILE_IDLE = new Error('the connection was closed while it was idle')

function exchangeOnce(port: number, asked: Exchange): Promise<Answer> {
  const { method = 'GET', target, headers, body } = asked
  return new Promise((resolve, reject) => {
    let connection: Socket | undefined
    let idleMs = 0
    const sent = request(
      {
        ...{ host: '127.0.0.1', port, agent, method, path: target, timeout: PATIENCE_MS },
        headers: {
          'cf-connecting-ip': CLIENT_ADDRESS,
          host: 'localhost',
          ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
          ...headers,
        },
      },
      (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          if (connection) usedAt.set(connection, performance.now())
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text })
        })
        answer.on('error', reject)
      },
    )
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${PATIENCE_MS} ms`)))
    sent.on('socket', (socket) => {
      connection = socket
      idleMs = performance.now() - (usedAt.get(socket) ?? Infinity)
    })
    sent.on('error', (error: NodeJS.ErrnoException) => {
      const closed = error.code === 'ECONNRESET' || error.code === 'EPIPE'
      reject(closed && idleMs > IDLE_CLOSED_MS ? CLOSED_WHILE_IDLE : error)
    })
    sent.end(body)
  })
}

/** The status, and the reason where the edge refused. */
export function told({ status, headers }: Answer): string {
  const reason = headers['x-edge-reason']
  return typeof reason === 'string' ? `${status} ${reason}` : String(status)
}
