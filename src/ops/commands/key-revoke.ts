// key revoke: any credential, access tokens too. It cannot be undone.

import type { Command } from 'commander'

import type { Attach } from '../answer.ts'
import { readId } from '../input.ts'
import { noKey } from '../owner.ts'
import { time } from '../print.ts'
import { selectKeys } from '../queries.ts'
import type { KeyRow } from '../queries.ts'
import { revokeCredential } from '../statements.ts'
import { prepareSync } from '../sync.ts'
import { execute } from '../wrangler.ts'

export function addKeyRevoke(parent: Command, attach: Attach): void {
  const command = parent
    .command('revoke')
    .description('end a key or access token for good; prints the receipt')
    .argument('<id>', 'the key, key_…')
    .addHelpText(
      'after',
      `
Once it is in force, no request that begins later is forwarded with the key, anywhere.

Examples:
  $ npm run ops -- key revoke key_9sKd2LmQx7VbT0aW
  $ npm run -s ops -- key revoke key_9sKd2LmQx7VbT0aW --remote --json`,
    )
  attach(command, async (ops, _options, [operand = '']) => {
    const id = readId('key', operand)
    const sync = await prepareSync(ops)
    const [revoked, keys] = await execute<[{ id: string }, KeyRow]>(ops, [
      revokeCredential(id, ops.io.now()),
      selectKeys('id', id),
    ])
    const [key] = keys
    if (!key) throw noKey(id)
    const already = revoked.length === 0
    const { enforced_at, line } = await sync()
    return {
      json: { id, revoked_at: key.revoked_at, enforced_at, already_revoked: already },
      lines: [
        already
          ? `${id} (${key.name}) had been revoked already, at ${time(key.revoked_at)}; that stays its time`
          : `${id} (${key.name}) revoked at ${time(key.revoked_at)}`,
        line,
      ],
    }
  })
}
