// What the management API, the console, the queues' consumers and the cron need.

import type { LRUCache } from 'lru-cache'

import type { AuditDeps } from '../audit/deps.ts'
import type { Catalog } from '../catalog/define.ts'
import type { RouteTable } from '../catalog/match.ts'
import type { Bindings } from '../config/bindings.ts'
import type { Settings } from '../config/settings.ts'
import type { Tries } from './tries/tries.ts'

export interface ControlDeps extends AuditDeps {
  readonly catalog: Catalog
  readonly routes: RouteTable
  /** Of the management API. */
  readonly ownRoutes: RouteTable
  /** Ids of the catalog's products. */
  readonly products: ReadonlySet<string>
  readonly settings: Settings
  readonly bindings: Bindings
  readonly tries: Tries
  /** The day on which a key was last announced as exposed, so that a flood of it costs nothing. */
  readonly exposed: LRUCache<string, number>
}
