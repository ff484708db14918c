// Sums of usage by key, product or day: what both the chart and the table show.

import type { Counts, Sums } from './sums.ts'

export const GROUPS = { day: 'Day', key: 'Key', product: 'Product' } as const
export type Group = keyof typeof GROUPS

export interface Bar extends Counts {
  /** A day, or the id of a key or product; empty: none was met. */
  readonly id: string
}

export function isGroup(text: string | undefined): text is Group {
  return text !== undefined && Object.hasOwn(GROUPS, text)
}

/** By day: every day of the period, the oldest first. Else: as they came. */
export function barsOf(
  rows: readonly Sums[],
  group: Group,
  days: readonly string[],
): readonly Bar[] {
  const bars = rows.map((row) => barOf(row, group))
  if (group !== 'day') return bars
  const byDay = new Map(bars.map((bar) => [bar.id, bar]))
  return days.map((day) => byDay.get(day) ?? { id: day, requests: 0, refused: 0, credits: 0 })
}

function barOf({ day, key_id, product, requests, refused, credits }: Sums, group: Group): Bar {
  const id = (group === 'day' ? day : group === 'key' ? key_id : product) ?? ''
  return { id, requests, refused, credits }
}
