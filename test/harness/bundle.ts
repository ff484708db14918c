// Builds a Worker exactly as a deploy does, once per run and entry.

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

export const ROOT = new URL('../..', import.meta.url).pathname

const built = new Map<string, Promise<string>>()

/** The production bundle of an entry, as one module's text. */
export function bundle(entry = 'src/index.ts'): Promise<string> {
  const running = built.get(entry) ?? build(entry)
  built.set(entry, running)
  return running
}

async function build(entry: string): Promise<string> {
  const out = await mkdtemp(join(tmpdir(), 'portcullis-bundle-'))
  const wrangler = join(ROOT, 'node_modules/wrangler/bin/wrangler.js')
  await promisify(execFile)(
    process.execPath,
    [wrangler, 'deploy', entry, '--config', 'wrangler.toml', '--dry-run', '--outdir', out],
    { cwd: ROOT, env: { ...process.env, CI: '1', WRANGLER_SEND_METRICS: 'false' } },
  )
  const name = entry.split('/').at(-1)?.replace(/\.ts$/, '.js') ?? 'index.js'
  const text = await readFile(join(out, name), 'utf8')
  await rm(out, { recursive: true })
  return text
}
