// Changing a key. What narrows is in force when the answer says so; what widens, with the next call.

import type { z } from '@hono/zod-openapi'

import { SHOWN } from '../../../credentials/fields.ts'
import { hasOrigins, isSigned, KINDS } from '../../../credentials/kinds.ts'
import { capsFor, withinCap, withinListCaps } from '../caps.ts'
import { commitChange, enforce } from '../change.ts'
import type { ControlContext } from '../context.ts'
import { retryOnConflict } from '../optimistic.ts'
import { grantProducts, grantScopes } from '../grants.ts'
import { KEY_IPS, KEY_ORIGINS, readIps, replaceList } from '../lists.ts'
import { invalid, Problem, problemAt } from '../problem.ts'
import { checkWrite, stateOf, type Reaching } from '../rights/check.ts'
import { columnOf } from './create.ts'
import { originsFor, readExpiry } from './draft.ts'
import { thisKey } from './end.ts'
import { readQuotas } from './quotas.ts'
import { readKeyToChange } from './read.ts'
import type { KeyView, Receipt, UpdateKey } from './schemas.ts'

type Change = z.infer<typeof UpdateKey>
type Column = readonly [name: string, value: string | number | null]

/** Applies a change to a key as one transaction. */
export async function updateKey(
  context: ControlContext,
  organization: string,
  id: string,
  change: Change,
): Promise<Receipt> {
  const { DB } = context.edge.bindings
  const fences = await retryOnConflict(async () => {
    const { key, unchanged } = await readKeyToChange(context, organization, id)
    if (key.state === 'revoked') {
      throw new Problem('key_revoked', 'The key is revoked for good.')
    }
    const before = [stateOf(context, id, key)]
    const fields = Object.keys(change)
    checkWrite(context, { thing: 'key', moment: 'change', fields, before })
    const granted = await grantedColumns(context, organization, key, change)
    const columns = [...granted, ...plainColumns(change)]
    const ips = readIps(change.ips)
    const origins = originsFor(key.kind, change.origins)
    const after = [stateOf(context, id, changed(key, change, { ips, origins }))]
    checkWrite(context, { thing: 'key', moment: 'change', fields, before, after })
    const caps = await capsFor(context, organization)
    const lists = [
      { field: 'ips', kept: key.ips, wanted: ips },
      { field: 'origins', kept: key.origins, wanted: origins },
    ] as const
    // An expired key that comes back is one more.
    const revived = key.state === 'expired' && change.expires_at !== undefined
    const statements = [
      // What people write besides is written as it was asked, whatever was there.
      ...(granted.length > 0 || context.actor.type === 'key' ? [unchanged] : []),
      ...(columns.length > 0
        ? [
            DB.prepare(
              `UPDATE credentials SET ${columns.map(([name], i) => `${name} = ?${i + 2}`).join(', ')}
               WHERE id = ?1`,
            ).bind(id, ...columns.map(([, value]) => value)),
          ]
        : []),
      ...(ips === undefined ? [] : replaceList(DB, KEY_IPS, id, ips)),
      ...(origins === undefined || !hasOrigins(key.kind)
        ? []
        : replaceList(DB, KEY_ORIGINS, id, origins)),
      ...(revived
        ? [
            withinCap(context, organization, caps, 'keys'),
            withinCap(context, organization, caps, 'allListEntries'),
          ]
        : []),
      ...withinListCaps(context, organization, caps, lists),
    ]
    return await commitChange(context, statements, thisKey(id))
  })
  return await enforce(context, fences)
}

/** What the key's reach is to be. */
function changed(
  key: KeyView,
  change: Change,
  lists: Readonly<Record<'ips' | 'origins', string[] | null | undefined>>,
): Reaching {
  return {
    ...key,
    scopes: change.scopes ?? key.scopes,
    products: change.products ?? key.products,
    quotas: change.quotas ?? key.quotas,
    expires_at: change.expires_at === undefined ? key.expires_at : change.expires_at,
    ips: lists.ips === undefined ? key.ips : lists.ips,
    origins: lists.origins === undefined ? key.origins : lists.origins,
  }
}

/** Columns whose new value is allowed or not by what the key has now. */
async function grantedColumns(
  context: ControlContext,
  organization: string,
  key: KeyView,
  change: Change,
): Promise<Column[]> {
  const columns: Column[] = []
  if (change.scopes !== undefined) {
    const kept = key.scopes
    const added = change.scopes.filter((scope) => !kept.includes(scope))
    // What the key holds already may stay, also where the actor could not grant it anew.
    if (KINDS[key.kind].holds.scopes === 'fixed')
      grantScopes(context, key.kind, change.scopes, kept)
    else grantScopes(context, key.kind, added)
    columns.push(['scopes', JSON.stringify([...new Set(change.scopes)])])
  }
  if (change.products !== undefined) {
    const signed = KINDS[key.kind].holds.products === 'signed'
    if (signed && change.products.some((one) => !key.products.includes(one))) {
      const { noun } = KINDS[key.kind]
      throw invalid('products', `a ${noun} names its products itself; rotate it to add one`)
    }
    const added = change.products.filter((product) => !key.products.includes(product))
    await grantProducts(context, organization, key.kind, added)
    columns.push(['products', JSON.stringify([...new Set(change.products)])])
  }
  if (change.quotas !== undefined) {
    const quotas = await readQuotas(context, organization, change.quotas, key.quotas)
    columns.push(['quotas', JSON.stringify(quotas)])
  }
  if (change.expires_at !== undefined) {
    columns.push(['expires_at', newExpiry(context, key, change.expires_at)])
  }
  return columns
}

/** What `grantedColumns` decides. */
const DECIDED: ReadonlySet<string> = new Set(['scopes', 'products', 'quotas', 'expires_at'])

/** Columns that are written as they were asked; lists have tables of their own. */
function plainColumns(change: Change): Column[] {
  return Object.entries(change).flatMap(([name, value]) =>
    value === undefined || DECIDED.has(name)
      ? []
      : columnOf(SHOWN[name as keyof typeof change], value),
  )
}

/** What ends a key by itself, a JWT's own claim or a rotation, cannot be put off. */
function newExpiry(context: ControlContext, key: KeyView, asked: number | null): number | null {
  readExpiry(context, asked)
  const later = key.expires_at !== null && (asked === null || asked > key.expires_at)
  if (later && key.rotated_to !== null) {
    throw problemAt('expires_at', 'key_rotated', `the key is being replaced by ${key.rotated_to}.`)
  }
  if (later && isSigned(key.kind)) {
    const { noun } = KINDS[key.kind]
    throw invalid('expires_at', `a ${noun} ends when it says itself; rotate it for a later end`)
  }
  return asked
}
