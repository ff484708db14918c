// The calendar's periods, in UTC, and the one that never ends. What is spent in a period is counted under
// its label, so that a clock which was wrong for a while has counted in another one only.

/** `balance`: what was ever granted, less what was ever spent. */
export type Period = 'day' | 'month' | 'balance'

/** `2026-11-28`, `2026-11`, or `ever`. */
export function labelOf(period: Period, timeMs: number): string {
  if (period === 'balance') return 'ever'
  return new Date(timeMs).toISOString().slice(0, period === 'day' ? 10 : 7)
}

/** When the period of a time ends (Unix ms); Infinity: never. */
export function endOf(period: Period, timeMs: number): number {
  if (period === 'balance') return Infinity
  const at = new Date(timeMs)
  const day = period === 'day' ? at.getUTCDate() + 1 : 1
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + (period === 'month' ? 1 : 0), day)
}

/** When the period of a label has ended (Unix ms). */
export function endOfLabel(label: string): number {
  if (label === 'ever') return Infinity
  const start = Date.parse(label)
  return endOf(label.length === 10 ? 'day' : 'month', start)
}

/** Milliseconds until the period ends; Infinity: it does not. */
export function msLeft(period: Period, timeMs: number): number {
  return endOf(period, timeMs) - timeMs
}
