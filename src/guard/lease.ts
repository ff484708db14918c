// How an isolate spends: of a lease while one lasts, else by asking the guard, for a lease too where
// the key is busy. What asking is (a binding, a deadline) is the caller's.

import type { Result } from '../lib/result.ts'
import { sleep } from '../lib/sleep.ts'
import type { WaitUntil } from '../lib/wait-until.ts'
import type { AdmitAnswer, AdmitAsk, Lease } from './protocol.ts'
import type { Standing } from '../lib/limit.ts'
import type { Meter } from './meter.ts'

/**
 * What is left of a lease is told with the next ask; alone only where there is none so long after it was given.
 * A Worker may work on for 30 seconds after its answer.
 */
export const TELL_ALONE_MS = 20_000

/** Asks the credential's guard, on the generation and the limits of the meter. */
export type Ask = (
  asked: Pick<AdmitAsk, 'want' | 'lease' | 'leaseMs' | 'mark' | 'settled' | 'returnable'>,
) => Promise<Result<AdmitAnswer, 'unreachable'>>

/**
 * Spends a token of a lease; undefined when there is none. The next lease is asked for off the
 * request's way, while this one lasts.
 */
export function spendLeased(
  meter: Meter,
  now: number,
  ask: Ask,
  waitUntil: WaitUntil,
): Standing | undefined {
  const spent = meter.spend(now)
  if (spent && meter.isRunningLow(now) && meter.wants(now) > 0) {
    waitUntil(askGuardFor(meter, 0, now, ask, waitUntil))
  }
  return spent
}

/** Asks for so many requests at hand, and tells the guard which leases have ended. */
export async function askGuardFor(
  meter: Meter,
  want: number,
  now: number,
  ask: Ask,
  waitUntil: WaitUntil,
): Promise<Result<AdmitAnswer, 'unreachable'>> {
  const tokens = meter.wants(now)
  // A timer runs on when the clock is set back, so it must be there before the lease can be.
  const leaseMs = meter.leaseMs(now)
  const ended = tokens > 0 ? sleep(leaseMs) : undefined
  if (ended) meter.begin(now)
  const mark = ended && crypto.randomUUID()
  const settled = meter.takeSettled(now)
  const answer = await ask({ want, lease: tokens, settled, ...(mark && { mark, leaseMs }) })
  // Of a lease that never came nothing is ever used.
  const lost = mark ? [{ id: mark, unused: tokens }] : []
  if (!answer.ok) meter.tellAgain([...settled, ...lost])
  const granted = answer.ok && answer.value.verdict === 'granted' ? answer.value : null
  if (ended) meter.end(now, Date.now(), granted?.lease ?? null, granted?.limits ?? [])
  if (answer.ok && answer.value.verdict === 'stale') meter.drop()
  if (ended && granted?.lease) waitUntil(endLease(meter, granted.lease, ended, ask))
  return answer
}

/** Ends a lease, and gives back what is left of it where nobody asks for another in time. */
async function endLease(meter: Meter, lease: Lease, ended: Promise<void>, ask: Ask): Promise<void> {
  await ended
  meter.close(lease.id)
  if (!meter.owes(lease.id)) return
  await sleep(TELL_ALONE_MS - lease.ms)
  if (!meter.owes(lease.id)) return
  const settled = meter.takeSettled(Date.now())
  const answer = await ask({ want: 0, lease: 0, settled })
  if (!answer.ok) meter.tellAgain(settled)
}
