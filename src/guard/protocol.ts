// What an isolate and a guard say to each other: plain values, as they cross between them. Either may be
// of the release before, so what only one of the two knows is optional, and who does not find it takes the
// weaker promise: nothing more is admitted for it, and nothing is in force sooner.

import type { Limit, LimitState } from '../lib/limit.ts'

export interface AdmitAsk {
  /** Of the record on which the decision rests. */
  readonly generation: number
  /** All are checked, then all are debited, or none. */
  readonly limits: readonly Limit[]
  /** By which the limits are remembered for who asks ahead of the record; not said: their names. */
  readonly name?: string
  /** What a request costs of each limit, beside `limits`; not said: one. */
  readonly weights?: readonly number[]
  /** Requests at hand to admit, whole or not at all. */
  readonly want: number
  /** Tokens that would be welcome for requests to come: each is one request. */
  readonly lease?: number
  /** For how long they would be used (ms); not said: as long as the previous release did. */
  readonly leaseMs?: number
  /** The asker's own name for that lease, unique, by which it is settled where the answer is lost. */
  readonly mark?: string
  /** Leases that have ended. Told again where no answer came: each counts once. */
  readonly settled?: readonly Settled[]
  /** Whether the one request wanted may turn out to be refused; its debit is then given back. */
  readonly returnable?: boolean
  /** The record comes from a read of D1 that this very request has started: it is never stale. */
  readonly fresh?: boolean
}

/** A lease that an isolate no longer uses, and what it has not used of it. */
export interface Settled {
  /** The guard's number; the asker's mark, where that number never came. */
  readonly id: number | string
  readonly unused: number
}

/** How long the previous release used a lease, which did not say so. */
export const FORMER_LEASE_MS = 300

/** Tokens for requests to come, from before they were asked for until `ms` later. */
export interface Lease {
  readonly id: number
  readonly tokens: number
  readonly ms: number
}

export type AdmitAnswer =
  | {
      readonly verdict: 'granted'
      /** null: for the requests at hand only. */
      readonly lease: Lease | null
      /** What remains does not count the lease's tokens. */
      readonly limits: readonly LimitState[]
      /** The number by which what was debited is given back, where it was asked for. */
      readonly debit?: number
    }
  | Limited
  | { readonly verdict: 'stale' }

export interface Granted {
  readonly verdict: 'granted'
  readonly limits: readonly LimitState[]
}

export interface Limited {
  readonly verdict: 'limited'
  readonly limits: readonly LimitState[]
  /** By the guard's clock, whatever clock dated what was spent. */
  readonly retryAfterMs: number
}

/** What a guard decides before the asker knows the record. */
export interface AheadAnswer {
  /** The lowest that is admitted. */
  readonly generation: number
  /** One request was debited, on these limits; null: it must be asked again with the record. */
  readonly debited: {
    readonly limits: readonly Limit[]
    readonly states: readonly LimitState[]
    /** By the guard's clock (Unix ms). */
    readonly time: number
    /** By which it is given back; of a guard that gives none, it counts until it leaves the window. */
    readonly debit?: number
  } | null
}

/** The same, of a guard of this release. */
export interface AheadAnswered extends AheadAnswer {
  readonly debited: Required<NonNullable<AheadAnswer['debited']>> | null
}

export interface Fenced {
  /** The fence in force. */
  readonly generation: number
  /**
   * After so long no older generation is admitted any more, by no lease either; where a guard does not
   * say, it is the longest that any release has waited (WAIT_LONGEST_MS).
   */
  readonly waitMs?: number
}
