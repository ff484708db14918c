// What wrangler.toml binds, and the check that it does.

import type { KeyGuard } from '../guard/key-guard.ts'
import type { TryCounter } from '../control/tries/try-counter.ts'

/** What wrangler.toml binds. */
export interface Bindings {
  readonly DB: D1Database
  readonly RECORDS: KVNamespace
  readonly KEY_GUARD: DurableObjectNamespace<KeyGuard>
  readonly AUTH_FAILURES: RateLimit
  /** Of credentials that storage alone can tell apart. */
  readonly LOOKUP_FAILURES: RateLimit
  /** Tries at the admin token. */
  readonly TRIES: DurableObjectNamespace<TryCounter>
  /** Changes that touch many keys. */
  readonly FENCES: Queue
  /** Events of the audit, packed. */
  readonly AUDIT: Queue
  /** Hints at webhook deliveries that are due. */
  readonly WEBHOOKS: Queue
}

/** Names what is missing among the bindings; empty when nothing is. */
export function missingBindings(env: Readonly<Record<string, unknown>>): string[] {
  const kinds = {
    DB: 'D1 database',
    RECORDS: 'KV namespace',
    KEY_GUARD: 'Durable Object namespace of class KeyGuard',
    AUTH_FAILURES: 'rate limit',
    LOOKUP_FAILURES: 'rate limit',
    TRIES: 'Durable Object namespace of class TryCounter',
    FENCES: 'queue producer',
    AUDIT: 'queue producer',
    WEBHOOKS: 'queue producer',
  }
  return Object.entries(kinds)
    .filter(([name]) => typeof env[name] !== 'object' || env[name] === null)
    .map(([name, kind]) => `${name} is not bound: wrangler.toml must bind it to a ${kind}`)
}
