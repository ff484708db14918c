// What the management API, the console, the queues' consumers and the cron need.

import type { AuditDeps } from '../audit/deps.ts'
import type { Fingerprint } from '../call/fingerprint.ts'
import type { Catalog } from '../catalog/define.ts'
import type { RouteTable } from '../catalog/match.ts'
import type { ControlBindings } from './bindings.ts'
import type { ControlSettings } from './settings.ts'
import type { Tries } from './tries/tries.ts'

export interface ControlDeps extends AuditDeps {
  readonly catalog: Catalog
  readonly routes: RouteTable
  /** Of the management API. */
  readonly ownRoutes: RouteTable
  /** Ids of the catalog's products. */
  readonly products: ReadonlySet<string>
  readonly settings: ControlSettings
  readonly bindings: ControlBindings
  readonly tries: Tries
  /** Of the settings and the catalog. */
  readonly fingerprint: Fingerprint
  /** The settings in which the gate that asks differs, by name. */
  readonly differing: readonly string[]
}
