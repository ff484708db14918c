// Where records come from: KV, else the D1 primary, which refills KV. Either may be stale or absent;
// the guard catches what is stale, and a store that does not answer is never taken for "unknown".

import { err, ok, type Result } from '../lib/result.ts'
import type { WaitUntil } from '../lib/wait-until.ts'
import {
  placeOf,
  RECORD_PLACES,
  recordFromRow,
  recordFromText,
  recordQuery,
  recordToText,
  type KeyRecord,
  type Lookup,
} from './record.ts'

/** A record from KV is not used past this age, so that a guard may forget fences after a day. */
export const KV_MAX_AGE_MS = 12 * 60 * 60 * 1000
const KV_TTL_SECONDS = KV_MAX_AGE_MS / 1000

export type StoreFailure = 'unknown' | 'unreadable' | 'unreachable'

/** What a Worker that reads records is bound to. */
export interface RecordStores {
  readonly DB: D1Database
  readonly RECORDS: KVNamespace
}

/** A record, and whether D1 was read for it. */
export interface Found {
  readonly record: KeyRecord
  readonly fresh: boolean
}

/** KV first, then D1. */
export async function findRecord(
  stores: RecordStores,
  lookup: Lookup,
  nowMs: number,
  waitUntil: WaitUntil,
): Promise<Result<Found, StoreFailure>> {
  const place = placeOf(lookup)
  const text = await stores.RECORDS.get(place).catch(() => null)
  const cached = text === null ? undefined : recordFromText(text, place)
  if (cached && cached.readAt <= nowMs && nowMs - cached.readAt < KV_MAX_AGE_MS) {
    return ok({ record: cached, fresh: false })
  }
  const read = await readRecord(stores, lookup, nowMs, waitUntil)
  return read.ok ? ok({ record: read.value, fresh: true }) : read
}

/** The D1 primary, past every cache: what a guard's `stale` asks for. KV is refilled. */
export async function readRecord(
  stores: RecordStores,
  lookup: Lookup,
  nowMs: number,
  waitUntil: WaitUntil,
): Promise<Result<KeyRecord, StoreFailure>> {
  const record = await peekRecord(stores, lookup, nowMs)
  if (record.ok) waitUntil(cacheRecord(stores, lookup, record.value))
  return record
}

/** The same without leaving a trace. */
export async function peekRecord(
  stores: Pick<RecordStores, 'DB'>,
  lookup: Lookup,
  nowMs: number,
): Promise<Result<KeyRecord, StoreFailure>> {
  let row: Record<string, unknown> | null
  try {
    const primary = stores.DB.withSession('first-primary')
    row = await primary.prepare(recordQuery(lookup.by)).bind(lookup.value).first()
  } catch (error) {
    console.error('D1 did not answer for a key record', error)
    return err('unreachable')
  }
  if (!row) return err('unknown')
  const record = recordFromRow(row, nowMs)
  return record ? ok(record) : err('unreadable')
}

/** Puts a record into KV. A failure costs a D1 read later and nothing else. */
export async function cacheRecord(
  stores: Pick<RecordStores, 'RECORDS'>,
  lookup: Lookup,
  record: KeyRecord,
): Promise<void> {
  const options = { expirationTtl: KV_TTL_SECONDS }
  const place = placeOf(lookup)
  await stores.RECORDS.put(place, recordToText(record, place), options).catch((error: unknown) =>
    console.warn('KV did not take a key record', error),
  )
}

/** KV takes so many keys at a time. */
const KV_PAGE = 100

/** A page of the records that KV holds, in no order; whatever is no record of ours is left out. */
export async function cachedRecords(
  { RECORDS }: Pick<RecordStores, 'RECORDS'>,
  cursor: string | null,
): Promise<{ readonly records: KeyRecord[]; readonly cursor: string | null }> {
  const page = await RECORDS.list({ prefix: RECORD_PLACES, limit: KV_PAGE, cursor })
  const names = page.keys.map(({ name }) => name)
  const values = names.length > 0 ? await RECORDS.get(names) : new Map<string, null>()
  const records = [...values].flatMap(([name, text]) => {
    const record = text === null ? undefined : recordFromText(text, name)
    return record ? [record] : []
  })
  return { records, cursor: page.list_complete ? null : page.cursor }
}
