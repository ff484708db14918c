// How often what is open is decided about again.

export interface WatchTimes {
  /** So old may the guard's last word be before it is asked again. */
  readonly everyMs: number
  /** So long is it asked without an answer before the connection ends. */
  readonly patienceMs: number
}

/**
 * Together with what peers have for closing (web-socket.ts): whatever a change that is in force ends is
 * closed within 30 seconds, also when guard or peers do not answer.
 */
export const WATCH: WatchTimes = { everyMs: 12_000, patienceMs: 11_000 }
