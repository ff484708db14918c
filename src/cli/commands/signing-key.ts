// signing-key: a fresh key for SIGNING_KEYS, printed once and kept nowhere.

import type { Command } from 'commander'

import { generateSigningKey } from '../../credentials/signing-keys.ts'
import type { Attach } from '../answer.ts'

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
    const keys = { keys: [await generateSigningKey()] }
    return { json: keys, lines: [JSON.stringify(keys)] }
  })
}
