// What one isolate keeps between requests: the catalog compiled, the settings loaded, the memos.

import type { Catalog } from './catalog/define.ts'
import { compileRoutes } from './catalog/match.ts'
import type { RouteTable } from './catalog/match.ts'
import { loadSettings, missingBindings, parseSettings } from './env.ts'
import type { Bindings, Settings } from './env.ts'
import { AssertionMemo } from './gate/identity.ts'
import { RefusalMemo } from './guard/refusal-memo.ts'
import { KeyMemo } from './keys/memo.ts'

export interface Edge {
  readonly catalog: Catalog
  readonly routes: RouteTable
  readonly products: ReadonlySet<string>
  readonly settings: Settings
  readonly bindings: Bindings
  readonly keys: KeyMemo
  readonly refusals: RefusalMemo
  readonly assertions: AssertionMemo
}

/** Settings or bindings that are missing or malformed; the message names each. */
export class ConfigurationError extends Error {
  readonly mistakes: readonly string[]

  constructor(mistakes: readonly string[]) {
    super(`configuration: ${mistakes.join('; ')}`)
    this.name = 'ConfigurationError'
    this.mistakes = mistakes
  }
}

/**
 * Checks the environment and builds the edge.
 * @throws ConfigurationError naming every setting and binding that is missing or malformed.
 */
export async function buildEdge(
  env: Readonly<Record<string, unknown>>,
  catalog: Catalog,
): Promise<Edge> {
  const missing = missingBindings(env)
  const parsed = parseSettings(env, catalog)
  if (!parsed.ok) throw new ConfigurationError([...missing, ...parsed.error])
  if (missing.length > 0) throw new ConfigurationError(missing)
  return {
    catalog,
    routes: compileRoutes(catalog),
    products: new Set(catalog.products.map(({ id }) => id)),
    settings: await loadSettings(parsed.value),
    bindings: env as unknown as Bindings,
    keys: new KeyMemo(),
    refusals: new RefusalMemo(),
    assertions: new AssertionMemo(),
  }
}
