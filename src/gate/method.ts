// Which methods may pass at all.

import { err, ok, type Result } from '../lib/result.ts'
import type { Denial } from '../reasons/denial.ts'

/** The methods that the gate knows; the others are refused before anything is asked. */
export const METHODS: readonly string[] = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
]

/** Whether a method, upper-case as the runtime gives it, is one that can be forwarded. */
export function checkMethod(method: string): Result<void, Denial> {
  return METHODS.includes(method) ? ok(undefined) : err({ reason: 'method_unknown' })
}
