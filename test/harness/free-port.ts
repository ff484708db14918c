// A port for a process that opens it a little later.

import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below those that the system gives to whoever asks for any, so that it stays free until it is used. */
const [PORT_MIN, PORT_MAX] = [20_000, 32_000]

/** A loopback port on which nobody listens. */
export async function freePort(): Promise<number> {
  const port = randomInt(PORT_MIN, PORT_MAX)
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch {
    return await freePort()
  }
  server.close()
  await once(server, 'close')
  return port
}
