// Failed authentications, counted by client address: what is guessed at is slowed down. IPv6 counts
// by /64, because a client has that many addresses to choose from. A flood costs as little as it can:
// an isolate asks the limiter only about addresses that fail again and again, and not about those that
// it has just been told are exhausted.

import { createLRU } from 'lru.min'

import type { GateBindings } from './bindings.ts'
import { addressBucket, type Address } from '../lists/address.ts'
import type { Denial } from '../reasons/denial.ts'

/** The period of the AUTH_FAILURES binding in wrangler.toml. */
const PERIOD_SECONDS = 60
/** So many failures of an address within the period are not reported, in each isolate. */
export const UNREPORTED_FAILURES = 10
/** So long an address counts as exhausted without asking again. */
export const EXHAUSTED_FOR_MS = 5_000
const MAX_ADDRESSES = 10_000

interface Failures {
  /** In periods since 1970. */
  period: number
  count: number
  exhaustedUntil: number
}

export class FailureCounts {
  private readonly limiter: GateBindings['AUTH_FAILURES']
  private readonly byAddress = createLRU<string, Failures>({ max: MAX_ADDRESSES })

  constructor(limiter: GateBindings['AUTH_FAILURES']) {
    this.limiter = limiter
  }

  /** Counts what did not authenticate, and answers 429 in its place once it is too much. */
  async count(denial: Denial, address: Address | undefined, nowMs: number): Promise<Denial> {
    if (denial.reason !== 'credential_invalid' && denial.reason !== 'credential_unknown') {
      return denial
    }
    return (await this.isExhausted(address, nowMs))
      ? { reason: 'authentication_failures', retryAfterSeconds: PERIOD_SECONDS }
      : denial
  }

  private async isExhausted(address: Address | undefined, nowMs: number): Promise<boolean> {
    const key = address ? addressBucket(address) : 'unknown'
    const failures = this.failuresOf(key, nowMs)
    failures.count += 1
    if (failures.count <= UNREPORTED_FAILURES) return false
    if (nowMs < failures.exhaustedUntil) return true
    const exhausted = !(await this.report(key))
    if (exhausted) failures.exhaustedUntil = nowMs + EXHAUSTED_FOR_MS
    return exhausted
  }

  private failuresOf(key: string, nowMs: number): Failures {
    const period = Math.floor(nowMs / (PERIOD_SECONDS * 1000))
    const known = this.byAddress.get(key)
    if (known?.period === period) return known
    const failures = { period, count: 0, exhaustedUntil: known?.exhaustedUntil ?? 0 }
    this.byAddress.set(key, failures)
    return failures
  }

  /** Whether the address may fail on. A limiter that fails limits nobody: the attempt failed anyway. */
  private async report(key: string): Promise<boolean> {
    try {
      return (await this.limiter.limit({ key })).success
    } catch (error) {
      console.warn('AUTH_FAILURES did not answer', error)
      return true
    }
  }
}
