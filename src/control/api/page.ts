// Cursor pages: stable while rows are added, opaque to the caller.

import { z } from '@hono/zod-openapi'

import { invalid } from './problem.ts'

export const PAGE_MAX = 200

export const PageQuery = {
  limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(50),
  cursor: z
    .string()
    .max(200)
    .optional()
    .openapi({ description: '`next_cursor` of the page before' }),
}

export interface Place {
  /** Or whatever time the list is ordered by. */
  readonly createdAt: number
  readonly id: string
}

/** The place that a cursor names. @throws Problem 400 where it is none of ours. */
export function readCursor(cursor: string | undefined): Place | undefined {
  if (cursor === undefined) return undefined
  const match = /^(\d{1,16})\.([0-9A-Za-z_-]{1,80})$/.exec(cursor)
  if (!match?.[2]) throw invalid('cursor', 'must be the next_cursor of an earlier page')
  return { createdAt: Number(match[1]), id: match[2] }
}

/** Cuts one row more than asked for down to a page, with the cursor of the next one. */
export function pageOf<T extends { id: string; created_at: number }>(
  rows: readonly T[],
  limit: number,
  timeOf: (row: T) => number | null = ({ created_at }) => created_at,
): { items: T[]; next_cursor: string | null } {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  const more = rows.length > limit && last !== undefined
  return { items, next_cursor: more ? `${timeOf(last) ?? 0}.${last.id}` : null }
}
