// deploy: the three Workers and all that they are bound to, in one command.

import { createInterface } from 'node:readline/promises'

import { Option, type Command } from 'commander'

import { usage, type Attach, type Ops } from '../answer.ts'
import { wrangler } from '../direct/wrangler.ts'
import { PROJECT } from '../project.ts'
import { commandsOf, LOCATIONS, type Location } from './commands.ts'
import type { Ask, Deployment } from './wrangler.ts'

export function addDeploy(program: Command, attach: Attach): void {
  const command = program
    .command('deploy')
    .description('deploy guard, control and gate, and make what they need')
    .option(
      '--env <name>',
      'a deployment of its own, by [env.NAME] of the three wrangler.toml files',
    )
    .option(
      '--dry-run',
      'print what would be done, and bundle the Workers; asks Cloudflare nothing',
    )
    .addOption(
      new Option('--location <region>', 'where D1 keeps the database, when it is made').choices(
        LOCATIONS,
      ),
    )
    .addHelpText(
      'after',
      `
Finds what is there and makes what is missing, so it can be run again whenever it stopped. What is neither
given nor in the files is asked for. Secrets that a Worker has are kept; those that are made are written to
.deploy.vars (with --env: .deploy.NAME.vars), or to the file of --vars, readable by you alone.

Examples:
  $ npm run ops -- deploy --dry-run
  $ npm run ops -- deploy --location weur
  $ npm run ops -- deploy --env staging`,
    )
  interface Options {
    readonly env?: string
    readonly dryRun?: true
    readonly location?: Location
  }
  attach<Options>(command, async (ops, options) => {
    const env = options.env === undefined ? undefined : readEnv(options.env)
    // Loaded by this command alone: no other has a use for what a deployment needs.
    const [{ readGiven, secretsFile }, { shipped }] = await Promise.all([
      import('./secrets.ts'),
      import('../../catalog.ts'),
    ])
    const file = ops.vars ?? secretsFile(PROJECT, env)
    const given = {
      catalog: shipped,
      secrets: readGiven(file, ops.io.env),
      secretsFile: file,
      location: options.location,
      accountId: ops.io.env['CLOUDFLARE_ACCOUNT_ID'],
    }
    const deployment = deploymentOf(ops, env)
    if (options.dryRun) return await (await import('./plan.ts')).dryRun(deployment, given)
    return await (await import('./deploy.ts')).deploy(deployment, given)
  })
}

function deploymentOf(ops: Ops, env: string | undefined): Deployment {
  return {
    root: PROJECT,
    env,
    commands: commandsOf(env),
    wrangler: (args) => wrangler(ops, args),
    ask: askTerminal,
    say: ops.io.err,
  }
}

const askTerminal: Ask = async (question) => {
  if (!process.stdin.isTTY || process.env['CI'] !== undefined) return undefined
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return (await terminal.question(question)).trim()
  } finally {
    terminal.close()
  }
}

/** It becomes part of names of Workers, queues and databases, and a bare key of TOML. */
function readEnv(text: string): string {
  if (/^[a-z](?:[0-9a-z-]{0,28}[0-9a-z])?$/.test(text)) return text
  throw usage(
    '--env must be up to 30 lower-case letters, digits and -, a letter first, like staging',
  )
}
