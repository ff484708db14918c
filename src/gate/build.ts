// Builds what one isolate of the gate keeps between requests: the catalog compiled, the settings loaded,
// the memos.

import { EventBuffer } from '../audit/buffer.ts'
import { fingerprintOf } from '../call/fingerprint.ts'
import type { Catalog } from '../catalog/define.ts'
import { compileRoutes } from '../catalog/match.ts'
import { controlRoutes } from '../catalog/operations.ts'
import { missingBindings } from '../config/bindings.ts'
import { ConfigurationError, loadSettings, parseSettings, unloadable } from '../config/settings.ts'
import { GATE_BINDINGS, type GateBindings } from './bindings.ts'
import { Control } from './control.ts'
import { FailureCounts } from './failures.ts'
import { LookupFailures } from './lookup-failures.ts'
import { IdentityMemo } from './forward/identity.ts'
import type { Edge } from './deps.ts'
import { WATCH, type WatchTimes } from './relay/watch-times.ts'
import { Confirmations } from './relay/confirmations.ts'
import { RefusalMemo } from '../guard/refusal-memo.ts'
import { SharedLoads } from '../credentials/loads.ts'
import { KeyMemo } from './memo.ts'

/**
 * Checks the environment and builds the edge.
 * @throws ConfigurationError naming every setting and binding that is missing or malformed.
 */
export async function buildEdge(
  env: Readonly<Record<string, unknown>>,
  catalog: Catalog,
  watch: WatchTimes = WATCH,
): Promise<Edge> {
  const missing = missingBindings(env, GATE_BINDINGS)
  const parsed = parseSettings(env, catalog)
  if (!parsed.ok) throw new ConfigurationError([...missing, ...parsed.error])
  if (missing.length > 0) throw new ConfigurationError(missing)
  const bindings = env as unknown as GateBindings
  const settings = await loadSettings(parsed.value).catch(unloadable)
  return {
    catalog,
    routes: compileRoutes(catalog),
    ownRoutes: controlRoutes(),
    products: new Set(catalog.products.map(({ id }) => id)),
    settings,
    bindings,
    control: new Control(bindings.CONTROL),
    fingerprint: await fingerprintOf(parsed.value, settings, catalog),
    keys: new KeyMemo(),
    loads: new SharedLoads(),
    refusals: new RefusalMemo(),
    confirmations: new Confirmations(),
    watch,
    failures: new FailureCounts(bindings.AUTH_FAILURES),
    lookups: new LookupFailures(bindings.LOOKUP_FAILURES),
    signer: { issuer: settings.issuer, keys: settings.signingKeys, memo: new IdentityMemo() },
    events: new EventBuffer(bindings.AUDIT),
  }
}
