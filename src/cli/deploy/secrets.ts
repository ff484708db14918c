// The secrets of gate and control. What a Worker has is kept: nothing can read it back, and another
// KEY_PEPPER would end every key. What is missing is taken from the operator's file or environment, and
// made where there is nothing that it would have to agree with.

import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'

import { byRole, SECRETS, type ByRole } from '../../config/workers.ts'
import { generateSigningKey } from '../../credentials/signing-keys.ts'
import { Stop } from '../answer.ts'
import { readJson } from '../direct/wrangler.ts'
import { writeWhole, type Workers } from './workers.ts'
import { failed, reasonOf, type Deployment } from './wrangler.ts'

/** Values by name. */
export type Secrets = Readonly<Record<string, string>>

/** What credentials in the database were made with. */
const OF_KEYS: readonly string[] = ['KEY_PEPPER', 'SIGNING_KEYS']
const SECRET_BYTES = 32

/** Where secrets that are made are kept for the operator; git ignores it. */
export function secretsFile(root: string, env: string | undefined): string {
  return `${root}.deploy${env === undefined ? '' : `.${env}`}.vars`
}

/** The operator's values: of the file, and of the environment where the file has none. */
export function readGiven(
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
): Secrets {
  const kept = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}
  return Object.fromEntries(
    SECRETS.control.flatMap((name) => {
      const value = kept[name] ?? environment[name]
      return value === undefined || value === '' ? [] : [[name, value]]
    }),
  )
}

/** A fresh value of each. */
export async function makeSecrets(): Promise<Secrets> {
  return {
    KEY_PEPPER: randomBytes(SECRET_BYTES).toString('hex'),
    SIGNING_KEYS: JSON.stringify({ keys: [await generateSigningKey()] }),
    ADMIN_TOKEN: randomBytes(SECRET_BYTES).toString('hex'),
  }
}

/** The names that a Worker has; none where there is no such Worker yet. */
export type Deployed = ByRole<ReadonlySet<string>>

export async function readDeployed(deployment: Deployment, workers: Workers): Promise<Deployed> {
  const { gate, control } = {
    control: await namesOf(deployment, 'control', workers),
    gate: await namesOf(deployment, 'gate', workers),
  }
  return { gate, control, guard: new Set() }
}

async function namesOf(
  { wrangler, commands }: Deployment,
  role: 'gate' | 'control',
  workers: Workers,
): Promise<ReadonlySet<string>> {
  const args = commands.listSecrets(role)
  const finished = await wrangler(args)
  const rows = readJson(finished.stdout)
  if (finished.exitCode === 0 && Array.isArray(rows)) {
    return new Set(rows.map((row: { readonly name: string }) => row.name))
  }
  const [line = ''] = reasonOf(finished).split('\n')
  if (line.startsWith(`Worker "${workers[role].name}"`) && line.endsWith('not found.')) {
    return new Set()
  }
  throw failed(args, finished)
}

/** What is to be sent to each Worker, and which of it is to be made first. Names only. */
export interface Decision {
  readonly send: ByRole<readonly string[]>
  readonly make: readonly string[]
}

/**
 * Pure.
 * @throws Stop where a Worker has a value that another lacks and nobody gave.
 */
export function decide(deployed: Deployed, given: Secrets): Decision {
  const send = byRole((role) => SECRETS[role].filter((name) => !deployed[role].has(name)))
  const needed = SECRETS.control.filter((name) =>
    [send.gate, send.control].some((names) => names.includes(name)),
  )
  const make = needed.filter((name) => given[name] === undefined)
  const held = make.filter((name) => deployed.gate.has(name) || deployed.control.has(name))
  if (held.length > 0) {
    const [has, lacks] = deployed.gate.has(held[0] ?? '')
      ? ['gate', 'control']
      : ['control', 'gate']
    throw new Stop(
      `${held.join(' and ')}: ${has} has it, ${lacks} needs the same, and it cannot be read back: give its value in the environment or in a file with --vars`,
    )
  }
  return { send, make }
}

/** @throws Stop where a made secret would end the keys that are there. */
export function refuseToEndKeys(make: readonly string[], database: string): void {
  const ended = make.filter((name) => OF_KEYS.includes(name))
  if (ended.length === 0) return
  throw new Stop(
    `${ended.join(' and ')}: the database ${database} holds keys that were made with another: give its value in the environment or in a file with --vars`,
  )
}

/** Adds values to the operator's file, which only its owner can read. */
export function keep(file: string, secrets: Secrets): void {
  const before = existsSync(file)
    ? readFileSync(file, 'utf8').replace(/\n?$/, '\n')
    : '# Secrets of the deployed Workers. Keep a copy where only operators can read it.\n'
  const lines = Object.entries(secrets).map(([name, value]) => `${name}='${value}'\n`)
  writeWhole(file, before + lines.join(''), 0o600)
  chmodSync(file, 0o600)
}

/**
 * Lends a file that only this user can read, for as long as `use` takes. JSON, since wrangler expands
 * `$NAME` in the other form and lets the environment overrule it.
 */
export async function withFile<T>(secrets: Secrets, use: (path: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'portcullis-deploy-'))
  const remove = (): void => rmSync(directory, { recursive: true, force: true })
  const stop = (signal: NodeJS.Signals): void => {
    remove()
    process.kill(process.pid, signal)
  }
  process.once('SIGINT', stop).once('SIGTERM', stop)
  try {
    const path = join(directory, 'secrets.json')
    writeFileSync(path, JSON.stringify(secrets), { mode: 0o600 })
    return await use(path)
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop)
    remove()
  }
}
