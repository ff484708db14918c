// Makes the fixtures of an earlier release, from git: `node test/releases/make.ts COMMIT`. They are kept,
// because a checkout need not have the history. guard.js is its guard's object; ledger.js what that
// decides by; isolate.js the other side of the protocol as that release spoke it: asking, and leases.
//
// 66ea86f is the first edition, one script with the paths that are named here; a later release has its own.

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { build } from 'esbuild'

const ROOT = new URL('../..', import.meta.url).pathname

/** What each fixture is, in terms of that release's source. */
const ENTRIES = {
  'guard.js': `export { KeyGuard } from './src/guard/key-guard.ts'
export default { fetch: () => new Response(null, { status: 404 }) }`,
  'ledger.js': `export { Ledger } from './src/guard/ledger.ts'`,
  'isolate.js': `export { askGuard } from './src/guard/ask.ts'
export { askGuardFor, spendLeased } from './src/guard/lease.ts'
export { Meter } from './src/guard/meter.ts'`,
}

const [commit = ''] = process.argv.slice(2)
const full = execFileSync('git', ['rev-parse', '--verify', `${commit}^{commit}`], { cwd: ROOT })
const source = mkdtempSync(join(tmpdir(), 'portcullis-release-'))
try {
  const archive = execFileSync('git', ['archive', commit], { cwd: ROOT, maxBuffer: 2 ** 28 })
  execFileSync('tar', ['-x', '-C', source], { input: archive })
  symlinkSync(join(ROOT, 'node_modules'), join(source, 'node_modules'))
  const folder = join(ROOT, 'test/releases', commit)
  mkdirSync(folder, { recursive: true })
  for (const [name, contents] of Object.entries(ENTRIES)) {
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: source },
      absWorkingDir: source,
      bundle: true,
      format: 'esm',
      target: 'es2024',
      conditions: ['workerd', 'worker', 'browser'],
      external: ['cloudflare:*'],
      write: false,
    })
    const note = `// Made by test/releases/make.ts from commit ${String(full).trim()}: not to be edited.\n`
    writeFileSync(join(folder, name), note + outputFiles[0]?.text)
  }
} finally {
  rmSync(source, { recursive: true })
}
