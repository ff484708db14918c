// From what a call of the API threw to its refusal: every way in which the API says no, in one place.

import type { z } from '@hono/zod-openapi'
import { HTTPException } from 'hono/http-exception'

import type { OwnAnswer } from '../../call/call.ts'
import { refuse } from '../../reasons/refuse.ts'
import { Denied, invalid, Problem } from './problem.ts'

/** The answer to a call that was refused, or went wrong. */
export function refusalOf(error: unknown, nowMs: number): OwnAnswer {
  const problem = problemOf(error)
  if (problem) return { response: problem.toResponse(), reason: problem.reason }
  if (!(error instanceof Denied)) console.error('management API failed', error)
  const denial = error instanceof Denied ? error.denial : ({ reason: 'internal_error' } as const)
  return { response: refuse(denial, nowMs), reason: denial.reason }
}

function problemOf(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error
  if (isInvalidInput(error)) return malformed(error)
  if (!(error instanceof HTTPException)) return undefined
  if (error.status === 415) return invalid('Content-Type', 'must be application/json')
  return error.status < 500 ? invalid('body', error.message) : undefined
}

/** By its name: the library of schemas is not loaded for a page that needs none. */
function isInvalidInput(error: unknown): error is z.ZodError {
  return error instanceof Error && error.name === 'ZodError' && 'issues' in error
}

/** The first thing that is wrong with a request. */
function malformed({ issues: [issue] }: z.ZodError): Problem {
  if (!issue) return new Problem('request_invalid', 'The request is malformed.')
  const path = issue.path.map(String).join('.')
  if (issue.code === 'unrecognized_keys') {
    const field = [path, issue.keys[0]].filter(Boolean).join('.')
    return invalid(field, 'there is no such field here')
  }
  return invalid(path || 'body', issue.message)
}
