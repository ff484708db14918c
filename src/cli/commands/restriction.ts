// restriction lift: opens a list to all again. Only when it is empty, so that a list with entries is
// always in force; the database has the same rule.

import type { Command } from 'commander'

import { recordChange } from '../actor.ts'
import { Stop, usage } from '../answer.ts'
import type { Attach } from '../answer.ts'
import { liftRestriction, selectEntries, selectOwner } from '../list-statements.ts'
import type { EntryRow, OwnerRow } from '../list-statements.ts'
import { prepareSync } from '../sync.ts'
import { listChange, ownerOf, stateLines, targetList } from '../target-list.ts'
import type { ListOptions, TargetList } from '../target-list.ts'
import { execute } from '../wrangler.ts'

interface Options extends ListOptions {
  readonly ip?: true
  readonly origin?: true
}

export function addRestriction(program: Command, attach: Attach): void {
  const parent = program
    .command('restriction')
    .description('ends the restriction to an allowlist')
    .addHelpText('after', EXAMPLES)
  const command = parent
    .command('lift')
    .description('let everyone call again; the list must be empty')
    .option('--organization <id>', 'the address list of an organization')
    .option('--key <id>', 'a list of one key')
    .option('--ip', 'its address list')
    .option('--origin', 'its origin list')
    .addHelpText('after', EXAMPLES)
  attach<Options>(command, async (ops, options) => {
    if ((options.ip === true) === (options.origin === true)) {
      throw usage('say which list: --ip or --origin, one of them')
    }
    const list = targetList(options.ip ? 'address' : 'origin', options)
    const sync = await prepareSync(ops)
    const [owners, entries, lifted] = await execute<[OwnerRow, EntryRow, { id: string }, object]>(
      ops,
      [
        selectOwner(list.table, list.ownerId),
        selectEntries(list.table, list.ownerId),
        liftRestriction(list.table, list.ownerId),
        recordChange(ops, listChange(list, 'lift-restriction')),
      ],
    )
    const owner = ownerOf(list, owners)
    if (entries.length > 0) throw notEmpty(list, entries)
    const { enforced_at, line } = await sync()
    const was = lifted.length > 0
    const still =
      list.kind === 'address' && owner.kind !== null && owner.organization_restricted
        ? [`The address list of ${owner.organization_id} is still in force.`]
        : []
    return {
      json: {
        [list.table.ownerColumn]: list.ownerId,
        list: list.table.table,
        restricted: false,
        was_restricted: was,
        enforced_at,
      },
      lines: [
        was ? `lifted for ${owner.id} (${owner.name})` : `${owner.id} was not restricted`,
        ...stateLines(list, false, []),
        ...still,
        line,
      ],
    }
  })
}

const EXAMPLES = `
Examples:
  $ npm run ops -- restriction lift --organization org_4fXo0qPYB1mTz7Qe --ip
  $ npm run ops -- restriction lift --key key_9sKd2LmQx7VbT0aW --origin`

function notEmpty(list: TargetList, rows: readonly EntryRow[]): Stop {
  const entries = rows.map(({ entry }) => entry)
  const command = list.kind === 'address' ? 'ip' : 'origin'
  const quoted = entries.map((entry) => `'${entry}'`).join(' ')
  return new Stop(
    [
      `The list is not empty, so it stays in force: ${entries.join(' ')}`,
      'Remove the entries first; until the restriction is lifted, nobody may call:',
      `  npm run ops -- ${command} remove ${list.ownerOption} ${quoted}`,
    ].join('\n'),
  )
}
