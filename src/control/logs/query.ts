// Looking events up: by all that they hold, newest first, and always within one organization. The index
// of a request id, a service user, a key or the organization serves the query; everything else is
// checked on its rows, one after the other, from `to` down to `from`.

import type { Environment, Kind } from '../../catalog/define.ts'
import { ok, type Result } from '../../lib/result.ts'
import { CSV_HEADER, csvRow } from './csv.ts'
import type { Decision } from '../../audit/event.ts'
import type { LinkedEvent } from './link.ts'
import {
  limitOf,
  PAGE_MAX,
  pageOf,
  readCursor,
  type Page,
  type PageOptions,
  type Place,
} from './page.ts'
import type { Database } from './database.ts'
import { ACTOR, eventOfRow, SELECT_LIST } from './row.ts'

/** All that is given must hold; what is left out may be anything. Names are the columns', where there are. */
export interface EventFilter {
  /** Null: the events that belong to no organization. */
  readonly organization: string | null
  readonly key?: string | undefined
  readonly kind?: Kind | undefined
  readonly service_user?: string | undefined
  readonly source_system?: string | undefined
  readonly environment?: Environment | undefined
  /** The environment to which the one who asks is confined. */
  readonly confined?: Environment | undefined
  /** `person`: what operators and people did; `credential`: all other calls. */
  readonly caller?: 'credential' | 'person' | undefined
  readonly actor?: string | undefined
  readonly product?: string | undefined
  readonly route?: string | undefined
  readonly method?: string | undefined
  /** What the path begins with. */
  readonly path?: string | undefined
  readonly decision?: Decision | undefined
  readonly reason?: string | undefined
  /** The lowest and the highest. */
  readonly status?: readonly [number, number] | undefined
  readonly client_ip?: string | undefined
  /** So many or more. */
  readonly credits?: number | undefined
  /** So many milliseconds or more. */
  readonly upstream_ms?: number | undefined
  readonly request_id?: string | undefined
  /** Unix milliseconds: from this time on. */
  readonly from?: number | undefined
  /** Unix milliseconds: before this time. */
  readonly to?: number | undefined
}

const PLACE = ['number', 'string'] as const
/** Columns that must be what is asked. */
const EQUAL = [
  ...(['key', 'kind', 'service_user', 'source_system', 'environment', 'product'] as const),
  ...(['route', 'method', 'decision', 'reason', 'client_ip'] as const),
]
/** The narrowest first: its index serves the query, and a `+` keeps the planner from the others. */
const INDEXED = ['request_id', 'service_user', 'key', 'organization'] as const

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
      `SELECT ${SELECT_LIST} FROM audit_events ${where} ORDER BY at DESC, id DESC LIMIT ${limit}`,
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
  const { organization, request_id, from, to, confined, caller, actor } = filter
  const { path, status, credits, upstream_ms } = filter
  add(`${narrowest === 'organization' ? '' : '+'}organization = ?`, organization ?? '')
  if (request_id !== undefined) add('id = ?', request_id)
  for (const name of EQUAL) {
    const value = filter[name]
    if (value === undefined) continue
    const plus = name === narrowest || !(INDEXED as readonly string[]).includes(name) ? '' : '+'
    add(`${plus}${name} = ?`, value)
  }
  if (confined !== undefined) add('environment = ?', confined)
  if (caller !== undefined) add(`${ACTOR} IS ${caller === 'person' ? 'NOT NULL' : 'NULL'}`)
  if (actor !== undefined) add(`${ACTOR} = ?`, actor)
  if (path !== undefined) add('substr(path, 1, length(?)) = ?', path, path)
  if (status !== undefined) add('status BETWEEN ? AND ?', ...status)
  if (credits !== undefined) add('credits >= ?', credits)
  if (upstream_ms !== undefined) add('upstream_ms >= ?', upstream_ms)
  if (from !== undefined) add('at >= ?', from)
  if (to !== undefined) add('at < ?', to)
  if (after) add('(at, id) < (?, ?)', ...after)
  return { where: `WHERE ${clauses.join(' AND ')}`, values }
}
