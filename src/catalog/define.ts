// What a catalog is written with: its shape, and the function that checks a definition.

import { checkCatalog } from './check.ts'
import type { Catalog, CatalogDefinition } from './shape.ts'

export * from './shape.ts'

/**
 * Checks a definition and returns it as a catalog.
 * @throws Error naming every mistake: duplicate or shadowed routes, unknown scopes or limits, a
 *   publishable route without a scope that publishable keys hold, headers that may not pass, malformed
 *   patterns and quotas.
 */
export function defineCatalog(definition: CatalogDefinition): Catalog {
  const mistakes = checkCatalog(definition)
  if (mistakes.length > 0) throw new Error(`catalog: ${mistakes.join('; ')}`)
  return definition as Catalog
}
