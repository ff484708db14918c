// How events hang together: each row's hash covers the hash before it and the event itself, so that
// what is done to one row shows in it or in the next (schema.sql, "Accounts", says what does not).

import type { AuditEvent } from './event.ts'
import { FIELDS } from './message.ts'

/** What the first event of a chain links to. */
export const GENESIS_HASH = '0'.repeat(64)

/** A place in a chain: the newest row when it is a head. */
export interface Anchor {
  readonly sequence: number
  readonly hash: string
}

export const GENESIS: Anchor = { sequence: 0, hash: GENESIS_HASH }

/** An event as it stands in its chain. */
export interface LinkedEvent extends AuditEvent {
  readonly sequence: number
  readonly previousHash: string
  readonly hash: string
}

/** JSON without spaces, members in the order of `FIELDS`, null where there is nothing. */
export function canonicalJson(event: AuditEvent): string {
  return JSON.stringify(event, [...FIELDS])
}

/** `hex(SHA-256(previousHash || "\n" || canonicalJson(event)))` */
export async function linkHash(previousHash: string, event: AuditEvent): Promise<string> {
  const bytes = new TextEncoder().encode(`${previousHash}\n${canonicalJson(event)}`)
  const digest = await crypto.subtle.digest('SHA-256', bytes)
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Links events of one organization, in the order given, behind a head. */
export async function link(
  head: Anchor,
  events: readonly AuditEvent[],
): Promise<readonly LinkedEvent[]> {
  const linked: LinkedEvent[] = []
  let { sequence, hash } = head
  for (const event of events) {
    const previousHash = hash
    sequence += 1
    hash = await linkHash(previousHash, event)
    linked.push({ ...event, sequence, previousHash, hash })
  }
  return linked
}
