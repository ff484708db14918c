// What comes of events besides themselves: the heads of their chains, usage, refusals by reason, and when
// each key was last used. Summed up here and written in the events' own transaction, so that each event
// counts once, and a thousand events of a key are a few rows to write instead of thousands.

import type { LinkedEvent } from './link.ts'
import { MINUTE_MS, type NobodyCount } from '../../audit/nobody.ts'
import type { Database } from './database.ts'
import { chainOf } from './row.ts'
import { packed } from './texts.ts'

type Cells = readonly (string | number)[]

/**
 * Statements for the batch that inserts the events, behind its insertions.
 * @param counts of requests that became no events: they are in the sums all the same.
 */
export function sumStatements(
  db: Database,
  events: readonly LinkedEvent[],
  counts: readonly NobodyCount[],
): D1PreparedStatement[] {
  // What people do is on record, and no usage.
  const calls = events.filter(({ actor }) => actor === null)
  return [
    ...each(db, HEADS, newestOf(events)),
    ...each(db, USAGE, [...usageOf(calls), ...counts.map(usageOfCount)]),
    ...each(db, REFUSALS, [...refusalsOf(calls), ...counts.map(refusalOfCount)]),
    ...each(db, LAST_USES, lastUsesOf(events)),
  ]
}

const HEADS = `INSERT INTO audit_heads (organization, sequence, hash)
  SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?1) WHERE true
  ON CONFLICT (organization) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash`

const USAGE = `INSERT INTO usage_daily (organization, key, product, day, requests, refused, credits)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6
  FROM json_each(?1) WHERE true
  ON CONFLICT (organization, day, key, product) DO UPDATE SET requests = requests + excluded.requests,
    refused = refused + excluded.refused, credits = credits + excluded.credits`

const REFUSALS = `INSERT INTO refusals_daily (organization, key, product, day, reason, refused, last_at)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6
  FROM json_each(?1) WHERE true
  ON CONFLICT (organization, day, key, product, reason) DO UPDATE SET
    refused = refused + excluded.refused, last_at = max(last_at, excluded.last_at)`

const LAST_USES = `INSERT INTO credential_usage (key, last_used_at)
  SELECT value ->> 0, value ->> 1 FROM json_each(?1) WHERE true
  ON CONFLICT (key) DO UPDATE SET last_used_at = excluded.last_used_at
    WHERE excluded.last_used_at > last_used_at`

function each(db: Database, sql: string, rows: readonly Cells[]): D1PreparedStatement[] {
  return packed(rows).map((text) => db.prepare(sql).bind(text))
}

function newestOf(events: readonly LinkedEvent[]): Cells[] {
  // In each chain the events stand in their order.
  const newest = new Map(events.map((event) => [chainOf(event), event]))
  return [...newest].map(([chain, { sequence, hash }]) => [chain, sequence, hash])
}

function usageOf(events: readonly LinkedEvent[]): Cells[] {
  return groups(events, accountOf).map(([account, some]) => [
    ...account,
    some.length,
    some.filter(({ decision }) => decision === 'refused').length,
    some.reduce((sum, { credits }) => sum + (credits ?? 0), 0),
  ])
}

function refusalsOf(events: readonly LinkedEvent[]): Cells[] {
  const refused = events.filter(({ decision }) => decision === 'refused')
  return groups(refused, (event) => [...accountOf(event), event.reason ?? '']).map(
    ([cells, some]) => [...cells, some.length, lastOf(some)],
  )
}

function usageOfCount(count: NobodyCount): Cells {
  return [...accountOfCount(count), count.refused, count.refused, 0]
}

function refusalOfCount(count: NobodyCount): Cells {
  return [...accountOfCount(count), count.reason, count.refused, count.lastAt]
}

function accountOfCount({ minute, product }: NobodyCount): Cells {
  return ['', '', product ?? '', dayOf(minute * MINUTE_MS)]
}

function lastUsesOf(events: readonly LinkedEvent[]): Cells[] {
  const recognised = events.filter(({ key }) => key !== null)
  return groups(recognised, ({ key }) => [key ?? '']).map(([key, some]) => [...key, lastOf(some)])
}

/** Organization, key, product and day, as usage is kept. */
function accountOf(event: LinkedEvent): Cells {
  return [chainOf(event), event.key ?? '', event.product ?? '', dayOf(event.at)]
}

/** UTC, YYYY-MM-DD. */
function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

function groups(
  events: readonly LinkedEvent[],
  cellsOf: (event: LinkedEvent) => Cells,
): [Cells, LinkedEvent[]][] {
  const byName = Map.groupBy(events, (event) => JSON.stringify(cellsOf(event)))
  return [...byName].map(([name, some]) => [JSON.parse(name) as Cells, some])
}

function lastOf(events: readonly LinkedEvent[]): number {
  return events.reduce((last, { at }) => Math.max(last, at), 0)
}
