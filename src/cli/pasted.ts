// The value of a credential out of what was pasted on standard input.

import { usage } from './answer.ts'

/** Longer than any credential, and than what may be pasted around one. */
const INPUT_MAX_CHARS = 20_000
/** What people copy along with a value. */
const AROUND =
  /^(?:[\s"'`,;]+|-H\s+|(?:x-api-key|authorization)["']?\s*[:=]|bearer\s|(?:export\s+)?[A-Z_][A-Z0-9_]*=)|(?<![\s"'`,;\\])[\s"'`,;\\]+$/i

/** The value within what was pasted: without blanks, quotes, `Bearer`, `X-API-Key:` or `NAME=`. */
export function readValue(input: string): string {
  if (input.length > INPUT_MAX_CHARS) throw usage('that is too long to be the value of a key')
  let text = input
  for (let before = ''; before !== text;) {
    before = text
    text = text.replace(AROUND, '')
  }
  if (text === '') throw usage('there is no value on standard input: paste it, or pipe it in')
  if (/[^\x21-\x7e]/.test(text)) {
    throw usage('standard input must hold one value, on one line and with nothing else')
  }
  return text
}
