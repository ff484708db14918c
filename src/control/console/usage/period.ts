// The period of which usage is shown: days of UTC, both ends included.

import type { Fault } from '../kit/fault.ts'

export interface Period {
  /** YYYY-MM-DD. */
  readonly from: string
  readonly to: string
}

/** The periods that are offered, in days. */
export const PERIODS = [7, 30, 90] as const
const USUAL_DAYS = 30
/** A chart of more days cannot be read, nor sent in a small page. */
const PERIOD_MAX_DAYS = 92
const DAY_MS = 86_400_000

/** The last so many days, today included. */
export function lastDays(days: number, nowMs: number): Period {
  return { from: dayOf(nowMs - (days - 1) * DAY_MS), to: dayOf(nowMs) }
}

/** The period that was asked for by its ends; the usual one where neither is named. */
export function readPeriod(
  from: string,
  to: string,
  nowMs: number,
): { period: Period; fault?: undefined } | { period: Period; fault: Fault } {
  const usual = lastDays(USUAL_DAYS, nowMs)
  if (from === '' && to === '') return { period: usual }
  const wrong = (field: string, sentence: string) => ({
    period: usual,
    fault: { field, sentence },
  })
  const asked = { from: from || beginningFor(to), to: to || usual.to }
  for (const field of ['from', 'to'] as const) {
    if (!isDay(asked[field])) return wrong(field, 'must be a date, such as 2026-11-22')
  }
  if (asked.from > asked.to) return wrong('to', 'must not be before the first day')
  if (daysOf(asked).length > PERIOD_MAX_DAYS) {
    return wrong('from', `choose at most ${PERIOD_MAX_DAYS} days at once`)
  }
  return { period: asked }
}

/** Where the last day alone is named, the usual number of days ends with it. */
function beginningFor(to: string): string {
  return isDay(to) ? lastDays(USUAL_DAYS, Date.parse(to)).from : to
}

/** All days of a period, in order, one more than PERIOD_MAX_DAYS at most. */
export function daysOf({ from, to }: Period): string[] {
  const days: string[] = []
  for (let at = Date.parse(from); days.length <= PERIOD_MAX_DAYS; at += DAY_MS) {
    const day = dayOf(at)
    if (day > to) break
    days.push(day)
  }
  return days
}

/** The first millisecond of the period and the first after it. */
export function msOf({ from, to }: Period): { from: number; to: number } {
  return { from: Date.parse(from), to: Date.parse(to) + DAY_MS }
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

/** Also a day that its month has: some others are read as one of the next month. */
function isDay(text: string): boolean {
  const ms = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : NaN
  return !Number.isNaN(ms) && dayOf(ms) === text
}
