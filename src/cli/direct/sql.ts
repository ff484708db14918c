// Values as SQL literals, here and nowhere else. Pure: text in, text out.

export type SqlValue = string | number | null | readonly string[]

/** What may stand between quotes as it is. Everything else is written as the bytes of the text. */
const PLAIN = /^[\w .,:/@+*()[\]{}"=-]*$/

/**
 * A value as an SQL literal; a list as a JSON array. A text that holds anything but letters, digits
 * and plain punctuation becomes hexadecimal, so that nothing on its way can read it in another way:
 * SQLite's quotes, wrangler's splitting into statements, or its removal of `BEGIN TRANSACTION`.
 * @throws TypeError on a NUL character, which SQLite would take for the end of the text, on half a
 *   surrogate pair, and on numbers that are no safe integers.
 */
export function sql(value: SqlValue): string {
  if (value === null) return 'NULL'
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new TypeError(`${value} is not a whole number`)
    return String(value)
  }
  for (const part of typeof value === 'string' ? [value] : value) {
    if (part.includes('\0')) throw new TypeError('a text must not hold a NUL character')
    if (!part.isWellFormed()) throw new TypeError('a text must not hold half a surrogate pair')
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (PLAIN.test(text) && !/--|\/\*|BEGIN TRANSACTION/.test(text)) return `'${text}'`
  return `CAST(X'${Buffer.from(text).toString('hex')}' AS TEXT)`
}
