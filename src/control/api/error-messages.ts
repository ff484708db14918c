// What the API says of input that does not validate, in its own words: what would be right.

import { z } from '@hono/zod-openapi'

type Issue = z.core.$ZodRawIssue

const NOUNS: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a string',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
}
/** What a length counts. */
const COUNTED: Readonly<Record<string, string>> = {
  string: 'characters',
  array: 'entries',
  object: 'members',
  record: 'members',
}

/** From here on every schema of the API speaks so, unless it has a sentence of its own. */
export function useErrorMessages(): void {
  z.config({ customError: messageOf })
}

/** A sentence without its field; undefined: the validator's own words are good enough. */
export function messageOf(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? 'must be given'
        : `must be ${NOUNS[issue.expected] ?? issue.expected}`
    case 'too_small':
      return sizeOf(issue.origin, 'at least', Number(issue.minimum))
    case 'too_big':
      return sizeOf(issue.origin, 'at most', Number(issue.maximum))
    case 'invalid_value':
      return `must be ${anyOf(issue.values)}`
    case 'invalid_format':
      return issue.format === 'starts_with'
        ? `must begin with ${String(issue['prefix'])}`
        : undefined
    case 'custom':
    case 'invalid_element':
    case 'invalid_key':
    case 'invalid_union':
    case 'not_multiple_of':
    case 'unrecognized_keys':
      return undefined
  }
}

function sizeOf(origin: string, bound: 'at least' | 'at most', size: number): string {
  if (size === 1 && bound === 'at least') {
    if (origin === 'string') return 'must not be empty'
    if (origin === 'array') return 'choose at least one'
  }
  const noun = COUNTED[origin]
  return noun ? `must have ${bound} ${size} ${noun}` : `must be ${bound} ${size}`
}

function anyOf(values: readonly unknown[]): string {
  const names = values.map(String)
  const last = names.pop() ?? ''
  return names.length === 0 ? last : `${names.join(', ')} or ${last}`
}
