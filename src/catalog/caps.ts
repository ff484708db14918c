// How many keys, service users and list entries an organization may have at once.

/** What an organization may have at once. Raw SQL is not counted. */
export interface Caps {
  /** Neither revoked nor expired, access tokens included. */
  readonly keys: number
  /** Not disabled. */
  readonly serviceUsers: number
  /** Of one list of addresses or origins. */
  readonly listEntries: number
  /** Of all lists of the organization and its active keys. */
  readonly allListEntries: number
}

/**
 * Where a plan says nothing else. A change of an organization touches each of its keys, and each entry that
 * comes or goes does too: with these it stays work of seconds. Customers have dozens of keys, not thousands.
 */
export const CAPS: Caps = {
  keys: 5_000,
  serviceUsers: 1_000,
  listEntries: 10_000,
  allListEntries: 50_000,
}
