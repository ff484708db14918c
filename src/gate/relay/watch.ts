// The watch over one open connection: it is decided about again every few seconds, and at its key's very
// expiry. What cannot be decided for too long ends too: nothing stays open because something failed.

import type { WaitUntil } from '../../lib/wait-until.ts'
import type { Result } from '../../lib/result.ts'
import { sleep } from '../../lib/sleep.ts'
import type { Denial } from '../../reasons/denial.ts'
import type { GateDeps } from '../deps.ts'
import { recheck, type Opened, type Stay } from './recheck.ts'

/** After no answer. */
const RETRY_MS = 1_000

export class Watch {
  private readonly opened: Opened
  private readonly deps: GateDeps
  private readonly waitUntil: WaitUntil
  private readonly onEnd: (denial: Denial) => void
  private timer: ReturnType<typeof setTimeout> | null = null
  private over = false

  /** `onEnd` is called once at most, and not after `stop`. */
  constructor(
    opened: Opened,
    deps: GateDeps,
    waitUntil: WaitUntil,
    onEnd: (denial: Denial) => void,
  ) {
    this.opened = opened
    this.deps = deps
    this.waitUntil = waitUntil
    this.onEnd = onEnd
  }

  /** Looks again when what the connection rests on is too old. */
  start({ confirmedAt, expiresAt }: Stay): void {
    const { everyMs } = this.deps.watch
    const due = Math.min(confirmedAt + everyMs, expiresAt) - Date.now()
    // Never later, also when the clock has been set back.
    this.timer = setTimeout(() => void this.look(), Math.min(Math.max(due, 0), everyMs))
  }

  /** The connection has ended. */
  stop(): void {
    this.over = true
    clearTimeout(this.timer)
  }

  private async look(): Promise<void> {
    // Not by comparing times: no clock may lengthen it.
    this.timer = setTimeout(() => this.end(UNANSWERED), this.deps.watch.patienceMs)
    const verdict = await this.verdict()
    if (this.over) return
    if (!verdict.ok) this.end(verdict.error)
    else {
      clearTimeout(this.timer)
      this.start(verdict.value)
    }
  }

  /** Asks until there is an answer, or nobody waits for it. */
  private async verdict(): Promise<Result<Stay, Denial>> {
    while (!this.over) {
      const verdict = await recheck(this.opened, this.deps, this.waitUntil).catch(unknown)
      if (verdict !== 'unknown') return verdict
      await sleep(RETRY_MS)
    }
    return { ok: false, error: UNANSWERED }
  }

  private end(denial: Denial): void {
    if (this.over) return
    this.stop()
    this.onEnd(denial)
  }
}

const UNANSWERED: Denial = { reason: 'guard_unreachable' }

function unknown(error: unknown): 'unknown' {
  console.error('an open connection could not be decided about', error)
  return 'unknown'
}
