// `npm run dev`: starts the local stack, says how to try it, and stops it on Ctrl-C.

import { readArguments, USAGE } from './arguments.ts'
import { readPort } from './port.ts'
import { Problem } from './problem.ts'
import { startStack } from './stack.ts'
import { welcome } from './welcome.ts'

const NODE_MAJOR = 24
const PARENT = process.ppid
const PARENT_CHECK_MS = 250

function assertNode(): void {
  const [major = '0'] = process.versions.node.split('.')
  if (Number(major) >= NODE_MAJOR) return
  throw new Problem(
    `this is Node ${process.versions.node}; ${NODE_MAJOR} is needed, and npm run dev brings it`,
  )
}

async function main(): Promise<void> {
  assertNode()
  const { help, ...options } = readArguments(process.argv.slice(2))
  if (help) return console.log(USAGE)
  const port = readPort(process.env['PORT'])
  const stack = await startStack({ ...options, port, say: (line) => console.log(line) })
  const end = Promise.race([nextSignal(), npmGone()])
  console.log(welcome(stack))
  await end
  await stack.stop()
}

/**
 * Ctrl-C, SIGTERM, or a terminal that was closed. Miniflare's own handlers, which serve while the
 * stack is starting, would end this process before the Workers are done. A second signal ends it at
 * once.
 */
function nextSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.removeAllListeners(name)
      process.once(name, () => resolve())
    }
  })
}

/**
 * `npm run` puts a shell in between, which a SIGTERM for npm ends without handing it on. Who started
 * this process through npm ends it with npm.
 */
function npmGone(): Promise<void> {
  return new Promise((resolve) => {
    if (process.env['npm_lifecycle_event'] === undefined) return
    setInterval(() => process.ppid !== PARENT && resolve(), PARENT_CHECK_MS)
  })
}

try {
  await main()
  process.exit(0)
} catch (error) {
  console.error(error instanceof Problem ? error.message : error)
  process.exit(1)
}
