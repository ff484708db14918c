// What the API and the console remember for a time only, removed by the cron.

import type { Bindings } from '../../../config/bindings.ts'
import { IDEMPOTENCY_TTL_MS } from '../idempotency.ts'

/** How long a change can be asked for. */
export const CHANGE_TTL_MS = 7 * 24 * 60 * 60 * 1000

/** Removes the rows that are too old. Safe to run twice and side by side. */
export async function deleteExpired({ DB }: Pick<Bindings, 'DB'>, nowMs: number): Promise<void> {
  await DB.batch([
    DB.prepare('DELETE FROM changes WHERE created_at < ?1').bind(nowMs - CHANGE_TTL_MS),
    DB.prepare('DELETE FROM idempotency_keys WHERE created_at < ?1').bind(
      nowMs - IDEMPOTENCY_TTL_MS,
    ),
    DB.prepare('DELETE FROM console_sessions WHERE expires_at < ?1').bind(nowMs),
  ])
}
