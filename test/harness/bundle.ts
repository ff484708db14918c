// Builds the Workers exactly as a deploy does, once per run and entry.

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { CONFIGS, type ByRole, type Role } from '../../src/config/workers.ts'

export const ROOT = new URL('../..', import.meta.url).pathname

const built = new Map<string, Promise<string>>()

/** What a deploy uploads of each Worker. */
const ENTRIES: ByRole<string> = {
  gate: 'src/gate/index.ts',
  guard: 'src/guard/index.ts',
  control: 'src/control/index.ts',
}

/** The production bundle of a Worker, as one module's text; or that of another entry in its place. */
export function bundle(role: Role, entry = ENTRIES[role]): Promise<string> {
  const running = built.get(entry) ?? build(CONFIGS[role], entry)
  built.set(entry, running)
  return running
}

async function build(config: string, entry: string): Promise<string> {
  const out = await mkdtemp(join(tmpdir(), 'portcullis-bundle-'))
  const wrangler = join(ROOT, 'node_modules/wrangler/bin/wrangler.js')
  await promisify(execFile)(
    process.execPath,
    [wrangler, 'deploy', entry, '--config', config, '--dry-run', '--outdir', out],
    { cwd: ROOT, env: { ...process.env, CI: '1', WRANGLER_SEND_METRICS: 'false' } },
  )
  const name = entry.split('/').at(-1)?.replace(/\.ts$/, '.js') ?? 'index.js'
  const text = await readFile(join(out, name), 'utf8')
  await rm(out, { recursive: true })
  return text
}
