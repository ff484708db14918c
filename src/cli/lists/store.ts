// Where an allowlist is read and changed: over the API, or past it in the database. Either way the entries
// are read before anything is sent, and what is printed is what was written.

import { hasOrigins, ONLY_SOME_HAVE_ORIGINS, type Kind } from '../../credentials/kinds.ts'
import { Stop } from '../answer.ts'
import type { InForce } from '../direct/sync.ts'

export interface Stored {
  /** null: there is no restriction. */
  readonly entries: readonly string[] | null
  readonly name: string
  /** Of a key whose organization has an address list in force: that organization. */
  readonly alsoBy: string | undefined
}

export interface Changed extends Stored, InForce {
  /** What the change added, removed or lifted; nothing where it was so already. */
  readonly changed: readonly string[]
  /** Whether there was no restriction before. */
  readonly wasOpen: boolean
}

export interface ListStore {
  /** @throws Stop where there is no such owner, or it has no such list. */
  read(): Promise<Stored>
  add(entries: readonly string[]): Promise<Changed>
  /** Entries spelled as they are stored. */
  remove(entries: readonly string[]): Promise<Changed>
  /** Ends the restriction where the list is empty; else changes nothing. */
  lift(): Promise<Changed>
}

/** @throws Stop for an owner that can have no origin list: an organization, or a key of another kind. */
export function checkOrigins(id: string, kind: Kind | null): void {
  if (kind !== null && hasOrigins(kind)) return
  throw new Stop(`${id} is a key of kind ${kind}; ${ONLY_SOME_HAVE_ORIGINS}`)
}
