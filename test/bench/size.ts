// node test/bench/size.ts [rounds] [commit]: the size of each Worker as wrangler uploads it, and what the gate
// takes to compile and to start in workerd, as ratios against the single file of a commit from before there
// were three Workers. Both are measured in the same rounds, in turn. Without that commit in the history there
// are sizes alone.

import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

import { ROLES } from '../../src/config/workers.ts'
import { bundle, ROOT } from '../harness/bundle.ts'
import { cpuMicroseconds } from './child.ts'
import { median } from './statistics.ts'

/** The last landing that was one Worker. */
const SINGLE_FILE = '66ea86f'
/** Of one Worker in one process: the clock of /proc counts hundredths of a second. */
const COPIES = 10
const EMPTY = 'export default {}\n'

const [, , ROUNDS = '9', COMMIT = SINGLE_FILE] = process.argv
const WORKERD = join(ROOT, 'node_modules/workerd/bin/workerd')

const directory = mkdtempSync(join(tmpdir(), 'portcullis-size-'))
try {
  const gate = await bundle('gate')
  for (const role of ROLES) {
    const text = await bundle(role)
    console.log(`${role.padEnd(8)}${sizeOf(text)}`)
  }
  const single = singleFile(COMMIT)
  if (single === undefined) {
    console.log(`the history has no commit ${COMMIT}: nothing to compare the gate with`)
  } else {
    console.log(`${COMMIT} ${sizeOf(single)}`)
    await compare(gate, single, Number(ROUNDS))
  }
} finally {
  rmSync(directory, { recursive: true, force: true })
}

function sizeOf(text: string): string {
  const [bytes, gzip] = [Buffer.byteLength(text), gzipSync(text).length].map((count) =>
    String(count).padStart(10),
  )
  return `${bytes} bytes ${gzip} gzip`
}

/** What wrangler uploads of a commit, with that one's dependencies; undefined: it is not there. */
function singleFile(commit: string): string | undefined {
  const git = ['-C', ROOT]
  try {
    execFileSync('git', [...git, 'cat-file', '-e', `${commit}^{commit}`], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  const project = join(directory, 'single')
  const archive = join(directory, 'single.tar')
  execFileSync('git', [...git, 'archive', '--prefix', 'single/', '-o', archive, commit])
  execFileSync('tar', ['-xf', archive, '-C', directory])
  const run = { cwd: project, env: { ...process.env, CI: '1', WRANGLER_SEND_METRICS: 'false' } }
  const quiet = ['ignore', 'ignore', 'inherit'] as const
  // Not `npm ci`, which wants a lockfile of every platform.
  const install = ['install', '--omit=dev', '--no-save', '--ignore-scripts', '--no-audit']
  execFileSync('npm', install, { ...run, stdio: [...quiet] })
  const wrangler = join(ROOT, 'node_modules/wrangler/bin/wrangler.js')
  const build = [wrangler, 'deploy', '--dry-run', '--outdir', 'out']
  execFileSync(process.execPath, build, { ...run, stdio: [...quiet] })
  return readFileSync(join(project, 'out/index.js'), 'utf8')
}

/** Compiled: beside another module that runs. Started: as the module that runs. */
async function compare(gate: string, single: string, rounds: number): Promise<void> {
  const variants = {
    empty: [EMPTY],
    'gate compiled': [EMPTY, gate],
    'gate started': [gate],
    'single compiled': [EMPTY, single],
    'single started': [single],
  } as const
  type Name = keyof typeof variants
  const names = Object.keys(variants) as Name[]
  for (const name of names) writeConfig(name, variants[name])
  const taken = new Map<Name, number[]>(names.map((name) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const name of names) taken.get(name)?.push(await startMs(configOf(name)))
  }
  const ms = (name: Name): number =>
    (median(taken.get(name) ?? []) - median(taken.get('empty') ?? [])) / COPIES
  for (const name of names) console.log(`${name.padEnd(16)}${ms(name).toFixed(1).padStart(8)} ms`)
  for (const what of ['compiled', 'started'] as const) {
    const ratio = ms(`gate ${what}`) / ms(`single ${what}`)
    console.log(`${what}: ${ratio.toFixed(3)} of the single file`)
  }
}

function configOf(name: string): string {
  return join(directory, `${name.replace(' ', '-')}.capnp`)
}

/** workerd compiles every module of a Worker when it starts, and evaluates what the first one imports. */
function writeConfig(name: string, modules: readonly string[]): void {
  const files = modules.map((text, i) => {
    const file = `${name.replace(' ', '-')}-${i}.js`
    writeFileSync(join(directory, file), text)
    return `(name = "m${i}.js", esModule = embed "${file}")`
  })
  const services = Array.from({ length: COPIES }, (_, i) => `(name = "w${i}", worker = .worker)`)
  writeFileSync(
    configOf(name),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [${services.join(', ')}],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "w0")]
);
const worker :Workerd.Worker = (
  modules = [${files.join(', ')}],
  compatibilityDate = "2026-08-11"
);
`,
  )
}

/** Milliseconds of CPU, all threads, until a workerd of its own listens. */
async function startMs(config: string): Promise<number> {
  const workerd = spawn(WORKERD, ['serve', config, '--control-fd=3'], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  })
  const gone = once(workerd, 'exit')
  try {
    const control = workerd.stdio[3]
    const { pid } = workerd
    if (!control || pid === undefined) throw new Error('workerd did not start')
    await Promise.race([
      once(control, 'data'),
      gone.then(() => {
        throw new Error(`workerd ended by itself: ${config}`)
      }),
    ])
    return cpuMicroseconds(pid) / 1000
  } finally {
    workerd.kill()
    await gone
  }
}
