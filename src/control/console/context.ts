// What a page of the console has at hand.

import type { Context } from 'hono'

import type { OperatorActor, PersonActor } from '../api/actor.ts'
import type { ControlDeps } from '../deps.ts'
import type { WaitUntil } from '../../lib/wait-until.ts'
import type { Address } from '../../lists/address.ts'
import type { AnswerOf } from '../client/client.ts'

/** A page of an organization that the navigation leads to. */
export interface NavEntry {
  readonly label: string
  /** Below /edge/console/o/:organization; empty for the overview. */
  readonly path: string
}

export type ConsoleActor = OperatorActor | PersonActor

export interface Session {
  readonly actor: ConsoleActor
  /** The token of this session's forms. */
  readonly csrf: string
  /** Under which the database knows it. */
  readonly digest: string
}

export interface ConsoleContext {
  readonly edge: ControlDeps
  readonly requestId: string
  readonly address: Address | undefined
  /** Unix milliseconds at which the request began. */
  readonly nowMs: number
  readonly waitUntil: WaitUntil
}

/** hono's environment of the console. */
export interface ConsoleEnv {
  Bindings: { readonly context: ConsoleContext }
  Variables: {
    /** The navigation: the sections that there are. */
    nav: readonly NavEntry[]
    /** Who is signed in; set on every page but the sign-in's. */
    session: Session
    /** What was posted, its token checked; set with every POST. */
    form: URLSearchParams
    /** Set on every page below /o/:organization. */
    organization: AnswerOf<'getOrganization'>
    /** Whether a change of this request is on account already, see api.ts. */
    audited: boolean
  }
}

export type PageContext = Context<ConsoleEnv>
