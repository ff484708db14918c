// How a deployment reaches Cloudflare and the operator: both are values, so that a test drives all of it.

import { stripVTControlCharacters } from 'node:util'

import { Stop } from '../answer.ts'
import { readJson, type Finished } from '../direct/wrangler.ts'
import { typed, type Args, type Commands } from './commands.ts'

/** Runs wrangler in the project's folder, without a terminal. */
export type Wrangler = (args: Args) => Promise<Finished>

/** Asks the operator; undefined when nobody is there to answer. */
export type Ask = (question: string) => Promise<string | undefined>

/** One run of `deploy`. */
export interface Deployment {
  /** The folder with wrangler.toml, with a slash at the end. */
  readonly root: string
  /** `--env`; undefined is the top level of the files. */
  readonly env: string | undefined
  readonly commands: Commands
  readonly wrangler: Wrangler
  readonly ask: Ask
  /** A line of progress. */
  readonly say: (line: string) => void
}

/** Runs a command that must succeed. @throws Stop with wrangler's own reason. */
export async function must({ wrangler }: Deployment, args: Args): Promise<string> {
  const finished = await wrangler(args)
  if (finished.exitCode === 0) return finished.stdout
  throw failed(args, finished)
}

/** Runs a command that must answer with a JSON list. */
export async function mustList<Row>(deployment: Deployment, args: Args): Promise<readonly Row[]> {
  const rows = readJson(await must(deployment, args))
  if (Array.isArray(rows)) return rows as readonly Row[]
  throw new Stop(`${typed(args)} did not answer with a list, as wrangler 4.156 does`)
}

export function failed(args: Args, finished: Finished): Stop {
  return new Stop(`${typed(withoutFile(args))} failed:\n${reasonOf(finished)}`)
}

/** What wrangler says is wrong, without what it says of logs and reports. */
export function reasonOf({ stdout, stderr }: Finished): string {
  const text = stripVTControlCharacters(`${stderr}\n${stdout}`)
  const from = /\[?ERROR\]?/.exec(text)
  const lines = text
    .slice(from === null ? 0 : from.index + from[0].length)
    .split('\n')
    .map((line) => line.trim())
  const end = lines.findIndex((line) => /^(?:🪵|If you think this is a bug)/u.test(line))
  const said = lines.slice(0, end < 0 ? undefined : end).filter((line) => line !== '')
  return said.slice(0, 12).join('\n') || 'wrangler gave no reason'
}

/** The file of secrets is gone by the time that anybody reads its name. */
function withoutFile(args: Args): Args {
  const at = args.indexOf('--secrets-file')
  return at < 0 ? args : [...args.slice(0, at + 1), '…']
}
