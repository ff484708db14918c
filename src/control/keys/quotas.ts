// Quotas of a key in place of its plan's. Only operators may go beyond the plan.

import type { ControlContext } from '../context.ts'
import { invalid, Problem } from '../problem.ts'

type Quotas = Readonly<Record<string, number>>

/**
 * Quotas may only name limits that the plans have, or that of publishable keys. What the key holds
 * already may stay, also where the actor could not grant it anew.
 * @throws Problem 400 for an unknown limit, 403 for more than the plan has.
 */
export function readQuotas(
  { edge, actor }: ControlContext,
  asked: Quotas | undefined,
  held: Quotas = {},
): Quotas {
  const { plans, publishable } = edge.catalog
  const names = new Set(['publishable', ...Object.values(plans).flatMap(Object.keys)])
  for (const [name, quota] of Object.entries(asked ?? {})) {
    if (!names.has(name)) {
      throw invalid('quotas', `there is no limit ${name}; choose of ${[...names].join(', ')}`)
    }
    if (actor.type === 'operator') continue
    const ofPlan = plans[actor.key.principal.record.plan]?.[name]?.quota ?? 0
    const most = Math.max(name === 'publishable' ? publishable.quota : ofPlan, held[name] ?? 0)
    if (quota > most) {
      throw new Problem(
        403,
        'grant_beyond_own',
        `quotas.${name}: at most ${most}, as the plan has it; only operators may go beyond`,
      )
    }
  }
  return asked ?? {}
}
