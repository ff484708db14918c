// What both the gate and control are bound to, and the check that a Worker has what it is to have.

import type { KeyGuard } from '../guard/key-guard.ts'

/** What the wrangler.toml of the gate and that of control bind. */
export interface Bindings {
  readonly DB: D1Database
  readonly RECORDS: KVNamespace
  readonly KEY_GUARD: DurableObjectNamespace<KeyGuard>
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
