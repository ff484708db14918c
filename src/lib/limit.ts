// What the edge asks of a guard and what it hears back about each limit.

import type { Period } from './period.ts'

/** One named limit: at most `quota` in any `windowSeconds`, or in each period of the calendar. */
export interface Limit {
  /** Catalog identifier: lower-case letters, digits and `-`. */
  readonly name: string
  /** Of a balance: all that was ever granted. */
  readonly quota: number
  /** Of a period: its greatest length, which decides nothing. */
  readonly windowSeconds: number
  /** Counted by the calendar, or for ever, instead of by a window that slides. */
  readonly period?: Period
  /** Set where each client address has a window of its own (IPv4, or IPv6 /64). */
  readonly partition?: string
}

/** What a request costs of the limit at a place; one where nothing is said. */
export function weightOf(weights: readonly number[] | undefined, at: number): number {
  return weights?.[at] ?? 1
}

/** No plan lets an isolate use a lease for longer (ms). */
export const LEASE_MAX_MS = 10_000

/** Whether both ask for the same of the same windows, in the same order. */
export function sameLimits(some: readonly Limit[], others: readonly Limit[]): boolean {
  return (
    some.length === others.length &&
    some.every((one, i) => {
      const other = others[i]
      return (
        one.name === other?.name &&
        one.quota === other.quota &&
        one.windowSeconds === other.windowSeconds &&
        one.period === other.period &&
        one.partition === other.partition
      )
    })
  )
}

/** Where a limit stands after a decision. */
export interface LimitState {
  readonly name: string
  readonly quota: number
  readonly windowSeconds: number
  readonly period?: Period
  /** How much may still be spent now. */
  readonly remaining: number
  /** Milliseconds until something spent becomes free again; 0 when nothing is spent, or of a balance. */
  readonly resetAfterMs: number
}

/** Where the limits of a call stand, as its answer tells it. */
export interface Standing {
  readonly limits: readonly LimitState[]
  /** Requests that may be admitted beyond what `limits` say remains: the isolate holds a lease on them. */
  readonly spare: number
  /** What one of them costs of each limit; not said: one. */
  readonly weights?: readonly number[] | undefined
  /** When `limits` were so (Unix ms). */
  readonly at: number
}
