// The upstream of the bench, a process of its own: the least that is still HTTP/1.1 over a real
// socket, so that it is never what is measured. Loopback only; it ends with the process above it.

import { createServer, type AddressInfo, type Socket } from 'node:net'

const BODY = JSON.stringify({ id: 'ses_0123456789', status: 'pending', items: [1, 2, 3] })
const ANSWER = Buffer.from(
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`,
)

const server = createServer((socket) => {
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  let pending = ''
  socket.on('data', (chunk: Buffer) => {
    pending = answerWhole(socket, pending + chunk.toString('latin1'))
  })
})

server.listen(0, '127.0.0.1')
process.on('message', () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.on('disconnect', () => process.exit())

/** Answers every request that has arrived whole; gives back the rest. */
function answerWhole(socket: Socket, bytes: string): string {
  let rest = bytes
  for (let size = requestSize(rest); size > 0; size = requestSize(rest)) {
    socket.write(ANSWER)
    rest = rest.slice(size)
  }
  return rest
}

/** The length of the first request, 0 while it is not whole. */
function requestSize(bytes: string): number {
  const head = bytes.indexOf('\r\n\r\n')
  if (head === -1) return 0
  // A body, where there is one, has a length or is chunked; the bench sends no trailers.
  const headers = bytes.slice(0, head)
  if (/\r\ntransfer-encoding: chunked/i.test(headers)) {
    const end = bytes.indexOf('\r\n0\r\n\r\n', head)
    return end === -1 ? 0 : end + 7
  }
  const size = head + 4 + Number(/\r\ncontent-length: (\d+)/i.exec(headers)?.[1] ?? 0)
  return bytes.length < size ? 0 : size
}
