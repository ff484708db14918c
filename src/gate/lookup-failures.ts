// Failed look-ups of what bears no tag of ours: keys minted elsewhere, and other issuers' JWTs. Each of
// them costs KV and D1 a read, so an address that fails too often is refused before these are asked.
// Nothing of ours is touched by that. The binding counts for all isolates of a location, in buckets of
// their own; an isolate hears with its next failure that an address is exhausted, and holds it then.

import { createLRU } from 'lru.min'

import type { GateBindings } from './bindings.ts'
import { addressBucket, type Address } from '../lists/address.ts'
import type { Denial } from '../reasons/denial.ts'

/** The period of the LOOKUP_FAILURES binding in wrangler.toml. */
const PERIOD_SECONDS = 60
/** So long an address is held before one more of its look-ups asks the binding again. */
export const HELD_FOR_MS = 10_000
const MAX_ADDRESSES = 10_000

const HELD: Denial = { reason: 'authentication_failures', retryAfterSeconds: PERIOD_SECONDS }

export class LookupFailures {
  private readonly limiter: GateBindings['LOOKUP_FAILURES']
  /** Until when an address is held, in Unix milliseconds. */
  private readonly held = createLRU<string, number>({ max: MAX_ADDRESSES })

  constructor(limiter: GateBindings['LOOKUP_FAILURES']) {
    this.limiter = limiter
  }

  /** The refusal of an address that failed too often, before anything is asked. */
  check(address: Address | undefined, nowMs: number): Denial | undefined {
    return (this.held.get(bucketOf(address)) ?? 0) > nowMs ? HELD : undefined
  }

  /** Counts what was found nowhere: else nothing was asked. A limiter that fails holds nobody. */
  async count({ reason }: Denial, address: Address | undefined, nowMs: number): Promise<void> {
    if (reason !== 'credential_unknown') return
    const key = bucketOf(address)
    try {
      const { success } = await this.limiter.limit({ key })
      if (!success) this.held.set(key, nowMs + HELD_FOR_MS)
    } catch (error) {
      console.warn('LOOKUP_FAILURES did not answer', error)
    }
  }
}

function bucketOf(address: Address | undefined): string {
  return address ? addressBucket(address) : 'unknown'
}
