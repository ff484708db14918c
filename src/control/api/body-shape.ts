// How much a body holds, counted in one pass over its text, before it is parsed and long before it is
// validated: a validator looks at each member first and at their number last.

import { invalid } from './problem.ts'

/** Containers within containers. No operation takes more than three. */
const DEPTH_MAX = 8
/** Members of an object, wherever it stands. No operation takes more. */
export const MEMBERS_MAX = 50
/** Entries of a list for which nothing smaller is said. */
const ENTRIES_MAX = 10_000

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_LIST = 0x5b
const BACKSLASH = 0x5c
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/**
 * Counts what a JSON text holds. What is malformed is for the parser to refuse.
 * @param entriesMax by field of the body, how many entries its list may have.
 * @throws Problem 400 naming the field that holds too many, or that is nested too deep.
 */
export function checkShape(text: string, entriesMax: ReadonlyMap<string, number>): void {
  /** Per container that is open: how many commas it has had, and whether it is a list. */
  const commas: number[] = []
  const isList: boolean[] = []
  /** The latest string of the outermost object, and its member that is being read. */
  let string = ''
  let field = 'body'
  for (let i = 0; i < text.length; i++) {
    const depth = commas.length
    switch (text.charCodeAt(i)) {
      case QUOTE: {
        const end = endOfString(text, i)
        if (depth === 1) string = text.slice(i + 1, Math.min(end, i + 1 + FIELD_MAX_LENGTH))
        i = end
        break
      }
      case COLON:
        if (depth === 1) field = string
        break
      case OPEN_LIST:
      case OPEN_OBJECT:
        if (depth === DEPTH_MAX) throw invalid(field, `must not be nested deeper than ${DEPTH_MAX}`)
        commas.push(0)
        isList.push(text.charCodeAt(i) === OPEN_LIST)
        break
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        commas.pop()
        isList.pop()
        break
      case COMMA: {
        if (depth === 0) break
        const had = (commas[depth - 1] ?? 0) + 1
        commas[depth - 1] = had
        const list = isList[depth - 1] ?? false
        const most = list ? mostEntries(field, depth, entriesMax) : MEMBERS_MAX
        if (had >= most) throw tooMany(depth === 1 ? 'body' : field, most, list)
        break
      }
      default:
    }
  }
}

/** A field's name is shown to the caller, and no field of ours is longer. */
const FIELD_MAX_LENGTH = 64

function mostEntries(field: string, depth: number, max: ReadonlyMap<string, number>): number {
  return (depth === 2 ? max.get(field) : undefined) ?? ENTRIES_MAX
}

function tooMany(field: string, most: number, list: boolean): Error {
  return invalid(field, `must not have more than ${most} ${list ? 'entries' : 'members'}`)
}

/** Where the string that begins at a quote ends; the text's end where it does not. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++
    if (slashes % 2 === 0) return end
  }
  return text.length
}
