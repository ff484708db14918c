// Commands with something of their own: those that do more than one operation, and those that ask no
// edge. What they do is loaded when one is run.

import type { Command } from 'commander'

import { DIRECT_HELP, type Attach } from './answer.ts'
import type { RevokeOptions } from './key-revoke.ts'

export function addKeyRevoke(parent: Command, attach: Attach): void {
  const command = parent
    .command('revoke')
    .description('end a key or access token for good; prints the receipt')
    .argument('[id]', 'the key, key_…')
    .option('--organization <id>', 'whose it is (else the edge is asked)')
    .option('--direct', DIRECT_HELP)
    .option('--value <->', 'by its value, read from standard input: --direct --value -')
    .addHelpText(
      'after',
      `
Once it is in force, no request that begins later is forwarded with the key, anywhere.
Of a key that has leaked the value is often all that one has. It is read from standard input, never
from the command line, which others see and shells keep; and it is printed nowhere.

Examples:
  $ npm run ops -- key revoke key_9sKd2LmQx7VbT0aW
  $ npm run ops -- key revoke --direct --value - --remote
  $ npm run -s ops -- key revoke key_9sKd2LmQx7VbT0aW --remote --json`,
    )
  attach<RevokeOptions>(command, async (ops, options, operands) =>
    (await import('./key-revoke.ts')).revokeKey(ops, options, operands),
  )
}

export function addSync(program: Command, attach: Attach): void {
  const command = program
    .command('sync')
    .description('put in force what was changed with raw SQL, without waiting for the cron')
    .addHelpText(
      'after',
      `
Examples:
  $ npm run ops -- sync
  $ npm run ops -- sync --remote --url https://api.example.com`,
    )
  attach(command, async (ops) => (await import('./sync.ts')).sync(ops))
}

export function addRepublish(program: Command, attach: Attach): void {
  const command = program
    .command('republish')
    .description('after a restore of D1: raise and publish the generation of every key')
    .option('--organization <id>', 'of this organization only (default: all there are)')
    .addHelpText(
      'after',
      `
Until it has ended, keys may still pass as they were before the restore. It may be run again at any time.

Examples:
  $ npm run ops -- republish --remote
  $ npm run ops -- republish --organization org_4fXo0qPYB1mTz7Qe --remote`,
    )
  attach<{ readonly organization?: string }>(command, async (ops, options) =>
    (await import('./republish.ts')).republish(ops, options),
  )
}

/** A fresh key for SIGNING_KEYS, printed once and kept nowhere. */
export function addSigningKey(program: Command, attach: Attach): void {
  const command = program
    .command('signing-key')
    .description('print a new value for the secret SIGNING_KEYS')
    .addHelpText(
      'after',
      `
The value is a JWK set with one private key. To rotate, put the new key in front of the old ones:
the first signs, the others still verify.

Examples:
  $ npm run -s ops -- signing-key | npx wrangler secret put SIGNING_KEYS`,
    )
  attach(command, async () => {
    const { generateSigningKey } = await import('../credentials/signing-keys.ts')
    const keys = { keys: [await generateSigningKey()] }
    return { json: keys, lines: [JSON.stringify(keys)] }
  })
}

export function addDoctor(program: Command, attach: Attach): void {
  const command = program
    .command('doctor')
    .description('find what refuses calls by mistake; exit code 1 when something does')
    .addHelpText(
      'after',
      `
It checks settings, schema, every list entry, plans, scopes, changes that wait, and the edge.

Examples:
  $ npm run ops -- doctor
  $ npm run -s ops -- doctor --remote --json`,
    )
  attach(command, async (ops) => (await import('./doctor/doctor.ts')).doctor(ops))
}
