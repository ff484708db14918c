// What one isolate of control keeps between calls: the catalog compiled, the settings loaded.

import { EventBuffer } from '../audit/buffer.ts'
import { fingerprintOf } from '../call/fingerprint.ts'
import type { Catalog } from '../catalog/define.ts'
import { compileRoutes } from '../catalog/match.ts'
import { controlRoutes } from '../catalog/operations.ts'
import { missingBindings } from '../config/bindings.ts'
import { ConfigurationError, unloadable } from '../config/settings.ts'
import type { ControlDeps } from './deps.ts'
import { CONTROL_BINDINGS, type ControlBindings } from './bindings.ts'
import { loadControlSettings, parseControlSettings } from './settings.ts'
import { Tries } from './tries/tries.ts'

/**
 * Checks the environment and builds control's part of the edge.
 * @throws ConfigurationError naming every setting and binding that is missing or malformed.
 */
export async function buildControl(
  env: Readonly<Record<string, unknown>>,
  catalog: Catalog,
): Promise<ControlDeps> {
  const missing = missingBindings(env, CONTROL_BINDINGS)
  const parsed = parseControlSettings(env, catalog)
  if (!parsed.ok) throw new ConfigurationError([...missing, ...parsed.error])
  if (missing.length > 0) throw new ConfigurationError(missing)
  const bindings = env as unknown as ControlBindings
  const settings = await loadControlSettings(parsed.value).catch(unloadable)
  return {
    catalog,
    routes: compileRoutes(catalog),
    ownRoutes: controlRoutes(),
    products: new Set(catalog.products.map(({ id }) => id)),
    settings,
    bindings,
    fingerprint: await fingerprintOf(parsed.value, settings, catalog),
    differing: [],
    tries: new Tries(bindings.TRIES),
    events: new EventBuffer(bindings.AUDIT),
  }
}
