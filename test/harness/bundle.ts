// Builds the Workers exactly as a deploy does, once for all processes of a run, and anew once any file
// that may go into them has changed.

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { CONFIGS, ROLES, type ByRole, type Role } from '../../src/config/workers.ts'

export const ROOT = new URL('../..', import.meta.url).pathname
/** The bundles of the run, and of those before it where nothing has changed. */
const KEPT = join(ROOT, 'node_modules/.cache/bundles')

const built = new Map<string, Promise<string>>()

/** What a deploy uploads of each Worker. */
const ENTRIES: ByRole<string> = {
  gate: 'src/gate/index.ts',
  guard: 'src/guard/index.ts',
  control: 'src/control/index.ts',
}

/** The production bundle of a Worker, as one module's text; or that of another entry in its place. */
export function bundle(role: Role, entry = ENTRIES[role]): Promise<string> {
  const running = built.get(entry) ?? keptOrBuilt(CONFIGS[role], entry)
  built.set(entry, running)
  return running
}

let madeOf: Promise<string> | undefined

async function keptOrBuilt(config: string, entry: string): Promise<string> {
  madeOf ??= digestOfSources()
  const name = entry.replaceAll('/', '-')
  const kept = `${name}.${await madeOf}`
  try {
    return await readFile(join(KEPT, kept), 'utf8')
  } catch {
    const text = await build(config, entry, kept)
    const others = (await readdir(KEPT)).filter((other) => other.startsWith(`${name}.`))
    for (const older of others.filter((other) => other.length === kept.length && other !== kept)) {
      await rm(join(KEPT, older), { force: true })
    }
    return text
  }
}

/** Of every file that a bundle may be made of, and of the versions of what makes it. */
async function digestOfSources(): Promise<string> {
  const hash = createHash('sha256')
  const folders = await Promise.all(
    ['src', 'test'].map(async (folder) => {
      const found = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true })
      return found
        .filter((one) => one.isFile() && !one.name.startsWith('.'))
        .map((one) => join(one.parentPath, one.name))
    }),
  )
  const others = ['package-lock.json', 'tsconfig.json', ...ROLES.map((role) => CONFIGS[role])]
  const paths = [...folders.flat(), ...others.map((name) => join(ROOT, name))]
  for (const path of paths.toSorted()) hash.update(`${path}\0`).update(await readFile(path))
  return hash.digest('hex').slice(0, 16)
}

async function build(config: string, entry: string, kept: string): Promise<string> {
  await mkdir(KEPT, { recursive: true })
  const out = await mkdtemp(join(KEPT, `${kept}-`))
  const wrangler = join(ROOT, 'node_modules/wrangler/bin/wrangler.js')
  await promisify(execFile)(
    process.execPath,
    [wrangler, 'deploy', entry, '--config', config, '--dry-run', '--outdir', out],
    { cwd: ROOT, env: { ...process.env, CI: '1', WRANGLER_SEND_METRICS: 'false' } },
  )
  const made = join(out, entry.split('/').at(-1)?.replace(/\.ts$/, '.js') ?? 'index.js')
  const text = await readFile(made, 'utf8')
  // Whoever reads it reads it whole, also where another process builds the same at the same time.
  await rename(made, join(KEPT, kept))
  await rm(out, { recursive: true })
  return text
}
