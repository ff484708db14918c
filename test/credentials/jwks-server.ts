// A JWK set on loopback, as an issuer or the deployment would serve it.

import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface JwksServer extends AsyncDisposable {
  readonly origin: string
  /** Paths asked for so far, in order. */
  readonly requests: readonly string[]
}

/** Listen on a free port of 127.0.0.1 until disposed of. */
export async function serve(listener: RequestListener): Promise<JwksServer> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(request.url ?? '')
    listener(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Answer with JSON and nothing else. */
export function json(body: unknown, status = 200): RequestListener {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
}
