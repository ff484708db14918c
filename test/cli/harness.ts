// What the tests of this folder share: schema.sql in SQLite, and the command line in this process
// over the real wrangler, on a database of its own.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { generateSigningKey } from '../../src/credentials/signing-keys.ts'
import type { Io } from '../../src/cli/answer.ts'
import { run } from '../../src/cli/program.ts'
import { DATABASE, wrangler } from '../../src/cli/direct/wrangler.ts'
import { PROJECT } from '../../src/cli/project.ts'

export const SCHEMA = readFileSync(`${PROJECT}schema.sql`, 'utf8')
export const ADMIN_TOKEN = 'admin-token-of-the-tests-0123456789abcdef'
/** Nothing listens on port 1. */
export const NO_EDGE = 'http://127.0.0.1:1'

/** SQLite with schema.sql, as D1 has it. */
export function database(): DatabaseSync {
  const db = new DatabaseSync(':memory:')
  db.exec(SCHEMA)
  return db
}

const noInput = (): Promise<string> => Promise.resolve('')

export interface Ran {
  readonly exitCode: number
  readonly out: string
  readonly err: string
  /** stdout as the JSON that it must be alone. */
  readonly json: () => unknown
}

/** Runs one command line in this process. */
export async function runOps(
  args: readonly string[],
  env: Io['env'] = {},
  now: Io['now'] = Date.now,
  input = '',
): Promise<Ran> {
  let out = ''
  let err = ''
  const exitCode = await run(args, {
    env: { ...process.env, ...env },
    out: (text) => (out += `${text}\n`),
    err: (text) => (err += `${text}\n`),
    now,
    input: () => Promise.resolve(input),
  })
  return { exitCode, out, err, json: (): unknown => JSON.parse(out) }
}

export interface Sandbox {
  readonly directory: string
  readonly vars: string
  /** Runs a command on the database of this sandbox, without an edge unless `--url` is given. */
  readonly ops: (...args: string[]) => Promise<Ran>
  /** The same, with a text on standard input. */
  readonly piped: (input: string, ...args: string[]) => Promise<Ran>
  /** Runs raw SQL, as an operator would. */
  readonly sql: (text: string) => Promise<void>
  readonly remove: () => void
}

/** A local database of its own with secrets of its own; empty until schema.sql is applied. */
export async function sandbox(): Promise<Sandbox> {
  const directory = mkdtempSync(join(tmpdir(), 'portcullis-ops-'))
  // A command may take as long as it will: no time passes for it, so nothing comes to be late.
  const startedAt = Date.now()
  const vars = join(directory, 'vars')
  const keys = JSON.stringify({ keys: [await generateSigningKey()] })
  writeFileSync(
    vars,
    `KEY_PEPPER=pepper-of-the-tests-0123456789abcdef\nADMIN_TOKEN=${ADMIN_TOKEN}\nSIGNING_KEYS='${keys}'\n`,
  )
  const d1 = ['d1', 'execute', DATABASE, '--local', '--persist-to', directory]
  const piped: Sandbox['piped'] = (input, ...args) => {
    const url = args.includes('--url') ? [] : ['--url', NO_EDGE]
    const secrets = args.includes('--vars') ? [] : ['--vars', vars]
    const all = [...args, '--persist-to', directory, ...secrets, ...url]
    return runOps(all, {}, () => startedAt, input)
  }
  return {
    directory,
    vars,
    ops: (...args) => piped('', ...args),
    piped,
    sql: async (text) => {
      const file = join(directory, 'raw.sql')
      writeFileSync(file, text)
      const io = { env: process.env, out: () => {}, err: () => {}, now: Date.now, input: noInput }
      const { exitCode, stdout, stderr } = await wrangler({ io }, [...d1, '--file', file])
      if (exitCode !== 0) throw new Error(stdout + stderr)
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}
