// What both the gate and control are bound to, and the check that a Worker has what it is to have.

import type { RecordStores } from '../credentials/store.ts'
import type { Guards } from '../guard/ask.ts'

/** What the wrangler.toml of the gate and that of control bind. */
export interface Bindings extends RecordStores, Guards {
  /** Events of the audit, packed. */
  readonly AUDIT: Queue
}

/** Names what is missing among the bindings; empty when nothing is. */
export function missingBindings(
  env: Readonly<Record<string, unknown>>,
  kinds: Readonly<Record<string, string>>,
): string[] {
  return Object.entries(kinds)
    .filter(
      ([name]) =>
        (typeof env[name] !== 'object' && typeof env[name] !== 'function') || env[name] === null,
    )
    .map(([name, kind]) => `${name} is not bound: wrangler.toml must bind it to a ${kind}`)
}
