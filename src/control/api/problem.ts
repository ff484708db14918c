// Refusals of the management API, in the same form as the gate's: `{error, detail, status_code}`,
// with the field at fault named in the sentence.

import { HEADERS } from '../../lib/header-names.ts'
import type { Denial } from '../../gate/denial.ts'
import { errorResponse } from '../../gate/refuse.ts'
import { withoutValues } from '../../credentials/looks.ts'

export type ProblemStatus = 400 | 401 | 403 | 404 | 409 | 422 | 429 | 503

/** Sentences name what was sent, which may be long. */
const DETAIL_MAX_LENGTH = 500

/** Thrown by a handler to end the request; caught in one place. Nothing was written. */
export class Problem extends Error {
  readonly status: ProblemStatus
  readonly reason: string
  readonly retryAfterSeconds: number | undefined

  constructor(status: ProblemStatus, reason: string, detail: string, retryAfterSeconds?: number) {
    super(bounded(withoutValues(detail)))
    this.name = 'Problem'
    this.status = status
    this.reason = reason
    this.retryAfterSeconds = retryAfterSeconds
  }

  toResponse(): Response {
    const response = errorResponse(this.status, this.message)
    response.headers.set(HEADERS.reason, this.reason)
    if (this.retryAfterSeconds !== undefined) {
      response.headers.set(HEADERS.retryAfter, String(this.retryAfterSeconds))
    }
    return response
  }
}

/** Thrown by the API for a refusal that the gate has too. */
export class Denied extends Error {
  readonly denial: Denial

  constructor(denial: Denial) {
    super(denial.reason)
    this.name = 'Denied'
    this.denial = denial
  }
}

/**
 * Another organization's id and an id that never was are the same to the caller. What was given for it is
 * not repeated: it may be a key's value, and answers end in logs and tickets.
 */
export function notFound(what: string): Problem {
  return new Problem(404, 'not_found', `There is no such ${what} here.`)
}

/** A field with a value that cannot be. */
export function invalid(field: string, sentence: string): Problem {
  return new Problem(400, 'request_invalid', `${field}: ${sentence}`)
}

function bounded(text: string): string {
  if (text.length <= DETAIL_MAX_LENGTH) return text
  return `${text.slice(0, DETAIL_MAX_LENGTH - 1).toWellFormed()}…`
}
