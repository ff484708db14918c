// How often the guard of one key is asked about refusals by one isolate. A single caller's refusal is
// always made sure of, so that what has just been allowed counts on the very next request; a flood of
// refusals is answered from memory beyond this. Who is refused from memory while somebody asks waits
// for that answer, so that a burst after a change is not refused for being one.

/** Questions a second, of one isolate about one key. */
export const ASKS_PER_SECOND = 20
/** So long another request's question is waited for. */
const SHARE_MS = 1_000

export class AskBudget {
  private second = 0
  private asked = 0
  private underWay: Promise<boolean> | undefined
  private found = false

  /** Whether to ask once more at this time (Unix ms): the clock's, not that of the request's begin. */
  take(nowMs: number): boolean {
    const second = Math.floor(nowMs / 1000)
    if (second !== this.second) {
      this.second = second
      this.asked = 0
    }
    this.asked += 1
    return this.asked <= ASKS_PER_SECOND
  }

  /** Tells those who may not ask of a question under way: whether the record proved to be stale. */
  share(isStale: Promise<boolean>): void {
    this.underWay = isStale
    const ended = (stale: boolean): void => {
      if (this.underWay !== isStale) return
      this.underWay = undefined
      this.found = stale
    }
    void isStale.then(ended, () => ended(false))
  }

  /**
   * What the last question found, once it has been answered; false where nobody asked. The question is
   * another request's: the runtime ends a request that waits for nothing of its own, and that other one
   * may be gone, so there is a timer beside it.
   */
  async foundStale(): Promise<boolean> {
    const { underWay } = this
    if (!underWay) return this.found
    const late = new Promise<boolean>((resolve) => {
      setTimeout(() => {
        if (this.underWay === underWay) this.underWay = undefined
        resolve(false)
      }, SHARE_MS)
    })
    return await Promise.race([underWay, late])
  }
}
