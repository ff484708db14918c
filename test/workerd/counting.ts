// Real bindings that count what is asked of them and pass it on.

import { env } from 'cloudflare:workers'

import type { Bindings } from './bindings.ts'

/** `kv.get`, `d1.first`, `guard.admit`, `limiter.limit` …, with how often each was called. */
export class Calls {
  private readonly counts = new Map<string, number>()

  note(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1)
  }

  /** The counts since the last call of this, by name. */
  take(): Record<string, number> {
    const taken = Object.fromEntries(this.counts)
    this.counts.clear()
    return taken
  }
}

/** Bindings that count. Give `over` to count on top of bindings that fail. */
export function counting(over: Partial<Bindings> = {}): {
  bindings: Partial<Bindings>
  calls: Calls
} {
  const calls = new Calls()
  const real: Bindings = { ...env, ...over }
  const bindings = {
    DB: watch(real.DB, 'd1', calls, ['withSession', 'prepare', 'bind']),
    RECORDS: watch(real.RECORDS, 'kv', calls),
    KEY_GUARD: watch(real.KEY_GUARD, 'guard', calls, ['getByName', 'get', 'idFromName']),
    AUTH_FAILURES: watch(real.AUTH_FAILURES, 'limiter', calls),
    LOOKUP_FAILURES: watch(real.LOOKUP_FAILURES, 'lookups', calls),
    TRIES: watch(real.TRIES, 'tries', calls, ['getByName']),
  }
  return { bindings, calls }
}

type Method = (...args: unknown[]) => unknown

/** Methods of `steps` ask nothing yet: they give an object whose methods are watched in turn. */
function watch<T extends object>(
  target: T,
  name: string,
  calls: Calls,
  steps: readonly string[] = [],
): T {
  const call = (method: string, args: unknown[]): unknown => {
    // A stub's methods must be called on the stub itself.
    const result = (target as Record<string, Method>)[method]?.(...args)
    if (steps.includes(method)) return watch(result as object, name, calls, steps)
    calls.note(`${name}.${method}`)
    return result
  }
  return new Proxy(target, {
    get: (_, key) =>
      typeof key === 'string' && typeof Reflect.get(target, key) === 'function'
        ? (...args: unknown[]) => call(key, args)
        : Reflect.get(target, key),
  })
}
