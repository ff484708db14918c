// The port of the edge: PORT, else 8787, and free.

import { createServer } from 'node:net'

import { Problem } from './problem.ts'

const DEFAULT_PORT = 8787

/** Reads `PORT`. */
export function readPort(text: string | undefined): number {
  if (text === undefined || text === '') return DEFAULT_PORT
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535) return port
  throw new Problem(`PORT must be a port number from 1 to 65535, such as ${DEFAULT_PORT}`)
}

/** @throws Problem when something else listens there. */
export async function assertFree(port: number): Promise<void> {
  for (const host of ['127.0.0.1', '::1']) {
    const code = await listenError(host, port)
    if (code === 'EADDRINUSE' || code === 'EACCES') {
      const why = code === 'EACCES' ? 'may not be used' : 'is taken by another program'
      throw new Problem(`PORT ${port} ${why}. Choose another: PORT=${port + 1} npm run dev`)
    }
  }
}

function listenError(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)))
  })
}
