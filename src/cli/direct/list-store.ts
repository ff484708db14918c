// An allowlist past the API: each edit and the look at its outcome are one transaction.

import { Stop, type Ops } from '../answer.ts'
import { listCommandOf } from '../input.ts'
import { checkOrigins, type Changed, type ListStore, type Stored } from '../lists/store.ts'
import { commandOf, type TargetList } from '../lists/target.ts'
import {
  addEntries,
  judgeEntries,
  KEY_IPS,
  KEY_ORIGINS,
  liftRestriction,
  ORGANIZATION_IPS,
  removeEntries,
  selectEntries,
  selectOwner,
  type EntryRow,
  type OwnerRow,
} from './list-statements.ts'
import { recordChange } from './ops-change.ts'
import { sql } from './sql.ts'
import { DIRECT_LINE, prepareSync } from './sync.ts'
import { execute } from './wrangler.ts'

/** Reads and writes by wrangler. */
export function directStore(ops: Ops, list: TargetList): ListStore {
  const { owner, ownerId, kind } = list
  const keys = kind === 'address' ? KEY_IPS : KEY_ORIGINS
  const table = owner === 'organization' ? ORGANIZATION_IPS : keys

  const storedOf = (owners: readonly OwnerRow[], rows: readonly EntryRow[]): Stored => {
    const [row] = owners
    if (!row)
      throw new Stop(`there is no such ${owner}; see: npm run ops -- ${listCommandOf(owner)}`)
    if (kind === 'origin') checkOrigins(row.id, row.kind)
    const above = kind === 'address' && owner === 'key' && row.organization_restricted === 1
    return {
      name: row.name,
      entries: row.restricted === 1 ? rows.map(({ entry }) => entry) : null,
      alsoBy: above ? row.organization_id : undefined,
    }
  }
  const change = async (
    verb: string,
    statement: string,
    origins: readonly string[] = [],
  ): Promise<Changed> => {
    const sync = await prepareSync(ops)
    const [[before], changed, owners, rows] = await execute<
      [OwnerRow, EntryRow | { id: string }, OwnerRow, EntryRow, object, object]
    >(ops, [
      selectOwner(table, ownerId),
      statement,
      selectOwner(table, ownerId),
      selectEntries(table, ownerId),
      recordChange(ops, changeOf(list, verb)),
      judgeEntries(origins),
    ])
    const after = storedOf(owners, rows)
    const { enforced_at, line } = await sync()
    const texts = changed.map((row) => ('entry' in row ? row.entry : row.id))
    const inForce = { enforced_at, line: `${DIRECT_LINE}; ${line}` }
    return { ...after, ...inForce, changed: texts, wasOpen: before?.restricted === 0 }
  }
  return {
    read: async () => {
      const statements = [selectOwner(table, ownerId), selectEntries(table, ownerId)] as const
      return storedOf(...(await execute<[OwnerRow, EntryRow]>(ops, [...statements])))
    },
    add: (entries) =>
      change('allow', addEntries(table, ownerId, entries), kind === 'origin' ? entries : []),
    remove: (entries) => change('remove', removeEntries(table, ownerId, entries)),
    lift: () => change('lift-restriction', liftRestriction(table, ownerId)),
  }
}

/** The list as the audit names it, of `ip allow` and the like. */
function changeOf(list: TargetList, verb: string): Parameters<typeof recordChange>[1] {
  const id = sql(list.ownerId)
  const organization =
    list.owner === 'organization'
      ? id
      : `(SELECT organization_id FROM credentials WHERE id = ${id})`
  return { organization, command: `${commandOf(list)} ${verb}`, subject: id }
}
