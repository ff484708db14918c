// The operator's command line: npm run ops -- <command>

import { text } from 'node:stream/consumers'

import { run } from './program.ts'

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
