// What a reason means: in words, and the page of the console where it is mended.

/** Where it is mended; null where no page of the console can. */
export type Place =
  | 'key'
  | 'keys'
  | 'service_user'
  | 'allowlists'
  | 'usage'
  | 'webhooks'
  | 'members'
  | null

export interface Meaning {
  /** What happened and what helps, as a sentence or two. */
  readonly words: string
  readonly place: Place
}

export const at = (place: Place, words: string): Meaning => ({ words, place })
