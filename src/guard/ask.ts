// Asking a credential's guard, with a deadline of our own. A guard that does not answer in time is
// unreachable, and then nothing is forwarded.

import { err, ok, type Result } from '../lib/result.ts'
import type { KeyGuard } from './key-guard.ts'
import { guardName } from './name.ts'

export const GUARD_DEADLINE_MS = 2_000

/** What a Worker that asks guards is bound to. */
export interface Guards {
  readonly KEY_GUARD: DurableObjectNamespace<KeyGuard>
}

type GuardStub = DurableObjectStub<KeyGuard>

/** Calls one method of a credential's guard; `unreachable` when it threw or did not answer in time. */
export async function askGuard<T>(
  guards: Guards,
  credentialId: string,
  call: (guard: GuardStub) => Promise<T>,
  deadlineMs = GUARD_DEADLINE_MS,
): Promise<Result<T, 'unreachable'>> {
  let timer: ReturnType<typeof setTimeout> | null = null
  try {
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('the guard did not answer in time')), deadlineMs)
    })
    const guard = guards.KEY_GUARD.getByName(guardName(credentialId))
    return ok(await Promise.race([call(guard), deadline]))
  } catch (error) {
    console.error(`guard of ${credentialId} unreachable`, error)
    return err('unreachable')
  } finally {
    clearTimeout(timer)
  }
}
