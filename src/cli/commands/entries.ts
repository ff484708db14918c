// ip and origin: allow, remove, list. Both are the same but for how an entry is read.

import type { Command } from 'commander'

import type { Attach } from '../answer.ts'
import type { EntryKind } from '../entries.ts'
import type { ListOptions } from '../target-list.ts'
import { allowEntries, listEntries, removeListEntries } from '../edit-list.ts'

interface Words {
  readonly command: 'ip' | 'origin'
  readonly kind: EntryKind
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

export function addIp(program: Command, attach: Attach): void {
  addList(program, attach, IP, 'from which addresses an organization or a key may call')
}

export function addOrigin(program: Command, attach: Attach): void {
  addList(program, attach, ORIGIN, 'from pages of which origins a publishable key may be used')
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
  attach<ListOptions>(allow, (ops, options, texts) => allowEntries(ops, kind, options, texts))

  const remove = withOwner(parent.command('remove'), words)
    .description('remove entries: all of them, or none when one is wrong')
    .argument(entry, `${entryHelp}; or an unreadable entry as list shows it`)
    .addHelpText('after', `\nExamples:\n  $ npm run ops -- ${command} remove ${owner} ${sample}`)
  attach<ListOptions>(remove, (ops, options, texts) => removeListEntries(ops, kind, options, texts))

  const list = withOwner(parent.command('list'), words)
    .description('the entries, and what is in force')
    .addHelpText('after', `\nExamples:\n  $ npm run ops -- ${command} list ${owner}`)
  attach<ListOptions>(list, (ops, options) => listEntries(ops, kind, options))
}

function withOwner(command: Command, { kind }: Words): Command {
  if (kind === 'origin') return command.requiredOption('--key <id>', 'the publishable key')
  return command
    .option('--organization <id>', 'the list of an organization, for all its keys')
    .option('--key <id>', 'the list of one key')
}
