// What the account of requests needs.

import type { Settings } from '../config/settings.ts'
import type { EventBuffer } from './buffer.ts'

export interface AuditDeps {
  readonly events: EventBuffer
  /** By these a credential is known in a path, and left out. */
  readonly settings: Pick<Settings, 'brand' | 'importedPrefixes'>
}
