// How many keys, service users and list entries an organization may have at once, by its plan. It is
// counted in the transaction that adds one, behind what it adds, so that calls at the same time do not
// pass together. What takes away is never refused, also where more is there than the plan now has.

import { capsOf, type Caps } from '../../catalog/define.ts'
import type { ControlContext } from './context.ts'
import { failUnless } from './optimistic.ts'
import { notFound, Problem, problemAt, type ProblemReason } from './problem.ts'

const REASONS: Readonly<Record<keyof Caps, ProblemReason>> = {
  keys: 'too_many_keys',
  serviceUsers: 'too_many_service_users',
  listEntries: 'too_many_entries',
  allListEntries: 'too_many_entries_in_all',
}

/** Of what there are too many, as it is named in a refusal. */
const FIELDS: Readonly<Partial<Record<keyof Caps, string>>> = {
  keys: 'keys',
  serviceUsers: 'service_users',
}

const SENTENCES: Readonly<Record<keyof Caps, (cap: number) => string>> = {
  keys: (cap) =>
    `the organization has at most ${cap} active keys; revoke one, or rotate without grace`,
  serviceUsers: (cap) =>
    `the organization has at most ${cap} active service users; disable one first`,
  listEntries: (cap) => `a list has at most ${cap} entries; write networks in place of addresses`,
  allListEntries: (cap) => `the lists of the organization have at most ${cap} entries in all`,
}

/** Active keys `c` of the organization `?1`; `?2` is the time. */
const ACTIVE = `c.organization_id = ?1 AND c.revoked_at IS NULL
  AND (c.expires_at IS NULL OR c.expires_at > ?2)`

const COUNTS: Readonly<Record<Exclude<keyof Caps, 'listEntries'>, string>> = {
  keys: `(SELECT count(*) FROM credentials c WHERE ${ACTIVE})`,
  serviceUsers: `(SELECT count(*) FROM service_users
    WHERE organization_id = ?1 AND disabled_at IS NULL AND ?2 > 0)`,
  allListEntries: `((SELECT count(*) FROM organization_ips WHERE organization_id = ?1)
    + (SELECT count(*) FROM credentials c JOIN credential_ips e ON e.credential_id = c.id WHERE ${ACTIVE})
    + (SELECT count(*) FROM credentials c JOIN credential_origins e ON e.credential_id = c.id WHERE ${ACTIVE}))`,
}

/** The caps of an organization, by its plan. @throws Problem 404 where there is no such organization. */
export async function capsFor({ edge }: ControlContext, organization: string): Promise<Caps> {
  const plan = await edge.bindings.DB.withSession('first-primary')
    .prepare('SELECT plan FROM organizations WHERE id = ?1')
    .bind(organization)
    .first<string>('plan')
  if (plan === null) throw notFound('organization')
  return capsOf(edge.catalog, plan)
}

/** A statement for the end of a batch, which fails it where there is more than the cap by then. */
export function withinCap(
  { edge, nowMs }: ControlContext,
  organization: string,
  caps: Caps,
  of: keyof typeof COUNTS,
): D1PreparedStatement {
  const mark = `${of}_cap_${caps[of]}`
  const condition = `${COUNTS[of]} <= ?3`
  return failUnless(edge.bindings.DB, mark, condition, organization, nowMs, caps[of])
}

/** A list as it was and as it is to be; null: there is none. */
export interface ListChange {
  readonly field: 'ips' | 'origins'
  readonly kept: readonly string[] | null
  readonly wanted: readonly string[] | null | undefined
}

/** The statements for the end of a batch that changes lists. @throws Problem 409 for a list too long. */
export function withinListCaps(
  context: ControlContext,
  organization: string,
  caps: Caps,
  changes: readonly ListChange[],
): D1PreparedStatement[] {
  const longer = changes.filter(({ kept, wanted }) => {
    const before = new Set(kept)
    return wanted?.some((entry) => !before.has(entry)) === true
  })
  for (const { field, wanted } of longer) {
    if ((wanted?.length ?? 0) > caps.listEntries)
      throw problemAt(field, REASONS.listEntries, SENTENCES.listEntries(caps.listEntries))
  }
  return longer.length === 0 ? [] : [withinCap(context, organization, caps, 'allListEntries')]
}

/** The refusal of which `withinCap` made a batch fail; undefined: it was something else. */
export function capProblem(error: unknown): Problem | undefined {
  const [, of, cap] = /(keys|serviceUsers|allListEntries)_cap_(\d+)/.exec(String(error)) ?? []
  if (of === undefined) return undefined
  const name = of as keyof Caps
  const sentence = SENTENCES[name](Number(cap))
  const field = FIELDS[name]
  return field ? problemAt(field, REASONS[name], sentence) : new Problem(REASONS[name], sentence)
}
