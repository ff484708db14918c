// What a plan and a product of an organization may be.

import type { ControlContext } from '../context.ts'
import { invalid } from '../problem.ts'

/** The plan and products of a new or changed organization. @throws Problem 400 naming the field. */
export function checkPlanAndProducts(
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
