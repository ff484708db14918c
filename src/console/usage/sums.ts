// The sums of usage as the API gives them.

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
