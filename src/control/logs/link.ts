// How events hang together: each row's hash covers the hash before it and the event itself, so that
// what is done to one row shows in it or in the next (schema.sql, "Accounts", says what does not).

import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'

import type { AuditEvent } from '../../audit/event.ts'
import { FIELDS } from '../../audit/message.ts'

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

/** The members before there were actors. */
const WITHOUT_ACTOR = FIELDS.filter((field) => field !== 'actor')

/**
 * JSON without spaces, members in the order of `FIELDS`, null where there is nothing; only `actor` is
 * left out then, so that what was hashed before there were actors still holds.
 */
export function canonicalJson(event: AuditEvent): string {
  return JSON.stringify(event, [...(event.actor === null ? WITHOUT_ACTOR : FIELDS)])
}

/**
 * `hex(SHA-256(previousHash || "\n" || canonicalJson(event)))`. Each hash waits for the one before it,
 * so that the runtime's asynchronous digest would take a turn of the event loop for each.
 */
export function linkHash(previousHash: string, event: AuditEvent): string {
  return chained(previousHash, canonicalJson(event))
}

/**
 * Whether a row is what was hashed. Where `actor` was a column, it was hashed as null too: that is the
 * same event, so nothing else passes for it.
 */
export function hashHolds(row: LinkedEvent): boolean {
  const { previousHash, hash } = row
  return (
    linkHash(previousHash, row) === hash ||
    (row.actor === null && chained(previousHash, JSON.stringify(row, [...FIELDS])) === hash)
  )
}

function chained(previousHash: string, json: string): string {
  return bytesToHex(sha256(utf8ToBytes(`${previousHash}\n${json}`)))
}

/** Links events of one organization, in the order given, behind a head. */
export function link(head: Anchor, events: readonly AuditEvent[]): readonly LinkedEvent[] {
  const linked: LinkedEvent[] = []
  let { sequence, hash } = head
  for (const event of events) {
    const previousHash = hash
    sequence += 1
    hash = linkHash(previousHash, event)
    linked.push({ ...event, sequence, previousHash, hash })
  }
  return linked
}
