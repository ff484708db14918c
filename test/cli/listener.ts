// Stands where the edge would be, and keeps what it was sent.

import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'

export type Answer = (response: ServerResponse, line: string) => void

export interface Listener {
  readonly url: string
  /** Such as `POST /edge/v1/sync`. */
  readonly seen: { readonly line: string; readonly authorization: string | undefined }[]
  readonly headers: IncomingHttpHeaders[]
}

let servers: Server[] = []

/** `answer` also hears the line of the request. */
export async function listen(answer: Answer): Promise<Listener> {
  const seen: Listener['seen'] = []
  const each: IncomingHttpHeaders[] = []
  const server = createServer((request: IncomingMessage, response) => {
    const { method, url, headers } = request
    const line = `${method} ${url}`
    each.push(headers)
    seen.push({ line, authorization: headers.authorization })
    answer(response, line)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, headers: each }
}

export function closeListeners(): void {
  for (const server of servers) server.close()
  servers = []
}

export function json(value: unknown, status = 200): Answer {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  }
}

/** Answers one after the other; 500 to all beyond them. */
export function inTurn(...answers: Answer[]): Answer {
  const left = [...answers]
  return (response, line) => (left.shift() ?? json({}, 500))(response, line)
}
