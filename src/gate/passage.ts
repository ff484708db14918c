// One request on its way, and what became known of it, for its account.

import type { Acting } from '../audit/event.ts'
import type { MatchedRoute } from '../catalog/match.ts'
import type { KnownKey } from '../credentials/memo.ts'
import type { KeyRecord } from '../credentials/record.ts'
import type { WaitUntil } from '../credentials/store.ts'
import type { Address } from '../lists/address.ts'
import type { CanonicalTarget } from './path.ts'
import type { SentHeaders } from './forward/sent-headers.ts'

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
  readonly answerOwn: (key: KnownKey) => Promise<Response>
  readonly seen: Seen
}

/** Filled in along the way. */
export interface Seen {
  record: KeyRecord | null
  matched: MatchedRoute | null
  /** Why it was refused, by the gate or by the edge's own operation; null: it was not. */
  reason: string | null
  upstreamMs: number | null
  /** What Cloudflare answered in an upstream's place; null: it did not. */
  platformStatus: number | null
  /** Null: a credential called, or nobody who was recognised. */
  acting: Acting | null
}

/** Nothing is known yet. */
export function nothingSeen(): Seen {
  return {
    record: null,
    matched: null,
    reason: null,
    upstreamMs: null,
    platformStatus: null,
    acting: null,
  }
}
