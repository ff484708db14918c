// What for. Everything that the route asks must be there; what is missing refuses by its own name.

import { HEADERS } from '../lib/header-names.ts'
import { publishablePurpose, type CatalogDefinition } from '../catalog/define.ts'
import type { MatchedRoute } from '../catalog/match.ts'
import type { Upstreams } from '../config/setting-forms.ts'
import { KINDS } from '../credentials/kinds.ts'
import type { Principal } from '../credentials/principal.ts'
import { err, ok, type Result } from '../lib/result.ts'
import type { Denial } from '../reasons/denial.ts'
import type { HeaderReader } from './forward/sent-headers.ts'

export interface Grant {
  readonly matched: MatchedRoute
  /** The product's base URL in the credential's own environment; null: the edge answers itself. */
  readonly upstream: URL | null
  /** Vouched for: one of the service user's departments. */
  readonly department: string | undefined
}

/** What the step rests on besides the record. */
export interface GrantDeps {
  readonly settings: { readonly upstreams: Upstreams }
  readonly catalog: CatalogDefinition
}

/** Kind, product, scope, department and environment, in this order. */
export function checkGrant(
  principal: Principal,
  matched: MatchedRoute,
  headers: HeaderReader,
  { settings, catalog }: GrantDeps,
): Result<Grant, Denial> {
  const { record, scopes } = principal
  const { product, route } = matched
  if (!product.accepts.includes(record.kind)) {
    return err({ reason: 'kind_not_accepted', kind: record.kind, accepts: product.accepts })
  }
  if (KINDS[record.kind].routes === 'open' && !route.publishable) {
    return err({ reason: 'publishable_not_open', may: publishablePurpose(catalog) })
  }
  if (!product.internal && !principal.products.has(product.id)) {
    return err({ reason: 'product_not_granted', product: product.id })
  }
  if (!product.internal && !principal.organizationProducts.has(product.id)) {
    return err({ reason: 'organization_lacks_product', product: product.id })
  }
  const [scope] = route.scopes
  if (scope !== undefined && !route.scopes.some((one) => scopes.has(one))) {
    return err({ reason: 'scope_missing', scope })
  }
  const department = checkDepartment(principal, matched, headers.get(HEADERS.department))
  if (!department.ok) return department
  if (product.internal) return ok({ matched, upstream: null, department: undefined })
  const upstream = settings.upstreams.get(product.id)?.[record.environment]
  if (!upstream)
    return err({ reason: 'environment_not_configured', environment: record.environment })
  return ok({ matched, upstream, department: department.value })
}

/**
 * A department is only passed on when it is one of the service user's. Where the route requires one,
 * a service user without departments is refused; elsewhere what nobody vouches for is not forwarded.
 */
function checkDepartment(
  { record }: Principal,
  { route }: MatchedRoute,
  presented: string | null,
): Result<string | undefined, Denial> {
  const departments = record.serviceUser?.departments ?? []
  if (presented === null) {
    return route.department === 'required' ? err({ reason: 'department_missing' }) : ok(undefined)
  }
  if (departments.includes(presented)) return ok(presented)
  if (departments.length === 0 && route.department !== 'required') return ok(undefined)
  return err({ reason: 'department_not_allowed' })
}
