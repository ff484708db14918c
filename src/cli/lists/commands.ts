// ip and origin (allow, remove, list) and restriction lift. ip and origin are the same but for how an
// entry is read.

import type { Command } from 'commander'

import { DIRECT_HELP, type Attach } from '../answer.ts'
import type { ListOptions } from './target.ts'

interface Words {
  readonly command: 'ip' | 'origin'
  readonly kind: 'address' | 'origin'
  readonly entry: string
  readonly entryHelp: string
  readonly owner: string
  readonly sample: string
}

const IP: Words = {
  command: 'ip',
  kind: 'address',
  entry: '<cidr...>',
  entryHelp: 'addresses and networks: 203.0.113.7, 203.0.113.0/24, 2001:db8::/32',
  owner: '--organization org_4fXo0qPYB1mTz7Qe',
  sample: '203.0.113.0/24',
}

const ORIGIN: Words = {
  command: 'origin',
  kind: 'origin',
  entry: '<origin...>',
  entryHelp: 'origins: https://app.example.com, or https://*.example.com for all below it',
  owner: '--key key_9sKd2LmQx7VbT0aW',
  sample: 'https://app.example.com',
}

export function addLists(program: Command, attach: Attach): void {
  addList(program, attach, IP, 'from which addresses an organization or a key may call')
  addList(program, attach, ORIGIN, 'from pages of which origins a publishable key may be used')
  addRestriction(program, attach)
}

function addList(program: Command, attach: Attach, words: Words, description: string): void {
  const { command, kind, entry, entryHelp, owner, sample } = words
  const parent = program.command(command).description(description)
  parent.addHelpText(
    'after',
    `
The first entry switches the restriction on. Removing the last one leaves it on, and then nobody
may call; restriction lift ends it.

Examples:
  $ npm run ops -- ${command} allow ${owner} ${sample}
  $ npm run ops -- ${command} list ${owner}
  $ npm run ops -- ${command} remove ${owner} ${sample}`,
  )

  const allow = withOwner(parent.command('allow'), words)
    .description('add entries: all of them, or none when one is wrong')
    .argument(entry, entryHelp)
    .addHelpText('after', `\nExamples:\n  $ npm run ops -- ${command} allow ${owner} ${sample}`)
  attach<ListOptions>(allow, async (ops, options, texts) =>
    (await import('./edit.ts')).allowEntries(ops, kind, options, texts),
  )

  const remove = withOwner(parent.command('remove'), words)
    .description('remove entries: all of them, or none when one is wrong')
    .argument(entry, `${entryHelp}; or an unreadable entry as list shows it`)
    .addHelpText('after', `\nExamples:\n  $ npm run ops -- ${command} remove ${owner} ${sample}`)
  attach<ListOptions>(remove, async (ops, options, texts) =>
    (await import('./edit.ts')).removeListEntries(ops, kind, options, texts),
  )

  const list = withOwner(parent.command('list'), words)
    .description('the entries, and what is in force')
    .addHelpText('after', `\nExamples:\n  $ npm run ops -- ${command} list ${owner}`)
  attach<ListOptions>(list, async (ops, options) =>
    (await import('./edit.ts')).listEntries(ops, kind, options),
  )
}

function withOwner(command: Command, { kind }: Words): Command {
  command.option('--direct', DIRECT_HELP)
  if (kind === 'origin') return command.requiredOption('--key <id>', 'the publishable key')
  return command
    .option('--organization <id>', 'the list of an organization, for all its keys')
    .option('--key <id>', 'the list of one key')
}

function addRestriction(program: Command, attach: Attach): void {
  const examples = `
Examples:
  $ npm run ops -- restriction lift --organization org_4fXo0qPYB1mTz7Qe --ip
  $ npm run ops -- restriction lift --key key_9sKd2LmQx7VbT0aW --origin`
  const parent = program
    .command('restriction')
    .description('ends the restriction to an allowlist')
    .addHelpText('after', examples)
  const command = parent
    .command('lift')
    .description('let everyone call again; the list must be empty')
    .option('--organization <id>', 'the address list of an organization')
    .option('--key <id>', 'a list of one key')
    .option('--ip', 'its address list')
    .option('--origin', 'its origin list')
    .option('--direct', DIRECT_HELP)
    .addHelpText('after', examples)
  attach<ListOptions & { readonly ip?: true; readonly origin?: true }>(
    command,
    async (ops, options) => (await import('./edit.ts')).liftRestriction(ops, options),
  )
}
