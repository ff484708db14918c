// key revoke: any credential, access tokens too, by its id or by its value. It cannot be undone.

import type { Command } from 'commander'

import { recordChange } from '../actor.ts'
import { Stop, usage } from '../answer.ts'
import type { Attach, Ops } from '../answer.ts'
import { readId } from '../input.ts'
import { noKey } from '../owner.ts'
import { time } from '../print.ts'
import { selectKeyWhere } from '../queries.ts'
import type { KeyRow } from '../queries.ts'
import { revokeWhere, sql } from '../statements.ts'
import { prepareSync } from '../sync.ts'
import { idOfValue, readValue } from '../value.ts'
import { execute } from '../wrangler.ts'

interface Options {
  readonly value?: string
}

export function addKeyRevoke(parent: Command, attach: Attach): void {
  const command = parent
    .command('revoke')
    .description('end a key or access token for good; prints the receipt')
    .argument('[id]', 'the key, key_…')
    .option('--value <->', 'by its value, read from standard input: --value -')
    .addHelpText(
      'after',
      `
Once it is in force, no request that begins later is forwarded with the key, anywhere.
Of a key that has leaked the value is often all that one has. It is read from standard input, never
from the command line, which others see and shells keep; and it is printed nowhere.

Examples:
  $ npm run ops -- key revoke key_9sKd2LmQx7VbT0aW
  $ npm run ops -- key revoke --value -
  $ npm run -s ops -- key revoke key_9sKd2LmQx7VbT0aW --remote --json`,
    )
  attach<Options>(command, async (ops, options, operands) => {
    const id = await readKey(ops, options, operands)
    const sync = await prepareSync(ops)
    const organization = `(SELECT organization_id FROM credentials WHERE id = ${id})`
    const [revoked, keys] = await execute<[{ id: string }, KeyRow, object]>(ops, [
      revokeWhere(id, ops.io.now()),
      selectKeyWhere(id),
      recordChange(ops, { organization, command: 'key revoke', subject: id }),
    ])
    const [key] = keys
    if (!key && options.value === undefined) throw noKey()
    if (!key) throw new Stop('no key, token or imported key of this deployment has that value')
    const already = revoked.length === 0
    const { enforced_at, line } = await sync()
    return {
      json: { id: key.id, revoked_at: key.revoked_at, enforced_at, already_revoked: already },
      lines: [
        already
          ? `${key.id} (${key.name}) had been revoked already, at ${time(key.revoked_at)}; that stays its time`
          : `${key.id} (${key.name}) revoked at ${time(key.revoked_at)}`,
        line,
      ],
    }
  })
}

/** Which key is meant, as SQL. */
async function readKey(
  ops: Ops,
  { value }: Options,
  [operand]: readonly string[],
): Promise<string> {
  if (value === undefined) {
    if (operand === undefined) throw usage('say which key: its id, or --value - for its value')
    return sql(readId('key', operand))
  }
  if (value !== '-') {
    throw usage(
      [
        '--value takes - alone: the value itself is read from standard input.',
        'If it was the value, it is in the history of your shell now: take it for leaked.',
      ].join('\n'),
    )
  }
  if (operand !== undefined) throw usage('give an id or --value -, not both')
  return await idOfValue(ops, readValue(await ops.io.input()))
}
