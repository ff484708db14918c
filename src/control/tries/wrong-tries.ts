// How many wrong tries are too many: ten within any minute. Pure; times are Unix milliseconds, the
// oldest first.

/** So many wrong tries within the period hold the next one, right or wrong. */
export const WRONG_MAX = 10
export const PERIOD_MS = 60_000

/** Until when tries are held; 0 where they are not. What is held is no try, and prolongs nothing. */
export function heldUntil(wrong: readonly number[], nowMs: number): number {
  const [first] = wrong.slice(-WRONG_MAX)
  if (wrong.length < WRONG_MAX || first === undefined) return 0
  const until = first + PERIOD_MS
  return until > nowMs ? until : 0
}

/** With one more; no more than count are kept. */
export function withWrong(wrong: readonly number[], nowMs: number): number[] {
  return [...wrong, nowMs].slice(-WRONG_MAX)
}
