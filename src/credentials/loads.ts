// Loads under way in this isolate, so that the first requests with a key share one. A load belongs to
// the request that began it: should that be gone, the others do not wait for it for long.

import type { WaitUntil } from '../lib/wait-until.ts'

/** So long another request's load is waited for; then each loads for itself. */
const SHARE_MS = 1_000

export class SharedLoads<T> {
  private readonly running = new Map<string, Promise<T>>()

  /** The result of the load under way by this name, or of this one. */
  async share(name: string, load: () => Promise<T>, waitUntil: WaitUntil): Promise<T> {
    const running = this.running.get(name)
    if (running) {
      const shared = await Promise.race([running.catch(() => undefined), timeout()])
      if (shared !== undefined) return shared
    }
    const own = load()
    this.running.set(name, own)
    const ended = (): void => {
      if (this.running.get(name) === own) this.running.delete(name)
    }
    // A client that goes away must not end what others wait for.
    waitUntil(own.then(ended, ended))
    return await own
  }
}

function timeout(): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), SHARE_MS))
}
