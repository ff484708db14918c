// One request and its answer over a kept-alive connection, as a client that calls in a loop sends it.

import { Agent, request } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'

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

/** Sends a request to a loopback port and reads all of the answer. */
export function exchange(port: number, asked: Exchange): Promise<Answer> {
  const { method = 'GET', target, headers, body } = asked
  return new Promise((resolve, reject) => {
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
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text })
        })
        answer.on('error', reject)
      },
    )
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${PATIENCE_MS} ms`)))
    sent.on('error', reject)
    sent.end(body)
  })
}

/** The status, and the reason where the edge refused. */
export function told({ status, headers }: Answer): string {
  const reason = headers['x-edge-reason']
  return typeof reason === 'string' ? `${status} ${reason}` : String(status)
}
