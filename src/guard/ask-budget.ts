// How often the guard of one key is asked about refusals by one isolate. A single caller's refusal is
// always made sure of, so that what has just been allowed counts on the very next request; a flood of
// refusals is answered from memory beyond this.

/** Questions a second, of one isolate about one key. */
export const ASKS_PER_SECOND = 20

export class AskBudget {
  private second = 0
  private asked = 0

  /** Whether to ask once more at this time (Unix ms). */
  take(nowMs: number): boolean {
    const second = Math.floor(nowMs / 1000)
    if (second !== this.second) {
      this.second = second
      this.asked = 0
    }
    this.asked += 1
    return this.asked <= ASKS_PER_SECOND
  }
}
