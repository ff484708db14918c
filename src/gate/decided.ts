// The ways in which a request ends here: the answer, with the facts for its account. What a page may read of
// an answer it may read of a refusal too.

import type { Verb } from '../catalog/define.ts'
import type { MatchedRoute } from '../catalog/match.ts'
import type { KeyRecord } from '../credentials/record.ts'
import { preflightResponse, setCors } from './cors.ts'
import type { Denial } from '../reasons/denial.ts'
import type { Decided, Passage } from './passage.ts'
import { refuse } from '../reasons/refuse.ts'

/** A refusal. What is not known of it yet is left out. */
export function refused(
  { headers, nowMs }: Pick<Passage, 'headers' | 'nowMs'>,
  denial: Denial,
  matched?: MatchedRoute,
  record?: KeyRecord,
): Decided {
  const response = refuse(denial, nowMs)
  if (matched?.route.publishable) setCors(response.headers, headers.get('origin'))
  return {
    response,
    record: record ?? null,
    matched: matched ?? null,
    reason: denial.reason,
    upstreamMs: null,
    platformStatus: null,
  }
}

/** The answer to a preflight for verbs that are open to pages. */
export function opened({ headers }: Pick<Passage, 'headers'>, verbs: readonly Verb[]): Decided {
  const response = preflightResponse(headers.get('origin'), verbs)
  const nobody = { record: null, matched: null, reason: null }
  return { response, ...nobody, upstreamMs: null, platformStatus: null }
}

/** What went wrong here is refused, never passed on; and it is on record with what was known by then. */
export function broken(
  passage: Pick<Passage, 'headers' | 'nowMs'>,
  error: unknown,
  matched?: MatchedRoute,
  record?: KeyRecord,
): Decided {
  console.error(error)
  return refused(passage, { reason: 'internal_error' }, matched, record)
}
