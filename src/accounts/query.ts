// Looking events up: by who, what and when, newest first. The caller says whose events may be seen:
// a tenant's filter always has its organization.

import type { Environment } from '../catalog/define.ts'
import { ok } from '../result.ts'
import type { Result } from '../result.ts'
import { CSV_HEADER, csvRow } from './csv.ts'
import type { Decision } from './event.ts'
import type { LinkedEvent } from './link.ts'
import { limitOf, PAGE_MAX, pageOf, readCursor } from './page.ts'
import type { Page, PageOptions, Place } from './page.ts'
import type { Database } from './record.ts'
import { COLUMN_LIST, COLUMNS, eventOfRow } from './row.ts'

/** All that is given must hold; what is left out may be anything. */
export interface EventFilter {
  /** Null: the events that belong to no organization. */
  readonly organization?: string | null | undefined
  readonly key?: string | undefined
  readonly serviceUser?: string | undefined
  readonly sourceSystem?: string | undefined
  readonly environment?: Environment | undefined
  readonly decision?: Decision | undefined
  readonly reason?: string | undefined
  readonly product?: string | undefined
  readonly requestId?: string | undefined
  /** Unix milliseconds: from this time on. */
  readonly from?: number | undefined
  /** Unix milliseconds: before this time. */
  readonly to?: number | undefined
}

const PLACE = ['number', 'string'] as const
/** The narrowest first: its index serves the query, and a `+` keeps the planner from the others. */
const INDEXED = ['requestId', 'serviceUser', 'key', 'organization'] as const

/** A page of events, newest first. An event that comes late may not show in pages already seen. */
export async function searchEvents(
  db: Database,
  filter: EventFilter,
  options: PageOptions = {},
): Promise<Result<Page<LinkedEvent>, 'cursor_invalid'>> {
  const limit = limitOf(options)
  let after: Place | undefined
  if (options.cursor !== undefined) {
    const place = readCursor(options.cursor, PLACE)
    if (!place.ok) return place
    after = place.value
  }
  return ok(pageOf(await readEvents(db, filter, after, limit + 1), limit, placeOf))
}

/**
 * All events that match, as CSV: one page of the database at a time, as fast as it is read. It ends
 * with an error, not early, when the database fails on the way.
 */
export function csvOf(db: Database, filter: EventFilter): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let after: Place | undefined
  return new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(encoder.encode(CSV_HEADER))
    },
    async pull(controller) {
      const events = await readEvents(db, filter, after, PAGE_MAX)
      const last = events.at(-1)
      if (last) {
        after = placeOf(last)
        controller.enqueue(encoder.encode(events.map(csvRow).join('')))
      }
      if (events.length < PAGE_MAX) controller.close()
    },
  })
}

function placeOf({ at, id }: LinkedEvent): Place {
  return [at, id]
}

async function readEvents(
  db: Database,
  filter: EventFilter,
  after: Place | undefined,
  limit: number,
): Promise<LinkedEvent[]> {
  const { where, values } = conditions(filter, after)
  const { results } = await db
    .prepare(
      `SELECT ${COLUMN_LIST} FROM audit_events ${where} ORDER BY at DESC, id DESC LIMIT ${limit}`,
    )
    .bind(...values)
    .all()
  return results.map(eventOfRow)
}

function conditions(
  filter: EventFilter,
  after: Place | undefined,
): { where: string; values: (string | number)[] } {
  const clauses: string[] = []
  const values: (string | number)[] = []
  const add = (clause: string, ...bound: readonly (string | number)[]): void => {
    clauses.push(clause)
    values.push(...bound)
  }
  const narrowest = INDEXED.find((name) => filter[name] !== undefined)
  const { organization, from, to, requestId, ...others } = filter
  if (organization !== undefined) {
    add(`${narrowest === 'organization' ? '' : '+'}organization = ?`, organization ?? '')
  }
  if (requestId !== undefined) add('id = ?', requestId)
  for (const [name, value] of Object.entries(others)) {
    if (value === undefined) continue
    const plus = name === narrowest || !(INDEXED as readonly string[]).includes(name) ? '' : '+'
    add(`${plus}${COLUMNS[name as keyof typeof others]} = ?`, value)
  }
  if (from !== undefined) add('at >= ?', from)
  if (to !== undefined) add('at < ?', to)
  if (after) add('(at, id) < (?, ?)', ...after)
  return { where: clauses.length > 0 ? `WHERE ${clauses.join(' AND ')}` : '', values }
}
