// `npm run dev` as a child process, on a free port and a state directory of its own.

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { generateSigningKey } from '../../src/credentials/signing-keys.ts'
import { freePort } from '../harness/free-port.ts'

export const ROOT = join(import.meta.dirname, '..', '..')
/** From the start to the first answer of /edge/health; a busy machine takes its time. */
const READY_WITHIN_MS = 300_000

export interface DemoFile {
  readonly url: string
  readonly organizations: { readonly demo: string; readonly other: string }
  readonly service_user: { readonly id: string; readonly source_system: string }
  readonly credentials: Readonly<Record<string, { readonly id: string; readonly value: string }>>
}

export interface DevProcess {
  readonly url: string
  readonly port: number
  readonly pid: number
  readonly demo: DemoFile
  /** What is presented, by its name in demo.json. */
  readonly value: (name: string) => string
  readonly output: () => string
  /** Sends a signal; the exit code, once the process is gone. */
  readonly stop: (signal?: 'SIGTERM' | 'SIGINT') => Promise<number | null>
}

/** A new state directory, and what throws it away. */
export function newState(): { readonly dir: string; readonly remove: () => void } {
  const dir = mkdtempSync(join(tmpdir(), 'portcullis-e2e-'))
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) }
}

export const ADMIN_TOKEN = 'admin-token-of-the-e2e-tests-0123456789abcdef'

/** Writes .dev.vars before the first start, with settings more than it would have. */
export async function writeDevVars(
  dir: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const vars = {
    KEY_PEPPER: 'pepper-of-the-e2e-tests-0123456789abcdef0123',
    SIGNING_KEYS: { keys: [await generateSigningKey()] },
    ADMIN_TOKEN,
    ...more,
  }
  const lines = Object.entries(vars).map(
    ([name, value]) => `${name}='${typeof value === 'string' ? value : JSON.stringify(value)}'\n`,
  )
  writeFileSync(join(dir, '.dev.vars'), lines.join(''))
}

/** Runs the command until it ends by itself. */
export async function runDev(
  dir: string,
  port: number | string,
  args: readonly string[] = [],
): Promise<{ readonly code: number | null; readonly output: string }> {
  const { child, output } = spawnDev(dir, port, args)
  await once(child, 'close')
  return { code: child.exitCode, output: output() }
}

export interface StartOptions {
  /** A free one otherwise. */
  readonly port?: number
  readonly args?: readonly string[]
  /** What is typed: `npm run dev`, or what that runs. */
  readonly through?: 'npm' | 'node'
}

/** Starts the command and waits until it answers and has said so. */
export async function startDev(
  dir: string,
  { port, args = [], through = 'node' }: StartOptions = {},
): Promise<DevProcess> {
  const chosen = port ?? (await freePort())
  const { child, output } = spawnDev(dir, chosen, args, through)
  const url = `http://localhost:${chosen}`
  const deadline = Date.now() + READY_WITHIN_MS
  while (!(await isHealthy(url)) || !output().includes('Stop:')) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL')
      throw new Error(`the stack did not start:\n${output()}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const demo = JSON.parse(readFileSync(join(dir, '.portcullis', 'demo.json'), 'utf8')) as DemoFile
  return {
    url,
    port: chosen,
    pid: child.pid ?? 0,
    demo,
    value(name) {
      const credential = demo.credentials[name]
      if (!credential) throw new Error(`demo.json has no ${name}`)
      return credential.value
    },
    output,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.kill(signal)) await once(child, 'close')
      return child.exitCode
    },
  }
}

function spawnDev(
  dir: string,
  port: number | string,
  args: readonly string[],
  through: 'npm' | 'node' = 'node',
): { child: ChildProcess; output: () => string } {
  const options = ['--state', dir, '--no-watch', ...args]
  const command =
    through === 'npm'
      ? ['npm', 'run', 'dev', '--', ...options]
      : [process.execPath, join('src', 'dev', 'main.ts'), ...options]
  const env = { ...process.env, PORT: String(port), NODE_OPTIONS: '' }
  const child = spawn(command[0] ?? '', command.slice(1), { cwd: ROOT, env })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  }
  return { child, output: () => text }
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/edge/health`)).status === 200
  } catch {
    return false
  }
}
