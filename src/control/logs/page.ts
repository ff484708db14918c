// Pages by key, not by number: a cursor names the last item that was seen, so that what is inserted
// or removed meanwhile neither repeats nor hides another.

import { base64url } from 'jose'

import { err, ok, type Result } from '../../lib/result.ts'

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export const PAGE_MAX = 200
export const PAGE_DEFAULT = 50

export interface Page<T> {
  readonly items: readonly T[]
  /** Opaque; null on the last page. */
  readonly cursor: string | null
}

export interface PageOptions {
  /** 1 to 200; what is outside becomes the nearest. */
  readonly limit?: number | undefined
  readonly cursor?: string | undefined
}

export type Place = readonly (string | number)[]

/** The limit in force. */
export function limitOf({ limit = PAGE_DEFAULT }: PageOptions): number {
  return Number.isInteger(limit) ? Math.min(Math.max(limit, 1), PAGE_MAX) : PAGE_DEFAULT
}

/** Of rows read with a limit of one more than the page's: the page, and where the next begins. */
export function pageOf<T>(rows: readonly T[], limit: number, placeOf: (row: T) => Place): Page<T> {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  const more = rows.length > limit && last !== undefined
  return { items, cursor: more ? writeCursor(placeOf(last)) : null }
}

/** Where a page ended, as text that `readCursor` reads. */
export function writeCursor(place: Place): string {
  return base64url.encode(JSON.stringify(place))
}

/**
 * Reads a cursor that `pageOf` or `writeCursor` has written.
 * @param form the types of the place's members.
 */
export function readCursor(
  cursor: string,
  form: readonly ('string' | 'number')[],
): Result<Place, 'cursor_invalid'> {
  try {
    const place: unknown = JSON.parse(UTF8.decode(base64url.decode(cursor)))
    if (Array.isArray(place) && place.length === form.length) {
      if (place.every((member, i) => typeof member === form[i])) return ok(place as Place)
    }
  } catch {
    // Not one of ours, as below.
  }
  return err('cursor_invalid')
}
