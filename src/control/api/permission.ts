// Who may call an operation at all, decided by its row before anything of the request is read. Scopes
// of keys were the gate's business; what an operation touches is the handler's.

import { environmentOf, type Actor } from './actor.ts'
import { Problem, problemAt } from './problem.ts'
import { OPERATIONS, type OperationName } from '../../catalog/operations.ts'

/** Operations that change nothing although they are no GET. */
export const READING: readonly OperationName[] = ['explain']

/** What tells of live keys as well as of sandbox keys, or changes what does. */
const REACHES_LIVE = /^\/webhooks(?:\/|$)/

/** @throws Problem 403 where the actor may not call the operation, whatever the request says. */
export function checkPermission(actor: Actor, name: OperationName): void {
  const { verb, pattern, access } = OPERATIONS[name]
  if (actor.type === 'operator') return
  if (access === 'operators') {
    throw new Problem('operators_only', 'Only operators may do this.')
  }
  if (actor.type === 'key') {
    if (access === 'people') {
      throw new Problem('people_only', 'Only people may do this, no keys.')
    }
    if (environmentOf(actor) === 'sandbox' && REACHES_LIVE.test(pattern)) {
      throw problemAt(
        'environment',
        'grant_beyond_own',
        'webhooks tell of live keys too, so a sandbox key must not touch them',
      )
    }
    return
  }
  if (actor.role === 'administrator' || verb === 'GET' || READING.includes(name)) return
  throw new Problem('role_viewer', 'Viewers may only read.')
}
