// Lists of words in a line.

/** The first few of them, and how many more there are; `none` where there is not any. */
export function few(all: readonly string[], most: number, none = 'none'): string {
  if (all.length === 0) return none
  const more = all.length > most ? ` and ${all.length - most} more` : ''
  return all.slice(0, most).join(', ') + more
}
