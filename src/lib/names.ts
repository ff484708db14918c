// Names that people give: of keys, service users, organizations, endpoints. They are shown on lines, in
// tables and in confirmations, so a name must look like what it is.

import { err, ok, type Result } from './result.ts'

/** As in schema.sql, in UTF-16 code units. */
export const NAME_MAX_LENGTH = 200
/** Of a description, on one line. */
export const LINE_MAX_LENGTH = 500

const EDGES = '\t\n\r '
/** Blanks of any width, and letters that show as one. */
const BLANKS = /[\p{Zs}\u115f\u1160\u2800\u3164\uffa0]+/gu
/**
 * What is not seen and changes what is: control characters, line and paragraph separators, overrides and
 * isolates of direction, tags, joiners of words. Scripts and emoji need U+200C and U+200D, and the signs
 * of Arabic, Syriac and Kaithi that enclose numbers are seen.
 */
const UNSEEN =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]|(?!\u200c|\u200d|[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}])\p{Cf}|\u034f/u
const SEEN = /[\p{L}\p{N}\p{P}\p{S}]/u

/** Runs of blanks as one space, and none at the ends, nor line ends there that were copied with it. */
export function foldBlanks(text: string): string {
  const folded = text.replace(BLANKS, ' ')
  let [start, end] = [0, folded.length]
  while (start < end && EDGES.includes(folded[start] ?? '')) start++
  while (start < end && EDGES.includes(folded[end - 1] ?? '')) end--
  return folded.slice(start, end)
}

/** A name as it is kept. The error says what is wrong with it. */
export function readName(text: string): Result<string, string> {
  return read(foldBlanks(text), NAME_MAX_LENGTH)
}

/** One line of text that may be empty. */
export function readLine(text: string): Result<string, string> {
  const line = foldBlanks(text)
  return line === '' ? ok('') : read(line, LINE_MAX_LENGTH)
}

function read(name: string, maxLength: number): Result<string, string> {
  if (name === '') return err('must not be empty')
  if (name.length > maxLength) return err(`must have at most ${maxLength} characters`)
  if (!name.isWellFormed()) return err('must be well-formed Unicode')
  if (UNSEEN.test(name)) {
    return err('must not hold control characters, nor such as are not seen or turn the direction')
  }
  if (!SEEN.test(name)) return err('must hold something that can be seen')
  return ok(name)
}
