// What the edge asks of a guard and what it hears back about each limit.

/** One named limit on one credential: at most `quota` requests in any `windowSeconds`. */
export interface Limit {
  /** Catalog identifier: lower-case letters, digits and `-`. */
  readonly name: string
  readonly quota: number
  readonly windowSeconds: number
  /** Set where each client address has a window of its own (IPv4, or IPv6 /64). */
  readonly partition?: string
}

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
  /** Requests that may still be admitted now. */
  readonly remaining: number
  /** Milliseconds until something spent becomes free again; 0 when nothing is spent. */
  readonly resetAfterMs: number
}

/** Where the limits of a call stand, as its answer tells it. */
export interface Standing {
  readonly limits: readonly LimitState[]
  /** Requests that may be admitted beyond what `limits` say remains: the isolate holds a lease on them. */
  readonly spare: number
  /** When `limits` were so (Unix ms). */
  readonly at: number
}
