// Making and changing organizations. A change touches every key of the organization, and is in force
// when each of their guards has been told.

import type { z } from '@hono/zod-openapi'

import { capsOf } from '../../../catalog/define.ts'
import { randomBase62 } from '../../../credentials/format.ts'
import { uncoveredAddress } from '../../../lists/address-cover.ts'
import { capsFor, withinListCaps } from '../caps.ts'
import { commitChange, enforce } from '../change.ts'
import { recordOf } from '../actor.ts'
import type { ControlContext } from '../context.ts'
import { onlyIf } from '../optimistic.ts'
import type { Receipt } from '../keys/schemas.ts'
import { commitOnce, type Idempotency } from '../idempotency.ts'
import { ORGANIZATION_IPS, readIps, replaceList } from '../lists.ts'
import { invalid, problemAt } from '../problem.ts'
import { checkWrite } from '../rights/check.ts'
import { checkPlanAndProducts } from './check-plan.ts'
import type { OrganizationView } from './read.ts'
import type { CreateOrganization, UpdateOrganization } from './schemas.ts'

/** Applies a change as one transaction. A second suspension keeps the time of the first. */
export async function updateOrganization(
  context: ControlContext,
  { id, ips: kept }: Pick<OrganizationView, 'id' | 'ips'>,
  change: z.infer<typeof UpdateOrganization>,
): Promise<Receipt> {
  const fields = Object.keys(change)
  checkWrite(context, { thing: 'organization', moment: 'change', fields })
  checkPlanAndProducts(context, change)
  const ips = readIps(change.ips)
  await checkSize(context, id, kept, ips)
  const unchanged = withinOwnList(context, id, kept, ips)
  const { DB } = context.edge.bindings
  const set = (assignment: string, value: string | number | null): D1PreparedStatement =>
    DB.prepare(`UPDATE organizations SET ${assignment} WHERE id = ?1`).bind(id, value)
  const statements = [
    ...unchanged,
    ...(change.name === undefined ? [] : [set('name = ?2', change.name)]),
    ...(change.plan === undefined ? [] : [set('plan = ?2', change.plan)]),
    ...(change.products === undefined
      ? []
      : [set('products = ?2', JSON.stringify([...new Set(change.products)]))]),
    ...(change.suspended === undefined
      ? []
      : change.suspended
        ? [set('suspended_at = coalesce(suspended_at, ?2)', context.nowMs)]
        : [set('suspended_at = ?2', null)]),
    ...(ips === undefined ? [] : replaceList(DB, ORGANIZATION_IPS, id, ips)),
    ...withinListCaps(context, id, await capsFor(context, id), [
      { field: 'ips', kept, wanted: ips },
    ]),
  ]
  const affected = { owner: id, organization: id }
  return await enforce(context, await commitChange(context, statements, affected))
}

/**
 * A key with a list of its own adds to the organization's no address from where it may not call itself.
 * @returns the statement that fails where the list is not as it was read.
 * @throws Problem 403.
 */
function withinOwnList(
  context: ControlContext,
  id: string,
  kept: readonly string[] | null,
  wanted: readonly string[] | null | undefined,
): D1PreparedStatement[] {
  const { actor } = context
  const own = actor.type === 'key' ? recordOf(actor).keyIps : null
  if (own === null || wanted === undefined) return []
  if (kept === null) {
    return [onlyIf(context, '(SELECT ip_restricted FROM organizations WHERE id = ?1) = 0', id)]
  }
  const outside = wanted === null ? 'null' : uncoveredAddress([...own, ...kept], wanted)
  if (outside !== undefined) {
    throw problemAt(
      'ips',
      'grant_beyond_own',
      `${outside} is outside of the list of this key itself, which may add nothing beyond it`,
    )
  }
  return [
    onlyIf(
      context,
      `(SELECT ip_restricted FROM organizations WHERE id = ?1) = 1 AND NOT EXISTS (
         SELECT 1 FROM json_each(?2) WHERE value NOT IN
           (SELECT cidr FROM organization_ips WHERE organization_id = ?1))`,
      id,
      JSON.stringify(kept),
    ),
  ]
}

/** Generations raised by one list: about six seconds of the thirty that D1 gives a statement. */
const RAISES_MAX = 1_000_000

/** Each entry that comes or goes raises the generation of each key. @throws Problem 400. */
async function checkSize(
  { edge }: ControlContext,
  id: string,
  kept: readonly string[] | null,
  wanted: readonly string[] | null | undefined,
): Promise<void> {
  if (wanted === undefined) return
  const [before, after] = [new Set(kept), new Set(wanted)]
  const stay = [...before].filter((entry) => after.has(entry)).length
  const changed = before.size + after.size - 2 * stay
  const row = await edge.bindings.DB.prepare(
    'SELECT count(*) AS keys FROM credentials WHERE organization_id = ?1',
  )
    .bind(id)
    .first<{ keys: number }>()
  const most = Math.floor(RAISES_MAX / Math.max(row?.keys ?? 0, 1))
  if (changed <= most) return
  const sentence = `${changed} entries to add or remove are too many at once for ${row?.keys} keys`
  throw invalid('ips', `${sentence}; change at most ${most} with each call`)
}

/** Writes a new organization and returns its id, or the id that an equal request made before. */
export async function createOrganization(
  context: ControlContext,
  asked: z.infer<typeof CreateOrganization>,
  idempotency: Idempotency | undefined,
): Promise<string> {
  checkWrite(context, { thing: 'organization', moment: 'make', fields: Object.keys(asked) })
  checkPlanAndProducts(context, asked)
  const ips = readIps(asked.ips) ?? null
  const { catalog, products, bindings } = context.edge
  const id = `org_${randomBase62(16)}`
  const plan = asked.plan ?? Object.keys(catalog.plans)[0] ?? ''
  const granted = JSON.stringify([...new Set(asked.products ?? products)])
  const insert = bindings.DB.prepare(
    'INSERT INTO organizations (id, name, plan, products, created_at) VALUES (?1, ?2, ?3, ?4, ?5)',
  ).bind(id, asked.name, plan, granted, context.nowMs)
  const caps = capsOf(catalog, plan)
  const within = withinListCaps(context, id, caps, [{ field: 'ips', kept: null, wanted: ips }])
  const list = ips ? replaceList(bindings.DB, ORGANIZATION_IPS, id, ips) : []
  return await commitOnce(context, id, [insert, ...list, ...within], idempotency)
}
