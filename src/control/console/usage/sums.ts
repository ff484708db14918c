// The sums of usage as the API gives them, and what they come to.

/** What getUsage counts. */
export interface Counts {
  readonly requests: number
  readonly refused: number
  readonly credits: number
}

/** A sum as getUsage answers it, with the groups that were asked for. */
export interface Sums extends Counts {
  readonly key_id?: string | null
  readonly product?: string | null
  /** YYYY-MM-DD, UTC. */
  readonly day?: string
}

export function totalOf(rows: readonly Counts[]): Counts {
  return rows.reduce(
    (sum, { requests, refused, credits }) => ({
      requests: sum.requests + requests,
      refused: sum.refused + refused,
      credits: sum.credits + credits,
    }),
    { requests: 0, refused: 0, credits: 0 },
  )
}
