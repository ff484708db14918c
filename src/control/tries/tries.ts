// Tries at the admin token. After ten wrong ones of a client within a minute the next is not compared,
// right or wrong, in any isolate: otherwise whoever guesses right would get in however often he had
// guessed. Right ones are never counted, so that no script is held up by its own calls. The count is
// one object's for each client and door (try-counter.ts). A flood costs as little as it can: an
// isolate that has been told that a client is held asks no more until then.

import { createLRU } from 'lru.min'

import { equalInConstantTime } from '../../credentials/digest.ts'
import { addressBucket, type Address } from '../../lists/address.ts'
import { err, ok, type Result } from '../../lib/result.ts'
import { heldUntil, withWrong } from './wrong-tries.ts'
import type { TryCounter } from './try-counter.ts'

/** Where the token is asked for: the console's form, or the management API. */
export type Door = 'form' | 'api'

export interface Held {
  readonly retryAfterSeconds: number
}

export interface Try {
  readonly door: Door
  /** As the platform gives it; undefined where there is none: then all such clients are one. */
  readonly address: Address | undefined
  readonly presented: string
  readonly expected: string
}

/** A counter that has not answered by then does not answer. */
const DEADLINE_MS = 5_000
const MAX_CLIENTS = 10_000

export class Tries {
  private readonly counters: DurableObjectNamespace<TryCounter>
  /** Until when a client is held, in Unix milliseconds. */
  private readonly held = createLRU<string, number>({ max: MAX_CLIENTS })
  /** Times of wrong tries while the client's counter did not answer. */
  private readonly uncounted = createLRU<string, readonly number[]>({ max: MAX_CLIENTS })

  constructor(counters: DurableObjectNamespace<TryCounter>) {
    this.counters = counters
  }

  /** Whether a try would not be looked at; nothing is compared and nothing counted. */
  async check(
    { door, address }: Pick<Try, 'door' | 'address'>,
    nowMs: number,
  ): Promise<Held | undefined> {
    const client = clientOf(door, address)
    const known = this.heldHere(client, nowMs)
    if (known) return known
    const until = await this.ask(client, (counter) => counter.heldUntil())
    return until ? this.hold(client, until, nowMs) : undefined
  }

  /** Whether what is presented is what is expected. */
  async attempt(
    { door, address, presented, expected }: Try,
    nowMs: number,
  ): Promise<Result<boolean, Held>> {
    const client = clientOf(door, address)
    const known = this.heldHere(client, nowMs)
    if (known) return err(known)
    const digests = await Promise.all([sha256(presented), sha256(expected)])
    const tried = await this.ask(client, (counter) => counter.attempt(...digests))
    if (tried === undefined) return ok(this.compareHere(client, digests, nowMs))
    return tried.until > 0 ? err(this.hold(client, tried.until, nowMs)) : ok(tried.right)
  }

  private heldHere(client: string, nowMs: number): Held | undefined {
    const until = this.held.get(client) ?? heldUntil(this.uncounted.get(client) ?? [], nowMs)
    return until > nowMs ? heldFor(until - nowMs) : undefined
  }

  private hold(client: string, until: number, nowMs: number): Held {
    this.held.set(client, until)
    return heldFor(until - nowMs)
  }

  /** A counter that is down must lock nobody out; then each isolate counts for itself. */
  private compareHere(client: string, digests: readonly [string, string], nowMs: number): boolean {
    if (equalInConstantTime(...digests)) return true
    this.uncounted.set(client, withWrong(this.uncounted.get(client) ?? [], nowMs))
    return false
  }

  private async ask<T>(
    client: string,
    call: (counter: DurableObjectStub<TryCounter>) => Promise<T>,
  ): Promise<T | undefined> {
    let timer: ReturnType<typeof setTimeout> | null = null
    try {
      const deadline = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error('it did not answer in time')), DEADLINE_MS)
      })
      return await Promise.race([call(this.counters.getByName(`v1:${client}`)), deadline])
    } catch (error) {
      console.warn('TRIES: a counter did not answer', error)
      return undefined
    } finally {
      clearTimeout(timer)
    }
  }
}

function clientOf(door: Door, address: Address | undefined): string {
  return `${door}:${address ? addressBucket(address) : 'unknown'}`
}

function heldFor(ms: number): Held {
  return { retryAfterSeconds: Math.max(1, Math.ceil(ms / 1000)) }
}

/** Digests are compared, so that neither content nor length is told by the time it takes. */
async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return String.fromCharCode(...new Uint8Array(digest))
}
