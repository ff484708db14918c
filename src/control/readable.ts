// What a body may hold that the layers behind would drop or replace: refused, so that nothing of it is
// lost silently. What a text may hold is for its schema to say.

import { invalid } from './problem.ts'

/**
 * Malformed JSON is for the reader to refuse.
 * @throws Problem 400 where it is not UTF-8, or has a member that objects do not keep.
 */
export function checkBody(bytes: ArrayBuffer): void {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)
  } catch {
    throw invalid('body', 'must be UTF-8')
  }
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
