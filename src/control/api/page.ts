// Pages of the API's lists: `limit` and `cursor` as they are asked for, `next_cursor` as it is answered.

import { z } from '@hono/zod-openapi'

import * as places from '../logs/page.ts'
import { invalid } from './problem.ts'

export const { PAGE_MAX } = places

export const PageQuery = {
  limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(places.PAGE_DEFAULT),
  cursor: z
    .string()
    .max(400)
    .optional()
    .openapi({ description: '`next_cursor` of the page before' }),
}

export interface Place {
  /** Or whatever time the list is ordered by. */
  readonly createdAt: number
  readonly id: string
}

/** A cursor that is none of ours. */
export const cursorInvalid = () => invalid('cursor', 'must be the next_cursor of an earlier page')

/** The place that a cursor names. @throws Problem 400 where it is none of ours. */
export function readCursor(cursor: string | undefined): Place | undefined {
  if (cursor === undefined) return undefined
  const place = places.readCursor(cursor, ['number', 'string'])
  if (!place.ok) throw cursorInvalid()
  const [createdAt, id] = place.value as readonly [number, string]
  return { createdAt, id }
}

/** Cuts one row more than asked for down to a page, with the cursor of the next one. */
export function pageOf<T extends { id: string; created_at: number }>(
  rows: readonly T[],
  limit: number,
  timeOf: (row: T) => number | null = ({ created_at }) => created_at,
): { items: T[]; next_cursor: string | null } {
  const { items, cursor } = places.pageOf(rows, limit, (row) => [timeOf(row) ?? 0, row.id])
  return { items: [...items], next_cursor: cursor }
}
