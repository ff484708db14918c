// What a handler of the management API has at hand.

import type { ControlDeps } from '../deps.ts'
import type { WaitUntil } from '../../lib/wait-until.ts'
import type { Actor } from './actor.ts'

export interface ControlContext {
  readonly edge: ControlDeps
  readonly actor: Actor
  readonly requestId: string
  /** The client's address as text; empty where it is not known. */
  readonly address: string
  readonly nowMs: number
  readonly waitUntil: WaitUntil
}

/** hono's environment of the API: the context travels as the bindings. */
export interface ControlEnv {
  Bindings: { readonly context: ControlContext }
}
