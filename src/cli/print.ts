// Text for a terminal. Names come from whoever made the row: what would move the cursor, colour the
// screen or turn the reading direction is shown as its code, never sent.

/** A text with its control and direction characters spelled out. */
export function clean(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`,
  )
}

/** Columns under headings, two spaces apart. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const cells = [
    headings.map((heading) => heading.toUpperCase()),
    ...rows.map((row) => row.map(clean)),
  ]
  const widths = headings.map((_, i) => Math.max(...cells.map((row) => (row[i] ?? '').length)))
  return cells.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

/** Unix milliseconds as an ISO time, or what to say when there is none. */
export function time(ms: number | null, otherwise = '-'): string {
  return ms === null ? otherwise : new Date(ms).toISOString()
}

/** `1 key`, `2 keys` */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

/** The JSON array of a list column as words; a damaged one as it is. */
export function words(column: string): string {
  return texts(column)?.join(' ') ?? column
}

/** The JSON array of a list column; undefined when it is not one of texts. */
export function texts(column: string): string[] | undefined {
  try {
    const value: unknown = JSON.parse(column)
    const right =
      Array.isArray(value) && value.every((one) => typeof one === 'string' && one !== '')
    return right ? (value as string[]) : undefined
  } catch {
    return undefined
  }
}
