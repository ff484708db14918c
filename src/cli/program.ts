// The command line as a whole: the commands, the options that all of them have, and the exit code:
// 0 done, 1 it could not be done (or doctor found something), 2 it was asked wrongly.

import { resolve } from 'node:path'

import { Command, CommanderError, Option } from 'commander'

import { shipped } from '../catalog.ts'
import { withoutValues } from '../credentials/looks.ts'
import { attacher, Stop } from './answer.ts'
import type { Io } from './answer.ts'
import { addDeploy } from './commands/deploy.ts'
import { addDoctor } from './commands/doctor.ts'
import { addIp, addOrigin } from './commands/entries.ts'
import { addKey } from './commands/key.ts'
import { addMember } from './commands/member.ts'
import { addOrganization } from './commands/organization.ts'
import { addRepublish } from './commands/republish.ts'
import { addRestriction } from './commands/restriction.ts'
import { addServiceUser } from './commands/service-user.ts'
import { addSigningKey } from './commands/signing-key.ts'
import { addSync } from './commands/sync.ts'
import { addToken } from './commands/token.ts'
import { clean } from './print.ts'

/** How a command is typed; commander puts it in front of each usage line. */
export const NAME = 'npm run ops --'

/** Runs one command line and returns its exit code. Never throws for what an operator can meet. */
export async function run(args: readonly string[], given: Io): Promise<number> {
  // The parser's own errors repeat what they do not know.
  const io = { ...given, err: (text: string) => given.err(withoutValues(text)) }
  let exitCode = 0
  const json = args.includes('--json')
  const program = build(io, (code) => (exitCode = code))
  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) {
      if (json && error.exitCode !== 0) io.out(refusal(withoutValues(error.message), 2))
      return error.exitCode === 0 ? 0 : 2
    }
    if (!(error instanceof Stop)) throw error
    const lines = withoutValues(error.message).split('\n').map(clean)
    if (json) io.out(refusal(lines.join('\n'), error.exitCode))
    else io.err(`error: ${lines.join('\n')}`)
    return error.exitCode
  }
}

function refusal(message: string, exitCode: number): string {
  return JSON.stringify({ error: { message, exit_code: exitCode } }, null, 2)
}

function build(io: Io, settle: (exitCode: number) => void): Command {
  const program = new Command(NAME)
    .description('Runs the keys and allowlists of Portcullis, over wrangler and D1.')
    .exitOverride()
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({
      writeOut: (text) => io.out(text.trimEnd()),
      writeErr: (text) => io.err(text.trimEnd()),
    })
    .addOption(
      new Option('--local', 'work on the local database (the default)').conflicts('remote'),
    )
    .option('--remote', 'work on the deployed database')
    .option('--json', 'print JSON for scripts, and nothing else, on stdout')
    .option('--url <edge>', 'where the edge is (else PORTCULLIS_URL, the demo, or ISSUER)')
    .option('--vars <file>', 'take secrets from this file, written like .dev.vars', toPath)
    .option('--as <name>', 'who you are, for the audit (else PORTCULLIS_OPERATOR, or user@machine)')
    .option('--no-sync', 'leave a change to the cron; needs no ADMIN_TOKEN')
    .addOption(
      new Option('--persist-to <dir>', 'directory of the local database, as for wrangler')
        .argParser(toPath)
        .conflicts('remote'),
    )
    .addHelpText(
      'after',
      `
Examples:
  $ ${NAME} ip allow --organization org_4fXo0qPYB1mTz7Qe 203.0.113.0/24
  $ ${NAME} key revoke key_9sKd2LmQx7VbT0aW --remote
  $ ${NAME} key revoke --value - --remote
  $ ${NAME} doctor

Each command has its own --help. For scripts: npm run -s ops -- key list --organization org_… --json`,
    )
  const attach = attacher(io, shipped, settle)
  addOrganization(program, attach)
  addMember(program, attach)
  addKey(program, attach)
  addServiceUser(program, attach)
  addToken(program, attach)
  addIp(program, attach)
  addOrigin(program, attach)
  addRestriction(program, attach)
  addSync(program, attach)
  addRepublish(program, attach)
  addSigningKey(program, attach)
  addDoctor(program, attach)
  addDeploy(program, attach)
  return program
}

function toPath(text: string): string {
  return resolve(text)
}
