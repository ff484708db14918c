// What isolates tell of nobody, into the database: each tally once by its id, and of their samples no
// more than a sample: each isolate has sampled for itself, so what goes beyond is counted here as well.

import type { AuditEvent } from '../../audit/event.ts'
import {
  countsOf,
  MINUTE_MS,
  SampleBound,
  type NobodyCount,
  type Tally,
} from '../../audit/nobody.ts'
import type { Database } from './database.ts'
import { packed } from './texts.ts'

const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** A tally that comes later is not taken: it may have been, and its id forgotten. */
export const TALLY_TAKEN_FOR_MS = DAY_MS
/** Counts by minute are kept so long; their sums by day (usage_daily, refusals_daily) stay. */
export const NOBODY_RETENTION_MS = 30 * DAY_MS
/** Rows removed of each table by one run of the cron. */
const PRUNED_MAX_ROWS = 20_000

interface Tallied {
  /** Those that are new. */
  readonly fresh: readonly Tally[]
  /** How many came too late. */
  readonly late: number
  /** What is in the samples of their minutes. */
  readonly taken: readonly TakenRow[]
}

interface TakenRow {
  readonly minute: number
  readonly client_ip: string | null
  readonly events: number
}

/** What the database knows of these tallies and of the minutes that their events are of. */
export async function readTallied(
  db: Database,
  tallies: readonly Tally[],
  nowMs: number,
): Promise<Tallied> {
  const timely = tallies.filter(({ at }) => at >= nowMs - TALLY_TAKEN_FOR_MS)
  const late = tallies.length - timely.length
  if (timely.length === 0) return { fresh: [], late, taken: [] }
  const minutes = new Set(timely.flatMap(({ events }) => events.map(minuteOf)))
  const [known, taken] = await db.batch<Record<string, unknown>>([
    db
      .prepare(
        `SELECT id FROM nobody_tallies
         WHERE (at, id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?1))`,
      )
      .bind(JSON.stringify(timely.map(({ at, id }) => [at, id]))),
    db
      .prepare(
        `SELECT m.value AS minute, e.client_ip, count(*) AS events FROM json_each(?1) m
         CROSS JOIN audit_events e ON e.organization = '' AND e.at >= m.value * ${MINUTE_MS}
           AND e.at < (m.value + 1) * ${MINUTE_MS} AND e.decision = 'refused'
         GROUP BY 1, 2`,
      )
      .bind(JSON.stringify([...minutes])),
  ])
  const ids = new Set(known?.results.map(({ id }) => id))
  const fresh = timely.filter(({ id }) => !ids.has(id))
  return { fresh, late, taken: (taken?.results ?? []) as unknown as TakenRow[] }
}

/** Of new tallies: the events that are within the sample, and the counts of all that is not. */
export function sampled({ fresh, taken }: Tallied): {
  readonly kept: readonly AuditEvent[]
  readonly counts: readonly NobodyCount[]
} {
  const kept: AuditEvent[] = []
  const over: AuditEvent[] = []
  const takenIn = Map.groupBy(taken, ({ minute }) => minute)
  for (const [minute, events] of Map.groupBy(
    fresh.flatMap((tally) => tally.events),
    minuteOf,
  )) {
    const bound = new SampleBound()
    for (const row of takenIn.get(minute) ?? []) bound.has(minute, row.client_ip, row.events)
    for (const event of events) (bound.admits(event) ? kept : over).push(event)
  }
  return { kept, counts: [...fresh.flatMap(({ counts }) => counts), ...countsOf(over)] }
}

const TALLIES = `INSERT INTO nobody_tallies (at, id)
  SELECT value ->> 0, value ->> 1 FROM json_each(?1)`

const COUNTS = `INSERT INTO nobody_refusals (minute, reason, product, refused, last_at)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(?1) WHERE true
  ON CONFLICT (minute, reason, product) DO UPDATE SET
    refused = refused + excluded.refused, last_at = max(last_at, excluded.last_at)`

/** Statements for the batch that takes tallies in. */
export function tallyStatements(
  db: Database,
  fresh: readonly Tally[],
  counts: readonly NobodyCount[],
): D1PreparedStatement[] {
  const rows = counts.map((count) => [
    count.minute,
    count.reason,
    count.product ?? '',
    count.refused,
    count.lastAt,
  ])
  return [
    ...packed(fresh.map(({ at, id }) => [at, id])).map((text) => db.prepare(TALLIES).bind(text)),
    ...packed(rows).map((text) => db.prepare(COUNTS).bind(text)),
  ]
}

/** Forgets tallies that are not taken any more, and counts by minute that are old. */
export async function pruneNobody(db: Database, nowMs: number): Promise<void> {
  await db.batch([
    db
      .prepare(
        `DELETE FROM nobody_tallies WHERE (at, id) IN
           (SELECT at, id FROM nobody_tallies WHERE at < ?1 ORDER BY at LIMIT ${PRUNED_MAX_ROWS})`,
      )
      // An hour more than they are taken, for consumers whose clock is behind.
      .bind(nowMs - TALLY_TAKEN_FOR_MS - HOUR_MS),
    db
      .prepare(
        `DELETE FROM nobody_refusals WHERE (minute, reason, product) IN
           (SELECT minute, reason, product FROM nobody_refusals WHERE minute < ?1
            ORDER BY minute LIMIT ${PRUNED_MAX_ROWS})`,
      )
      .bind(Math.floor((nowMs - NOBODY_RETENTION_MS) / MINUTE_MS)),
  ])
}

function minuteOf({ at }: AuditEvent): number {
  return Math.floor(at / MINUTE_MS)
}
