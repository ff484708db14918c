// Commands that are one operation of the API each: built from what the operation takes, run by asking
// the edge, printed by what came back.

import { Option, type Command } from 'commander'

import type { OperationName } from '../catalog/operations.ts'
import type { Attach } from './answer.ts'
import { COMMANDS } from './commands.ts'
import { INPUTS } from './inputs.generated.ts'
import { nameOf, operandsOf, optionsOf, type Typed } from './options.ts'
import { isPaged } from './paged.ts'

/** Adds the command of an operation; what it does is loaded when it is run. */
export function addOperation(parent: Command, name: OperationName, attach: Attach): void {
  const row = COMMANDS[name]
  const inputs = INPUTS[name]
  const command = parent.command(row.words.split(' ').at(-1) ?? '').description(inputs.summary)
  const operands = operandsOf(inputs, row)
  for (const field of operands) command.argument(`<${nameOf(field, row)}>`, field.help ?? '')
  if (inputs.organization) command.option('--organization <id>', OWNER_HELP[ownerFrom(name)])
  for (const field of inputs.fields.filter((one) => !operands.includes(one))) {
    for (const { flags, help, mandatory } of optionsOf(field, row)) {
      command.addOption(new Option(flags, help).makeOptionMandatory(mandatory === true))
    }
  }
  if (isPaged(name)) command.option('--all', 'every page')
  if (inputs.idempotent) {
    command.option('--idempotency-key <text>', 'makes it once, however often it is run')
  }
  command.addHelpText(
    'after',
    ['\nExamples:', ...(row.examples ?? []).map((one) => `  $ ${lineOf(row.words, one)}`)].join(
      '\n',
    ),
  )
  attach<Typed>(command, async (ops, typed, texts) => {
    const { runOperation } = await import('./run-operation.ts')
    return await runOperation(ops, name, typed, texts)
  })
}

/** A command line as it is typed. */
function lineOf(words: string, rest: string): string {
  return `npm run ops -- ${words} ${rest}`.trimEnd()
}

/** Whether the organization may be left out, because an id names what is its own. */
function ownerFrom(name: OperationName): 'id' | 'option' {
  return INPUTS[name].fields.some(({ in: where, prefix }) => where === 'path' && prefix)
    ? 'id'
    : 'option'
}

const OWNER_HELP = {
  id: 'whose it is (else the edge is asked)',
  option: 'which organization, org_…',
} as const
