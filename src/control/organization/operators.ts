// What belongs to operators alone: which organizations there are, and what one may and has.

import type { z } from '@hono/zod-openapi'

import { environmentOf } from '../actor.ts'
import type { ControlContext } from '../context.ts'
import { invalid, Problem } from '../problem.ts'
import type { UpdateOrganization } from './schemas.ts'

/** Fields of an organization that its own keys and members must not change. */
const OPERATOR_FIELDS = ['plan', 'products', 'suspended'] as const

/** @throws Problem 403 where the actor is no operator. */
function requireOperator({ actor }: ControlContext, sentence: string): void {
  if (actor.type !== 'operator') throw new Problem(403, 'operators_only', sentence)
}

/** @throws Problem 403 naming the field that the actor must not change. */
export function checkMayChange(
  context: ControlContext,
  change: z.infer<typeof UpdateOrganization>,
): void {
  const beyond = OPERATOR_FIELDS.find((field) => change[field] !== undefined)
  if (beyond !== undefined) requireOperator(context, `${beyond}: only operators may change it`)
  if (environmentOf(context.actor) !== 'sandbox') return
  const [field] = Object.keys(change)
  throw new Problem(
    403,
    'grant_beyond_own',
    `${field}: a sandbox key must not change it, because live keys go by it too`,
  )
}

/** The plan and products of a new or changed organization. @throws Problem 400 naming the field. */
export function checkCatalogued(
  { edge }: ControlContext,
  { plan, products }: { plan?: string | undefined; products?: readonly string[] | undefined },
): void {
  const plans = Object.keys(edge.catalog.plans)
  if (plan !== undefined && !plans.includes(plan)) {
    throw invalid('plan', `there is no plan ${plan}; choose of ${plans.join(', ')}`)
  }
  const unknown = products?.find((product) => !edge.products.has(product))
  if (unknown !== undefined) {
    throw invalid(
      'products',
      `there is no product ${unknown}; choose of ${[...edge.products].join(', ')}`,
    )
  }
}
