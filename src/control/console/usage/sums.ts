// The sums of usage as the API gives them, and what they come to.

import type { AnswerOf } from '../../client/client.ts'

/** A page of sums. */
export type UsagePage = AnswerOf<'getUsage'>

/** A sum, with the groups that were asked for. */
export type Sums = UsagePage['items'][number]

/** What is counted. */
export type Counts = Pick<Sums, 'requests' | 'refused' | 'credits'>

export function totalOf(rows: readonly Counts[]): Counts {
  const sumOf = (name: keyof Counts): number => rows.reduce((sum, row) => sum + row[name], 0)
  return { requests: sumOf('requests'), refused: sumOf('refused'), credits: sumOf('credits') }
}
