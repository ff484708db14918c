// To which row of the catalog a method and a path belong.

import type { MatchedRoute, RouteTable } from '../catalog/match.ts'
import { isApiPath } from '../lib/paths.ts'
import { err, ok, type Result } from '../lib/result.ts'
import type { Denial } from '../reasons/denial.ts'
import type { CanonicalPath } from './path.ts'

/** The catalog's rows, and those of the edge's own operations, which pass the gate like any product's. */
export interface RouteTables {
  readonly routes: RouteTable
  readonly ownRoutes: RouteTable
}

const ENCODED_SLASH: Denial = { reason: 'path_ambiguous', flaw: 'an encoded slash (%2F)' }

/**
 * The row of a method and a path, where there is one. An encoded slash is one segment to some upstreams and
 * two to others: it is taken only where the product opted in. No row is no denial yet: who has no valid
 * credential is told that first.
 */
export function findRoute(
  method: string,
  { path, encodedSlash }: CanonicalPath,
  { routes, ownRoutes }: RouteTables,
): Result<MatchedRoute | undefined, Denial> {
  const matched = (isApiPath(path) ? ownRoutes : routes).match(method, path)
  return encodedSlash && !matched?.product.encodedSlashes ? err(ENCODED_SLASH) : ok(matched)
}
