// The methods that the gate knows; the others are refused before anything is asked.

import { err, ok, type Result } from '../lib/result.ts'
import type { Denial } from './denial.ts'
import { METHODS } from './refuse.ts'

/** Whether a method, upper-case as the runtime gives it, is one that can be forwarded. */
export function checkMethod(method: string): Result<void, Denial> {
  return METHODS.includes(method) ? ok(undefined) : err({ reason: 'method_unknown' })
}
