// Where records come from: KV, else the D1 primary, which refills KV. Either may be stale or absent;
// the guard catches what is stale, and a store that does not answer is never taken for "unknown".

import type { Bindings } from '../bindings.ts'
import { err, ok } from '../result.ts'
import type { Result } from '../result.ts'
import { recordFromRow, recordQuery } from './record.ts'
import type { KeyRecord, Lookup } from './record.ts'

/** A record from KV is not used past this age, so that a guard may forget fences after a day. */
export const KV_MAX_AGE_MS = 12 * 60 * 60 * 1000
const KV_TTL_SECONDS = KV_MAX_AGE_MS / 1000
/** Raised when the record's form changes, so that no version reads another's. */
const KV_VERSION = 'record:1:'

export type StoreFailure = 'unknown' | 'unreadable' | 'unreachable'

type Stores = Pick<Bindings, 'DB' | 'RECORDS'>
/** Lets a write outlive the answer. */
export type WaitUntil = (work: Promise<unknown>) => void

/** KV first, then D1. */
export async function findRecord(
  stores: Stores,
  lookup: Lookup,
  nowMs: number,
  waitUntil: WaitUntil,
): Promise<Result<KeyRecord, StoreFailure>> {
  const cached = await stores.RECORDS.get<KeyRecord>(kvKey(lookup), 'json').catch(() => null)
  if (cached && cached.readAt <= nowMs && nowMs - cached.readAt < KV_MAX_AGE_MS) return ok(cached)
  return await readRecord(stores, lookup, nowMs, waitUntil)
}

/** The D1 primary, past every cache: what a guard's `stale` asks for. KV is refilled. */
export async function readRecord(
  stores: Stores,
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
  stores: Pick<Stores, 'DB'>,
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
  stores: Pick<Stores, 'RECORDS'>,
  lookup: Lookup,
  record: KeyRecord,
): Promise<void> {
  const options = { expirationTtl: KV_TTL_SECONDS }
  await stores.RECORDS.put(kvKey(lookup), JSON.stringify(record), options).catch((error: unknown) =>
    console.warn('KV did not take a key record', error),
  )
}

function kvKey(lookup: Lookup): string {
  return `${KV_VERSION}${lookup.by}:${lookup.value}`
}
