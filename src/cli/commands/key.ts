// key create, mint-jwt, list, revoke.

import type { Command } from 'commander'

import type { Attach } from '../answer.ts'
import { addKeyCreate } from './key-create.ts'
import { addKeyMintJwt } from './key-mint-jwt.ts'
import { addKeyList } from './key-list.ts'
import { addKeyRevoke } from './key-revoke.ts'

export function addKey(program: Command, attach: Attach): void {
  const key = program
    .command('key')
    .description('credentials: secret, publishable and JWT keys')
    .addHelpText(
      'after',
      `
Examples:
  $ npm run ops -- key create --organization org_4fXo0qPYB1mTz7Qe --kind secret --environment live --name "Backend"
  $ npm run ops -- key list --organization org_4fXo0qPYB1mTz7Qe
  $ npm run ops -- key revoke key_9sKd2LmQx7VbT0aW`,
    )
  addKeyCreate(key, attach)
  addKeyMintJwt(key, attach)
  addKeyList(key, attach)
  addKeyRevoke(key, attach)
}
