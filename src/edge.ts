// What one isolate keeps between requests: the catalog compiled, the settings loaded, the memos.

import { LRUCache } from 'lru-cache'

import { EventBuffer } from './audit/buffer.ts'
import type { Catalog } from './catalog/define.ts'
import { compileRoutes } from './catalog/match.ts'
import type { ControlDeps } from './control/deps.ts'
import { controlRoutes } from './control/api/routes.ts'
import { missingBindings } from './config/bindings.ts'
import { loadSettings, parseSettings } from './config/settings.ts'
import type { Bindings } from './config/bindings.ts'
import type { Settings } from './config/settings.ts'
import { FailureCounts } from './gate/failures.ts'
import { LookupFailures } from './gate/lookup-failures.ts'
import { IdentityMemo } from './gate/forward/identity.ts'
import type { GateDeps } from './gate/deps.ts'
import { WATCH } from './gate/relay/watch-times.ts'
import type { WatchTimes } from './gate/relay/watch-times.ts'
import { Confirmations } from './guard/confirmations.ts'
import { RefusalMemo } from './guard/refusal-memo.ts'
import { SharedLoads } from './credentials/loads.ts'
import { KeyMemo } from './credentials/memo.ts'
import { Tries } from './control/tries/tries.ts'
import { announceExposed } from './control/webhooks/run.ts'

export interface Edge extends GateDeps, ControlDeps {
  readonly settings: Settings
  readonly bindings: Bindings
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
  watch: WatchTimes = WATCH,
): Promise<Edge> {
  const missing = missingBindings(env)
  const parsed = parseSettings(env, catalog)
  if (!parsed.ok) throw new ConfigurationError([...missing, ...parsed.error])
  if (missing.length > 0) throw new ConfigurationError(missing)
  const bindings = env as unknown as Bindings
  const settings = await loadSettings(parsed.value).catch(unloadable)
  const edge: Edge = {
    catalog,
    routes: compileRoutes(catalog),
    ownRoutes: controlRoutes(),
    products: new Set(catalog.products.map(({ id }) => id)),
    settings,
    bindings,
    keys: new KeyMemo(),
    loads: new SharedLoads(),
    refusals: new RefusalMemo(),
    confirmations: new Confirmations(),
    watch,
    failures: new FailureCounts(bindings.AUTH_FAILURES),
    lookups: new LookupFailures(bindings.LOOKUP_FAILURES),
    tries: new Tries(bindings.TRIES),
    signer: { issuer: settings.issuer, keys: settings.signingKeys, memo: new IdentityMemo() },
    events: new EventBuffer(bindings.AUDIT),
    exposed: new LRUCache({ max: 1_000 }),
    announceExposed: (keyId, nowMs) => announceExposed(edge, keyId, nowMs),
  }
  return edge
}

/** A setting whose form is right and whose content is not, such as halves of two different keys. */
function unloadable(error: unknown): never {
  throw new ConfigurationError([error instanceof Error ? error.message : 'a setting is unusable'])
}
