// Events into the database: each exactly once, each linked to the one before it in its organization.
// What is there already is left out; the rest goes in in one transaction. The database refuses a row
// that does not follow the head of its chain: whoever loses that race reads and links again.

import type { AuditEvent } from '../../audit/event.ts'
import type { Database } from './database.ts'
import { GENESIS, link, type Anchor, type LinkedEvent } from './link.ts'
import type { Tally } from '../../audit/nobody.ts'
import { readTallied, sampled, tallyStatements } from './tallies.ts'
import { chainOf, COLUMNS, STORED, valuesOf } from './row.ts'
import { sumStatements } from './sums.ts'
import { packed } from './texts.ts'
import { sleep } from '../../lib/sleep.ts'

/** Attempts against other consumers, each of which loses only to one that has won. */
const MAX_RACES = 10
/** Attempts against a database that does not answer; then the queue's own delay is better. */
const MAX_FAILURES = 2
const PAUSE_MS = 20

export interface Recorded {
  readonly linked: readonly LinkedEvent[]
  /** Were there already, or came twice. */
  readonly duplicates: number
  /** From before what retention has removed of their chain: they may have been among it. */
  readonly expired: number
  /** Of nobody, and counted only. */
  readonly counted: number
}

interface Known {
  readonly ids: ReadonlySet<string>
  readonly heads: ReadonlyMap<string, Anchor>
  readonly cutoffs: ReadonlyMap<string, number>
}

/**
 * Inserts what is new.
 * @throws what D1 threw; then nothing was inserted, or everything and it could not say so. Either way
 *   it is safe to try again.
 */
export async function record(
  db: Database,
  events: readonly AuditEvent[],
  tallies: readonly Tally[] = [],
): Promise<Recorded> {
  const byId = new Map(events.map((event) => [event.id, event]))
  const talliesById = new Map(tallies.map((tally) => [tally.id, tally]))
  const repeated = events.length - byId.size
  for (let attempt = 1; ; attempt++) {
    try {
      const recorded = await recordOnce(db, [...byId.values()], [...talliesById.values()])
      return { ...recorded, duplicates: recorded.duplicates + repeated }
    } catch (error) {
      if (attempt >= (isRace(error) ? MAX_RACES : MAX_FAILURES)) throw error
      await sleep(Math.random() * PAUSE_MS * 2 ** Math.min(attempt, 6))
    }
  }
}

/** The database answered, and refused what it was given. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Error && /constraint/i.test(error.message)
}

/** It refused because another consumer was first, in the words of `audit_event_follows` or SQLite. */
function isRace(error: unknown): boolean {
  return isRefusal(error) && /follows the newest|UNIQUE/.test((error as Error).message)
}

async function recordOnce(
  db: Database,
  certain: readonly AuditEvent[],
  tallies: readonly Tally[],
): Promise<Recorded> {
  const tallied = await readTallied(db, tallies, Date.now())
  const { kept, counts } = sampled(tallied)
  const events = [...certain, ...kept]
  if (events.length === 0 && tallied.fresh.length === 0) {
    return { linked: [], duplicates: 0, expired: tallied.late, counted: 0 }
  }
  const known = await readKnown(db, events)
  const unknown = events.filter(({ id }) => !known.ids.has(id))
  const fresh = unknown.filter((event) => event.at >= (known.cutoffs.get(chainOf(event)) ?? 0))
  const linked: LinkedEvent[] = []
  for (const [chain, ofChain] of Map.groupBy(fresh, chainOf)) {
    const inOrder = ofChain.toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
    linked.push(...link(known.heads.get(chain) ?? GENESIS, inOrder))
  }
  const statements = [
    ...insertions(db, linked),
    ...sumStatements(db, linked, counts),
    ...tallyStatements(db, tallied.fresh, counts),
  ]
  if (statements.length > 0) await db.batch(statements)
  return {
    linked,
    duplicates: events.length - unknown.length,
    expired: unknown.length - fresh.length + tallied.late,
    counted: counts.reduce((sum, { refused }) => sum + refused, 0),
  }
}

/** What the database knows of these events, at one time: retention may be at work beside us. */
async function readKnown(db: Database, events: readonly AuditEvent[]): Promise<Known> {
  const among = (sql: string, values: readonly string[]): D1PreparedStatement =>
    db.prepare(`${sql} IN (SELECT value FROM json_each(?1))`).bind(JSON.stringify(values))
  const ids = events.map(({ id }) => id)
  const chains = [...new Set(events.map(chainOf))]
  const [known, heads, checkpoints] = await db.batch<Record<string, unknown>>([
    among('SELECT id FROM audit_events WHERE id', ids),
    among('SELECT organization, sequence, hash FROM audit_heads WHERE organization', chains),
    among('SELECT organization, cutoff FROM audit_checkpoints WHERE organization', chains),
  ])
  const cutoffs = [...byChain<{ readonly cutoff: number }>(checkpoints)]
  return {
    ids: new Set(known?.results.map(({ id }) => id as string)),
    heads: byChain<Anchor>(heads),
    cutoffs: new Map(cutoffs.map(([chain, { cutoff }]) => [chain, cutoff])),
  }
}

function byChain<T>(result: D1Result | undefined): Map<string, T> {
  const rows = (result?.results ?? []) as readonly (T & { readonly organization: string })[]
  return new Map(rows.map((row) => [row.organization, row]))
}

const EVENTS = `INSERT INTO audit_events (${STORED.map((member) => COLUMNS[member]).join(', ')})
  SELECT ${STORED.map((_member, i) => `value ->> ${i}`).join(', ')}
  FROM json_each(?1) ORDER BY json_each.key`

/** The event is new: what is there under its id was put there by hand. */
const ACTORS = `INSERT INTO audit_actors (id, actor)
  SELECT value ->> 0, value ->> 1 FROM json_each(?1) WHERE true
  ON CONFLICT (id) DO UPDATE SET actor = excluded.actor`

/** Statements that insert rows in the order given, each with one bound text however many they are. */
function insertions(db: Database, events: readonly LinkedEvent[]): D1PreparedStatement[] {
  const actors = events.filter(({ actor }) => actor !== null).map(({ id, actor }) => [id, actor])
  return [
    ...packed(events.map(valuesOf)).map((rows) => db.prepare(EVENTS).bind(rows)),
    ...packed(actors).map((rows) => db.prepare(ACTORS).bind(rows)),
  ]
}
