// Numbers as people read them.

const FORMAT = new Intl.NumberFormat('en')

/** `12,345`. */
export function numberText(value: number): string {
  return FORMAT.format(value)
}
