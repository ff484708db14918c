// Which methods may pass at all.

import { METHODS } from '../lib/methods.ts'
import { err, ok, type Result } from '../lib/result.ts'
import type { Denial } from '../reasons/denial.ts'

/** Whether a method, upper-case as the runtime gives it, is one that can be forwarded. */
export function checkMethod(method: string): Result<void, Denial> {
  return METHODS.includes(method) ? ok(undefined) : err({ reason: 'method_unknown' })
}
