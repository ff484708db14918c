// Asking a credential's guard, with a deadline of our own. A guard that does not answer in time is
// unreachable, and then nothing is forwarded.

import type { Bindings } from '../config/bindings.ts'
import { err, ok, type Result } from '../lib/result.ts'
import type { KeyGuard } from './key-guard.ts'

export const GUARD_DEADLINE_MS = 2_000

type Guards = Pick<Bindings, 'KEY_GUARD'>
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

/**
 * The version lets the stored form change without a migration: guards of another name know nothing yet,
 * and begin with what D1 has. Windows begin anew with them.
 */
const PREFIX = 'v1:'

export function guardName(credentialId: string): string {
  return PREFIX + credentialId
}

/** The credential of a guard, by the name of the object. */
export function credentialOf(name: string): string {
  if (!name.startsWith(PREFIX)) throw new Error(`${name || 'an object without a name'} is no guard`)
  return name.slice(PREFIX.length)
}
