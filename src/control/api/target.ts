// What a call is about, as far as it is the same for all operations.

import { organizationOf } from './actor.ts'
import type { ControlContext, ControlEnv } from './context.ts'

/** A validated request. */
export interface Call {
  readonly env: ControlEnv['Bindings']
  readonly req: {
    query(name: string): string | undefined
    param(name: string): string | undefined
    readonly raw: Request
  }
}

/** The target of a call. */
export class Target {
  readonly context: ControlContext
  readonly #req: Call['req']

  constructor({ env, req }: Call) {
    this.context = env.context
    this.#req = req
  }

  /** In which the actor acts. @throws Problem 400, 404 where there is none for the actor. */
  get organization(): string {
    return organizationOf(this.context.actor, this.#req.query('organization'))
  }

  /** Of the thing; empty where the path names none. */
  get id(): string {
    return this.#req.param('id') ?? ''
  }
}
