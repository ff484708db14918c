// key revoke --direct: past the API, by the key's id or its value.

import { Stop, type Answer, type Ops } from '../answer.ts'
import { listCommandOf } from '../input.ts'
import { time } from '../print.ts'
import { recordChange } from './ops-change.ts'
import { revokeWhere, selectRevoked, type RevokedRow } from './revoke-statements.ts'
import { sql } from './sql.ts'
import { DIRECT_LINE, prepareSync } from './sync.ts'
import { idOfValue } from './value.ts'
import { execute } from './wrangler.ts'

/** Revokes in the database, and has the edge publish it. */
export async function revokeDirectly(
  ops: Ops,
  which: { readonly id: string } | { readonly value: string },
): Promise<Answer> {
  const id = 'id' in which ? sql(which.id) : await idOfValue(ops, which.value)
  const sync = await prepareSync(ops)
  const organization = `(SELECT organization_id FROM credentials WHERE id = ${id})`
  const [revoked, keys] = await execute<[{ id: string }, RevokedRow, object]>(ops, [
    revokeWhere(id, ops.io.now()),
    selectRevoked(id),
    recordChange(ops, { organization, command: 'key revoke', subject: id }),
  ])
  const [key] = keys
  if (!key && 'id' in which) {
    throw new Stop(`there is no such key; see: npm run ops -- ${listCommandOf('key')}`)
  }
  if (!key) throw new Stop('no key, token or imported key of this deployment has that value')
  const already = revoked.length === 0
  const { enforced_at, line } = await sync()
  return {
    json: { id: key.id, revoked_at: key.revoked_at, enforced_at, already_revoked: already },
    lines: [
      already
        ? `${key.id} (${key.name}) had been revoked already, at ${time(key.revoked_at)}; that stays its time`
        : `${key.id} (${key.name}) revoked at ${time(key.revoked_at)}`,
      `${DIRECT_LINE}; ${line}`,
    ],
  }
}
