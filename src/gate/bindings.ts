// What the gate's wrangler.toml binds.

import type { Bindings } from '../config/bindings.ts'
import { BINDINGS } from '../config/workers.ts'
import type { ControlService } from '../call/call.ts'

export interface GateBindings extends Bindings {
  readonly AUTH_FAILURES: RateLimit
  /** Of credentials that storage alone can tell apart. */
  readonly LOOKUP_FAILURES: RateLimit
  /** Answers what is ours: the management API and the console. */
  readonly CONTROL: ControlService
}

/** What each is, in words for the operator: none is left out. */
export const GATE_BINDINGS: Readonly<Record<keyof GateBindings, string>> = BINDINGS.gate
