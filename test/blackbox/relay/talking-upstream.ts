// A real upstream that keeps connections open: WebSockets by `ws`, and answers that go on piece by piece.

import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { constants, createGzip } from 'node:zlib'

import { WebSocketServer, type WebSocket } from 'ws'

export interface Accepted {
  readonly socket: WebSocket
  readonly headers: IncomingHttpHeaders
  /** How the socket ended for the upstream. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
}

export interface TalkingUpstream {
  readonly url: string
  /** The sockets accepted, by the path that was asked for. */
  readonly accepted: Map<string, Accepted>
  /** Plain requests received, by path, and when each answer's connection ended. */
  readonly streams: Map<string, { readonly headers: IncomingHttpHeaders; ended: boolean }>
  stop(): Promise<void>
}

const PIECE_MS = 20

/** Echoes what sockets say; a message `{"close":[code, reason]}` closes, `{"lose":true}` breaks. */
function converse(socket: WebSocket): void {
  socket.on('message', (data: Buffer, binary) => {
    const text = binary ? '' : data.toString()
    if (text.startsWith('{"close"')) {
      const { close } = JSON.parse(text) as { close: [number?, string?] }
      socket.close(...close)
    } else if (text === '{"lose":true}') socket.terminate()
    else socket.send(data, { binary })
  })
}

/** Pieces without end; `?type=`, `?gzip=1`, and `?bytes=` for an answer of that declared length. */
function stream({ url = '' }: IncomingMessage, response: ServerResponse): void {
  const query = new URL(url, 'http://upstream').searchParams
  const length = query.get('bytes')
  response.setHeader('content-type', query.get('type') ?? 'text/event-stream')
  if (length !== null) response.setHeader('content-length', length)
  if (query.has('gzip')) response.setHeader('content-encoding', 'gzip')
  const out = query.has('gzip') ? createGzip({ flush: constants.Z_SYNC_FLUSH }) : response
  if (out !== response) (out as ReturnType<typeof createGzip>).pipe(response)
  let left = Number(length ?? Infinity)
  const timer = setInterval(() => {
    const piece = `data: ${'x'.repeat(92)}\n\n`.slice(0, left)
    left -= piece.length
    if (left > 0) out.write(piece)
    else out.end(piece)
  }, PIECE_MS)
  response.on('close', () => clearInterval(timer))
}

function pathOf({ url = '' }: IncomingMessage): string {
  return url.replace(/^\/live|\?.*$/g, '')
}

export async function startTalkingUpstream(): Promise<TalkingUpstream> {
  const accepted: TalkingUpstream['accepted'] = new Map()
  const streams: TalkingUpstream['streams'] = new Map()
  const server = createServer((request, response) => {
    const seen = { headers: request.headers, ended: false }
    streams.set(pathOf(request), seen)
    response.on('close', () => (seen.ended = true))
    stream(request, response)
  })
  const sockets = new WebSocketServer({
    server,
    perMessageDeflate: true,
    handleProtocols: (offered) => [...offered].at(-1) ?? false,
  })
  sockets.on('connection', (socket, request) => {
    const closed = new Promise<{ code: number; reason: string }>((resolve) =>
      socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() })),
    )
    socket.on('error', () => {})
    accepted.set(pathOf(request), { socket, headers: request.headers, closed })
    converse(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    accepted,
    streams,
    stop() {
      for (const client of sockets.clients) client.terminate()
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
