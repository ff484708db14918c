// Which reasons go with a status: those of the gate, which come before the management API, and its own.

import { GATE_REASONS } from './gate.ts'
import { CONFLICTS, MANAGEMENT_REASONS } from './management.ts'
import type { Status } from './row.ts'

/** The reasons that an answer of the management API with this status may name. */
export function reasonsOf(status: Status): string[] {
  const rows: Readonly<Record<string, { readonly status: Status }>> = {
    ...GATE_REASONS,
    ...MANAGEMENT_REASONS,
  }
  const own = Object.keys(rows).filter((reason) => rows[reason]?.status === status)
  return status === 409 ? [...new Set([...own, ...CONFLICTS])] : own
}
