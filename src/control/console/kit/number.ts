// Numbers as people read them.

const FORMAT = new Intl.NumberFormat('en')

/** `12,345`. */
export function numberText(value: number): string {
  return FORMAT.format(value)
}

/** Seconds from a form; what is no number stays as it is, and is refused: it must not pass for none. */
export function secondsOf(text: string | null): number | string {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : (text ?? '')
}
