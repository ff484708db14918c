// One request on its way through the gate, and what became of it.

import type { Accounted } from '../audit/account.ts'
import type { OwnAnswer } from '../call/call.ts'
import type { KnownKey } from './memo.ts'
import type { WaitUntil } from '../lib/wait-until.ts'
import type { Address } from '../lists/address.ts'
import type { SentHeaders } from './forward/sent-headers.ts'
import type { CanonicalTarget } from './path.ts'

export interface Passage {
  readonly request: Request
  /** Upper-case, as the runtime gives it. */
  readonly method: string
  /** The request's. */
  readonly headers: SentHeaders
  readonly target: CanonicalTarget
  readonly requestId: string
  readonly address: Address | undefined
  /** The same as text; empty where it is not known. */
  readonly clientIp: string
  /** Unix milliseconds at which the request began. */
  readonly nowMs: number
  readonly waitUntil: WaitUntil
  /** Breaks off all that this request still has open; where the runtime can. */
  readonly hangUp?: ((reason: string) => void) | undefined
  /** Answers the edge's own operations, once the gate has let them pass. */
  readonly answerOwn: (key: KnownKey) => Promise<OwnAnswer>
}

/** The answer to a request, with the facts for its account. */
export type Decided = Accounted
