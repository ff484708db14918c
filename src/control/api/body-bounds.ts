// What the schema of a body says of its size, read once from the schema itself, so that what is counted
// before validating and what is validated cannot differ.

import { z } from '@hono/zod-openapi'

import { BODY_MAX_BYTES, type BodyBounds } from './check-body.ts'

/** Fifty members of metadata with every character escaped, and room to spare. */
const WITHOUT_LISTS_MAX_BYTES = 250_000
/** A list with more entries than that is a list of addresses or origins. */
const SHORT_LIST_MAX = 100

/** The bounds of a body of this schema. */
export function boundsOf(schema: unknown): BodyBounds {
  const entriesMax = new Map<string, number>()
  if (schema instanceof z.ZodObject) {
    for (const [field, value] of Object.entries(schema.shape)) {
      const most = entriesMaxOf(value)
      if (most !== undefined) entriesMax.set(field, most)
    }
  }
  const long = [...entriesMax.values()].some((most) => most > SHORT_LIST_MAX)
  return { maxBytes: long ? BODY_MAX_BYTES : WITHOUT_LISTS_MAX_BYTES, entriesMax }
}

/** The most entries that a list may have, optional and nullable or not; undefined: it is no list. */
function entriesMaxOf(schema: unknown): number | undefined {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault
  ) {
    return entriesMaxOf(schema.unwrap())
  }
  if (!(schema instanceof z.ZodArray)) return undefined
  for (const { _zod: check } of schema.def.checks ?? []) {
    const bound: object = check.def
    if ('maximum' in bound && typeof bound.maximum === 'number') return bound.maximum
  }
  return Infinity
}
