// Quotas of a key in place of its plan's. Only operators may go beyond the plan.

import type { Plan } from '../../../catalog/define.ts'
import { KIND_LIMITS } from '../../../credentials/kinds.ts'
import type { ControlContext } from '../context.ts'
import { invalid, problemAt } from '../problem.ts'

type Quotas = Readonly<Record<string, number>>

/**
 * Quotas may only name limits that the plans have, or that of publishable keys. What the key holds
 * already may stay, also where the actor could not grant it anew.
 * @throws Problem 400 for an unknown limit, 403 for more than the plan has.
 */
export async function readQuotas(
  context: ControlContext,
  organization: string,
  asked: Quotas | undefined,
  held: Quotas = {},
): Promise<Quotas> {
  const { edge, actor } = context
  const { plans } = edge.catalog
  const plan = asked && actor.type !== 'operator' ? await planOf(context, organization) : undefined
  const planned = Object.values(plans).flatMap(({ limits }) => limits.map(({ name }) => name))
  const names = new Set([...KIND_LIMITS, ...planned])
  for (const [name, quota] of Object.entries(asked ?? {})) {
    if (!names.has(name)) {
      throw invalid('quotas', `there is no limit ${name}; choose of ${[...names].join(', ')}`)
    }
    if (plan === undefined) continue
    const ofKind = KIND_LIMITS.find((limit) => limit === name)
    const granted = ofKind ? edge.catalog[ofKind].quota : (quotaOf(plans[plan], name) ?? 0)
    const most = Math.max(granted, held[name] ?? 0)
    if (quota > most) {
      throw problemAt(
        `quotas.${name}`,
        'grant_beyond_own',
        `at most ${most}, as the plan has it; only operators may go beyond`,
      )
    }
  }
  return asked ?? {}
}

function quotaOf(plan: Plan | undefined, name: string): number | undefined {
  return plan?.limits.find((limit) => limit.name === name)?.quota
}

async function planOf({ edge, actor }: ControlContext, organization: string): Promise<string> {
  if (actor.type === 'key') return actor.key.plan
  const row = await edge.bindings.DB.withSession('first-primary')
    .prepare('SELECT plan FROM organizations WHERE id = ?1')
    .bind(organization)
    .first<{ plan: string }>()
  return row?.plan ?? ''
}
