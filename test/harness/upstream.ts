// A real HTTP server that stands for every product and environment, and records what reaches it.

import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  readonly method: string
  /** The request target as it came over the wire. */
  readonly target: string
  /** Name and value as sent, in order, duplicates and all. */
  readonly rawHeaders: readonly (readonly [string, string])[]
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface RecordingUpstream {
  readonly url: string
  readonly received: Received[]
  /** Answers the next requests instead of the default 200. */
  answer: RequestListener
  /** The default 200 again. */
  reset(): void
  stop(): Promise<void>
}

const LONGER_THAN_ANY_TEST_MS = 3_600_000

const answerOk: RequestListener = (_request, response) => {
  response.setHeader('content-type', 'application/json')
  response.end('{"ok":true}')
}

/** Starts an upstream on a free loopback port. */
export async function startUpstream(): Promise<RecordingUpstream> {
  const received: Received[] = []
  const upstream = { url: '', received, answer: answerOk, reset, stop }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const rawHeaders: [string, string][] = []
      for (let i = 0; i < request.rawHeaders.length; i += 2) {
        rawHeaders.push([request.rawHeaders[i] ?? '', request.rawHeaders[i + 1] ?? ''])
      }
      received.push({
        method: request.method ?? '',
        target: request.url ?? '',
        rawHeaders,
        headers: request.headers as Record<string, string>,
        body: Buffer.concat(chunks).toString(),
      })
      upstream.answer(request, response)
    })
  })
  // By default Node closes a connection that was idle for 5 seconds: the edge may be sending on it just then,
  // as soon as the machine is busy, and would tell its client that the upstream cannot be reached.
  server.keepAliveTimeout = LONGER_THAN_ANY_TEST_MS
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  upstream.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  function reset(): void {
    upstream.answer = answerOk
  }
  function stop(): Promise<void> {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(() => resolve()))
  }
  return upstream
}
