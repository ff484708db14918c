// What control's wrangler.toml binds.

import type { Bindings } from '../config/bindings.ts'
import { BINDINGS } from '../config/workers.ts'
import type { TryCounter } from './tries/try-counter.ts'

export interface ControlBindings extends Bindings {
  /** Tries at the admin token. */
  readonly TRIES: DurableObjectNamespace<TryCounter>
  /** Changes that touch many keys. */
  readonly FENCES: Queue
  /** Hints at webhook deliveries that are due. */
  readonly WEBHOOKS: Queue
}

/** What each is, in words for the operator: none is left out. */
export const CONTROL_BINDINGS: Readonly<Record<keyof ControlBindings, string>> = BINDINGS.control
