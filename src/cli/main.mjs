// The operator's command line: npm run ops -- <command>. In JavaScript, so that Node reads what it
// compiled the last time before it has any TypeScript to look at.

import { enableCompileCache } from 'node:module'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/portcullis', import.meta.url)))

const { run } = await import('./program.ts')

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
  now: Date.now,
  input: async () => {
    if (process.stdin.isTTY) process.stderr.write('Paste the value, then press Enter and Ctrl-D.\n')
    return await text(process.stdin)
  },
})
