// D1 through the project's own wrangler. Statements of one call go as one `--command`, which D1 runs
// as one batch: all of them or none, with the rows of each. (`--file` would do as much locally; with
// --remote it takes the import API, which keeps the database from serving while it runs, and gives
// no rows back.) Wrangler's words do not reach the operator; explain.ts has ours.

import { spawn } from 'node:child_process'

import { SECRETS } from '../../config/workers.ts'
import { Stop, type Ops } from '../answer.ts'
import { PROJECT } from '../project.ts'
import { ACCESS_NAMES } from '../settings.ts'
import { explain } from './explain.ts'

export const DATABASE = 'portcullis'

const WRANGLER = `${PROJECT}node_modules/wrangler/bin/wrangler.js`
/** D1 takes 100,000 bytes a statement, and Linux 131,072 an argument. */
const SQL_MAX_BYTES = 95_000

/**
 * Runs statements as one transaction and returns the rows of each, typed as the caller says.
 * @throws Stop with a sentence when they could not be run; then none of them was.
 */
export async function execute<Rows extends readonly object[]>(
  ops: Ops,
  statements: { readonly [K in keyof Rows]: string },
): Promise<{ readonly [K in keyof Rows]: readonly Rows[K][] }> {
  const where = { remote: ops.remote === true, persistTo: ops.persistTo }
  const command = statements.join('\n')
  if (Buffer.byteLength(command) > SQL_MAX_BYTES) {
    throw new Stop('that is too much for one command: give fewer entries at a time')
  }
  const target = where.remote ? ['--remote'] : ['--local']
  if (where.persistTo !== undefined) target.push('--persist-to', where.persistTo)
  const args = ['d1', 'execute', DATABASE, ...target, '--yes', '--json', `--command=${command}`]
  const { exitCode, stdout, stderr } = await wrangler(ops, args)
  const answer = readJson(stdout)
  if (exitCode !== 0 || !Array.isArray(answer))
    throw new Stop(explain(errorOf(answer, stderr), where))
  const rows = answer.map((one: { readonly results?: unknown }) => one.results ?? [])
  if (rows.length < statements.length) {
    throw new Stop(`wrangler answered ${rows.length} of ${statements.length} statements`)
  }
  return rows as unknown as { readonly [K in keyof Rows]: readonly Rows[K][] }
}

export interface Finished {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** The environment of a child: quiet, without colour, and without the secrets, for which it has no use. */
export function childEnv(env: Ops['io']['env']): Record<string, string | undefined> {
  const secrets: readonly string[] = [...SECRETS.control, ...ACCESS_NAMES]
  const inherited = Object.entries(env).filter(([name]) => !secrets.includes(name))
  return {
    ...Object.fromEntries(inherited),
    NO_COLOR: '1',
    // At less it would keep its JSON to itself.
    WRANGLER_LOG: 'log',
    WRANGLER_SEND_METRICS: 'false',
    CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  }
}

/** Runs the project's wrangler without a terminal. */
export function wrangler(ops: Pick<Ops, 'io'>, args: readonly string[]): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [WRANGLER, ...args], {
      cwd: PROJECT,
      env: childEnv(ops.io.env),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.on('error', () => reject(new Stop('wrangler could not be started: run npm install')))
    child.on('close', (exitCode) => resolve({ exitCode: exitCode ?? 1, stdout, stderr }))
  })
}

/** The JSON in an output that may have other lines before it. */
export function readJson(stdout: string): unknown {
  for (const { index } of stdout.matchAll(/^[[{]/gm)) {
    try {
      return JSON.parse(stdout.slice(index)) as unknown
    } catch {
      // A line of something else, such as [WARNING].
    }
  }
  return undefined
}

/** `{"error":{"text":…,"notes":[{"text":…}]}}` on stdout, or an ERROR line on stderr. */
function errorOf(answer: unknown, stderr: string): string {
  const error = (answer as { readonly error?: { text?: unknown; notes?: unknown } } | undefined)
    ?.error
  if (typeof error?.text === 'string') {
    const notes = Array.isArray(error.notes) ? (error.notes as { readonly text?: unknown }[]) : []
    return [error.text, ...notes.map(({ text }) => (typeof text === 'string' ? text : ''))].join(
      ' ',
    )
  }
  return /ERROR\]?\s*(.*)/.exec(stderr)?.[1] ?? stderr.slice(0, 500)
}
