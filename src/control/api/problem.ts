// Refusals of the management API, in the same form as the gate's: `{error, detail, status_code}`, and `field`
// where one is at fault; the sentence begins with it then.

import { HEADERS } from '../../lib/header-names.ts'
import { withoutValues } from '../../credentials/redact-values.ts'
import type { Denial, Reason } from '../../reasons/denial.ts'
import { GATE_REASONS } from '../../reasons/gate.ts'
import { CONFLICTS, MANAGEMENT_REASONS } from '../../reasons/management.ts'
import { errorResponse, type Status } from '../../reasons/row.ts'

/** What the API refuses for: its own reasons, and those of the gate that it gives too. */
export type ProblemReason =
  | keyof typeof MANAGEMENT_REASONS
  | (typeof CONFLICTS)[number]
  | 'scope_missing'
  | 'guard_unreachable'
  | 'rate_limited'

/** Sentences name what was sent, which may be long. */
const DETAIL_MAX_LENGTH = 500

/** What a refusal tells besides. */
interface More {
  /** The field at fault, such as `ips.3`. */
  readonly field?: string
  readonly retryAfterSeconds?: number
}

/** Thrown by a handler to end the request; caught in one place. Nothing was written. */
export class Problem extends Error {
  readonly reason: ProblemReason
  readonly field: string | undefined
  readonly retryAfterSeconds: number | undefined

  /** `detail`: a sentence for the caller. Status and `error` are the reason's. */
  constructor(reason: ProblemReason, detail: string, { field, retryAfterSeconds }: More = {}) {
    super(bounded(withoutValues(detail)))
    this.name = 'Problem'
    this.reason = reason
    // As it was sent: it may be a credential by mistake.
    this.field = field === undefined ? undefined : bounded(withoutValues(field))
    this.retryAfterSeconds = retryAfterSeconds
  }

  toResponse(): Response {
    const response = errorResponse(statusOf(this.reason), this.message, this.field)
    response.headers.set(HEADERS.reason, this.reason)
    if (this.retryAfterSeconds !== undefined) {
      response.headers.set(HEADERS.retryAfter, String(this.retryAfterSeconds))
    }
    return response
  }
}

const MANAGEMENT: Readonly<Record<string, { readonly status: Status }>> = MANAGEMENT_REASONS

function statusOf(reason: ProblemReason): Status {
  if (CONFLICTS.some((one) => one === reason)) return 409
  return MANAGEMENT[reason]?.status ?? GATE_REASONS[reason as Reason].status
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
  return new Problem('not_found', `There is no such ${what} here.`)
}

/** A field with a value that cannot be. */
export function invalid(field: string, sentence: string): Problem {
  return problemAt(field, 'request_invalid', sentence)
}

/** A refusal that one field is the cause of: the sentence begins with it, and the body names it. */
export function problemAt(field: string, reason: ProblemReason, sentence: string): Problem {
  return new Problem(reason, `${field}: ${sentence}`, { field })
}

function bounded(text: string): string {
  if (text.length <= DETAIL_MAX_LENGTH) return text
  return `${text.slice(0, DETAIL_MAX_LENGTH - 1).toWellFormed()}…`
}
