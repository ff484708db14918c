// What a body may hold that the layers behind would drop or replace, or would look at for too long:
// refused, so that nothing of it is lost silently. What a text may hold is for its schema to say.

import { checkShape } from './body-shape.ts'
import { invalid } from './problem.ts'

/** Of any body. Ten thousand addresses of the longest form, and room to spare. */
export const BODY_MAX_BYTES = 2_000_000

/** What an operation's schema says of its body beforehand. */
export interface BodyBounds {
  readonly maxBytes: number
  /** By field, how many entries its list may have. */
  readonly entriesMax: ReadonlyMap<string, number>
}

/**
 * Malformed JSON is for the reader to refuse.
 * @throws Problem 400 where it is too large, is not UTF-8, holds too much, or has a member that objects
 *   do not keep.
 */
export function checkBody(bytes: ArrayBuffer, { maxBytes, entriesMax }: BodyBounds): void {
  if (bytes.byteLength > maxBytes) throw invalid('body', `must have at most ${maxBytes} bytes`)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)
  } catch {
    throw invalid('body', 'must be UTF-8')
  }
  checkShape(text, entriesMax)
  // Nearly no body has an escape or an underscore twice.
  if (!/\\u|__/.test(text)) return
  try {
    JSON.parse(text, checkMember)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
}

function checkMember(name: string, value: unknown): unknown {
  if (name === '__proto__') throw invalid('__proto__', 'no member may be called so')
  return value
}
