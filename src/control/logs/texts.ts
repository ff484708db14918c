// Many rows as the one text that a statement binds, and reads with json_each.

/** D1 takes 2 MB in one bound text. */
const TEXT_MAX_CHARS = 400_000

/** JSON arrays that hold the rows in their order, as few as D1 allows. */
export function packed(rows: readonly (readonly (string | number | null)[])[]): string[] {
  const texts: string[][] = [[]]
  let length = 0
  for (const row of rows) {
    const text = JSON.stringify(row)
    length += text.length
    if (length > TEXT_MAX_CHARS) {
      texts.push([])
      length = text.length
    }
    texts.at(-1)?.push(text)
  }
  return texts.filter((some) => some.length > 0).map((some) => `[${some.join(',')}]`)
}
