// Rows of usage summed up by key, product or day: what both the chart and the table show.

import type { Sums } from './read.ts'

export const GROUPS = { day: 'Day', key: 'Key', product: 'Product' } as const
export type Group = keyof typeof GROUPS

export interface Bar {
  /** A day, or the id of a key or product; empty: no product was met. */
  readonly id: string
  readonly requests: number
  readonly refused: number
  readonly credits: number
}

export function isGroup(text: string | undefined): text is Group {
  return text !== undefined && Object.hasOwn(GROUPS, text)
}

/** By day: every day of the period, the oldest first. Else: the most requests first. */
export function groupUsage(
  rows: readonly Sums[],
  group: Group,
  days: readonly string[],
): readonly Bar[] {
  const bars = new Map(group === 'day' ? days.map((day) => [day, emptyBar(day)]) : [])
  for (const row of rows) {
    const id = idOf(row, group)
    bars.set(id, plus(bars.get(id) ?? emptyBar(id), row))
  }
  const all = [...bars.values()]
  return group === 'day' ? all : all.toSorted((a, b) => b.requests - a.requests)
}

/** What all rows come to. */
export function totalOf(rows: readonly Sums[]): Bar {
  return rows.reduce(plus, emptyBar(''))
}

function idOf({ day, key_id, product }: Sums, group: Group): string {
  return (group === 'day' ? day : group === 'key' ? key_id : product) ?? ''
}

function emptyBar(id: string): Bar {
  return { id, requests: 0, refused: 0, credits: 0 }
}

function plus(bar: Bar, { requests, refused, credits }: Sums | Bar): Bar {
  return {
    id: bar.id,
    requests: bar.requests + requests,
    refused: bar.refused + refused,
    credits: bar.credits + credits,
  }
}
