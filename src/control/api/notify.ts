// The events that a change owes to the organization's webhooks: statements for the change's own
// batch, so that there is no change without its event and no event without its change.

import { enqueueStatements, type KeyChange } from '../webhooks/outbox.ts'
import { prepareAll } from '../webhooks/statement.ts'
import type { ControlContext } from './context.ts'

/** The statements that put an event about keys into the outbox. They go behind the change itself. */
export function keyEvent(
  { edge, nowMs }: ControlContext,
  change: KeyChange,
): D1PreparedStatement[] {
  return prepareAll(edge.bindings.DB, enqueueStatements(change, nowMs))
}
