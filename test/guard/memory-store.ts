// The object's storage, in memory; what goes in and out is copied, as by the real one.

/* oxlint-disable typescript/no-unnecessary-type-parameters -- the real one has them */

/** What a ledger uses of `ctx.storage.kv`. */
export interface MemoryStore {
  get<T = unknown>(key: string): T | undefined
  put<T>(key: string, value: T): void
  delete(key: string): boolean
  list<T = unknown>(options?: { readonly prefix?: string }): [string, T][]
}

/** An empty one. */
export function memoryStore(): MemoryStore {
  const rows = new Map<string, unknown>()
  return {
    get: <T>(key: string) => structuredClone(rows.get(key)) as T | undefined,
    put: (key, value) => void rows.set(key, structuredClone(value)),
    delete: (key) => rows.delete(key),
    list: <T>({ prefix = '' } = {}) =>
      structuredClone([...rows].filter(([key]) => key.startsWith(prefix))) as [string, T][],
  }
}
