// What a forgiving upstream may read out of a path. Routers in the field drop or ignore what their
// authors think of as spelling: case, a slash at the end, dots and blanks around a segment (Windows,
// `trim`), a format (`/result.json`: Django REST Framework, Rails, Spring), the stream of a file
// (`::$DATA`, NTFS), compatibility forms of letters (`re.IGNORECASE`, `OrdinalIgnoreCase`), and
// `index` or `index.html` at the end of a folder. Path parameters (`;v=1`) never come so far.

/** Whether a canonical path can be read in another way at all; few can. */
export const MAY_BE_READ_OTHERWISE = /[A-Z.+%]|\/$|\/index(?:\/|$)|::/

/** Whether a router might skip a segment of it: those that begin like this are looked at. */
const MAY_BE_SKIPPED = /\/(?:[.+%]|index(?:[./]|$)|$)/i

/** A segment that has one reading. */
const PLAIN = /^[a-z0-9_~-]+$/

/** Why a router may skip a segment: nothing is left of it, or it names what its folder is anyway. */
export type Skipped = 'blank' | 'index'

/**
 * What a segment may be taken for: whole, then without one format after the other. Takes time that is
 * linear in its length.
 * @param longest characters of the longest reading that matters; longer ones are left out.
 */
export function readingsOf(segment: string, longest: number): readonly string[] {
  if (PLAIN.test(segment)) return [segment]
  const folded = fold(segment)
  const readings = folded.length > longest ? [] : [folded]
  // One character more: a blank may stand before the dot.
  for (let at = 1; at < folded.length && at <= longest + 1; at++) {
    if (folded[at] === '.' || folded.startsWith('::', at)) {
      readings.push(folded.slice(0, at).trimEnd())
    }
  }
  return readings
}

/** Whether any segment of a path may be skipped. */
export function maySkip(path: string): boolean {
  return MAY_BE_SKIPPED.test(path)
}

export function skipOf(segment: string): Skipped | undefined {
  if (PLAIN.test(segment) && segment !== 'index') return undefined
  const folded = fold(segment)
  if (/^[. ]*$/.test(folded)) return 'blank'
  return folded.startsWith('.') || /^index(?:\.|$)/.test(folded) ? 'index' : undefined
}

/** Decoded, in one case, without compatibility forms, every run of blanks as one, none at the ends. */
export function fold(segment: string): string {
  if (!/[%+]/.test(segment)) return segment.toLowerCase()
  const decoded = decodeURIComponent(segment)
  const plain = /^[\x20-\x7e]*$/.test(decoded) ? decoded : compatible(decoded)
  return plain
    .toLowerCase()
    .replace(/[\s+]+/g, ' ')
    .trim()
}

/** Upper case besides: `ſ` and `ı` have no other lower case. */
function compatible(text: string): string {
  return text.normalize('NFKC').toUpperCase()
}
