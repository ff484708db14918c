// The command line as a whole: the commands, the options that all of them have, and the exit code:
// 0 done, 1 it could not be done (or doctor found something), 2 it was asked wrongly.

import { resolve } from 'node:path'

import { Command, CommanderError, Option } from 'commander'

import type { OperationName } from '../catalog/operations.ts'
import { withoutValues } from '../credentials/redact-values.ts'
import { attacher, Stop, type Attach, type Io } from './answer.ts'
import { COMMANDS, NOUNS } from './commands.ts'
import { addDeploy } from './deploy/command.ts'
import { addLists } from './lists/commands.ts'
import { addOperation } from './operation.ts'
import { addDoctor, addKeyRevoke, addRepublish, addSigningKey, addSync } from './own-commands.ts'
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
    .description('Runs Portcullis over its management API.')
    .exitOverride()
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({
      writeOut: (text) => io.out(text.trimEnd()),
      writeErr: (text) => io.err(text.trimEnd()),
    })
    .addOption(
      new Option('--local', 'ask the edge that npm run dev runs (the default)').conflicts('remote'),
    )
    .option('--remote', 'ask the deployed edge')
    .option('--json', 'print JSON for scripts, and nothing else, on stdout')
    .option('--url <edge>', 'where the edge is (else PORTCULLIS_URL, the demo, or ISSUER)')
    .option('--vars <file>', 'take secrets from this file, written like .dev.vars', toPath)
    .option('--as <name>', 'who you are, for --direct (else PORTCULLIS_OPERATOR, or user@machine)')
    .option('--no-sync', 'with --direct: leave it to the cron; needs no ADMIN_TOKEN')
    .addOption(
      new Option('--persist-to <dir>', 'directory of the local database, for --direct')
        .argParser(toPath)
        .conflicts('remote'),
    )
    .addHelpText(
      'after',
      `
Examples:
  $ ${NAME} ip allow --organization org_4fXo0qPYB1mTz7Qe 203.0.113.0/24
  $ ${NAME} key revoke key_9sKd2LmQx7VbT0aW --remote
  $ ${NAME} key revoke --direct --value - --remote
  $ ${NAME} doctor

Each command has its own --help. For scripts: npm run -s ops -- key list --organization org_… --json`,
    )
  addCommands(program, attacher(io, settle))
  return program
}

/** Commands of a noun below it, in the order of the table; then those that have no operation. */
function addCommands(program: Command, attach: Attach): void {
  const rows = Object.entries(COMMANDS)
  const groups = new Map(
    Object.entries(NOUNS).map(([noun, description]) => {
      const lines = rows.flatMap(([, { words, examples = [] }]) =>
        words.startsWith(`${noun} `) ? [`  $ ${NAME} ${words} ${examples[0] ?? ''}`.trimEnd()] : [],
      )
      const group = program.command(noun).description(description)
      return [noun, group.addHelpText('after', ['\nExamples:', ...lines].join('\n'))]
    }),
  )
  for (const [name, { words, own }] of rows) {
    const group = groups.get(words.split(' ')[0] ?? '') ?? program
    if (words === 'key revoke') addKeyRevoke(group, attach)
    if (!own) addOperation(group, name as OperationName, attach)
  }
  addLists(program, attach)
  addSync(program, attach)
  addRepublish(program, attach)
  addSigningKey(program, attach)
  addDoctor(program, attach)
  addDeploy(program, attach)
}

function toPath(text: string): string {
  return resolve(text)
}
