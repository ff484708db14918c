// What looks like a credential does not get into the audit. Clients do put keys into paths, whole or
// mangled, so this is about looks: a prefix of ours with anything behind it, the random part without
// its prefix, a JWT or the beginning of one, a secret as `openssl rand -hex 32` makes it. It errs on
// the side of hiding. It takes time by what is kept, however long the path: that is cut first, each
// pattern ends within a bound, and runs of letters and digits are gone through once.

import { MARK_WORDS } from '../credentials/kinds.ts'

/** Stands for the first segment that looks like a secret and all behind it. */
export const REDACTED = '[redacted]'

/** So much of a path is kept in an event, in UTF-16 units. */
export const PATH_KEPT_MAX_LENGTH = 2_048
/**
 * So much of it is looked at: as much again, so that a secret shows for what it is although it is kept
 * in part only, also with escapes within escapes.
 */
const LOOKED_AT_MAX_LENGTH = 2 * PATH_KEPT_MAX_LENGTH
/** Paths up to here are first asked whether they hold anything of the kind; most hold nothing. */
const PLAIN_MAX_LENGTH = 256
/** Escapes within escapes are undone so often; canonical paths hold none. */
const MAX_DECODINGS = 4
/** The random part and the tag are 32 characters; one or two may be missing, or one put in. */
const RANDOM_MIN_LENGTH = 30
const RANDOM_MAX_LENGTH = 33
/** `ADMIN_TOKEN` and `KEY_PEPPER` have 64 hex digits. SHA-1 (40) and MD5 (32) are identifiers. */
const HEX_SECRET_MIN_LENGTH = 48
const HEX_SECRET_MAX_LENGTH = 80
/** Keys of the same style by whatever brand. */
const ANY_BRAND = new RegExp(
  `[0-9a-z]_(?:(?:${MARK_WORDS})_)?(?:live|sandbox|test)_[0-9a-z]{16}`,
  'i',
)
/** `{"` in base64url, as header and payload begin. */
const JSON_PART = /eyJ[\w-]{8}/i
/** Of a JWT, the first of three parts: it begins with `{`. */
const FIRST_PART = /(?<![0-9a-z])ey[\w-]{8}/i
const PART = /[\w-]+/g

/** Letters and digits without a gap, as places in the text. */
interface Run {
  readonly from: number
  readonly to: number
}

/**
 * The path without query and fragment, cut off at the first segment that looks like a secret: where
 * that ends cannot be known, as its rest may stand in the next segment.
 * @param path canonical or raw. Of a longer one than an event keeps, a beginning that is still longer.
 * @param brand of our keys (`KEY_BRAND`): lower-case letters and digits.
 * @param imported prefixes of keys that were minted elsewhere (`IMPORTED_PREFIXES`).
 */
export function redactPath(path: string, brand: string, imported: readonly string[] = []): string {
  const cut = path.slice(0, LOOKED_AT_MAX_LENGTH)
  const end = cut.search(/[?#]/)
  const bare = end === -1 ? cut : cut.slice(0, end)
  if (bare.length <= PLAIN_MAX_LENGTH && !suspicion(brand, imported).test(bare)) return bare
  const plain = decode(bare)
  const forms = [ownForm(brand), ANY_BRAND, JSON_PART, ...imported.map(importedForm)]
  const found = [...forms.map((form) => plain.search(form)), dottedAt(plain), randomAt(plain)]
  const at = Math.min(...found.filter((place) => place !== -1))
  if (at === Infinity) return bare
  const segments = plain.slice(0, at).split('/').length - 1
  return [...bare.split('/').slice(0, segments), REDACTED].join('/')
}

/** What every form below holds somewhere. Half of a secret that is cut in two has 15 characters. */
function suspicion(brand: string, imported: readonly string[]): RegExp {
  const words = [...imported, brand].join('|')
  return kept(`? ${words}`, () => new RegExp(`${words}|%|ey|[0-9a-z]{15}`, 'i'))
}

const BETWEEN = '[^0-9a-z/]'

/** Our prefixes, also with other separators, in other case, or run into what follows. */
function ownForm(brand: string): RegExp {
  return kept(
    brand,
    () =>
      new RegExp(
        `${brand}${BETWEEN}{1,3}(?:(?:${MARK_WORDS})${BETWEEN}{0,3})?(?:live|sandbox)(?:${BETWEEN}{1,3}[0-9a-z]|[0-9a-z]{8})`,
        'i',
      ),
  )
}

/** A prefix that is a word (`key`) must not hide all that begins with it (`/keys`). */
function importedForm(prefix: string): RegExp {
  return kept(`< ${prefix}`, () => new RegExp(`(?<![0-9a-z])${prefix}[\\w-]{8}`, 'i'))
}

/** Prefixes and brand are settings, so there are few. */
const compiled = new Map<string, RegExp>()

function kept(name: string, make: () => RegExp): RegExp {
  const known = compiled.get(name) ?? make()
  compiled.set(name, known)
  return known
}

/** Where a first part of a JWT stands that a second and a dot follow; -1 where none does. */
function dottedAt(text: string): number {
  if (!text.includes('.')) return -1
  let first: Run | undefined
  let second: Run | undefined
  for (const { 0: part, index: from } of text.matchAll(PART)) {
    const to = from + part.length
    const follows = second !== undefined && second.to + 1 === from && text[second.to] === '.'
    first = follows ? second : undefined
    second = { from, to }
    if (!first || text[to] !== '.') continue
    const at = text.slice(first.from, first.to).search(FIRST_PART)
    // What stands before the part is no letter and no digit, or it would be of it.
    if (at !== -1) return first.from + at
  }
  return -1
}

/** Where letters and digits stand that are as random as a secret's; -1 where none do. */
function randomAt(text: string): number {
  let before: Run | undefined
  for (let i = 0; i < text.length;) {
    const from = i
    while (classOf(text.charCodeAt(i)) !== undefined) i++
    if (i === from) {
      i++
      continue
    }
    const run = { from, to: i }
    if (i - from >= RANDOM_MIN_LENGTH && isRandom(text.slice(from, i))) return from
    if (before && before.to + 1 === from && /[/\\]/.test(text[before.to] ?? '')) {
      if (isCutInTwo(text.slice(before.from, before.to), text.slice(from, i))) return before.from
    }
    before = run
  }
  return -1
}

/** Lower-case digests and upper-case ULIDs are identifiers; base62 has both cases. */
function isRandom(run: string): boolean {
  if (/[a-z]/.test(run) && /[A-Z]/.test(run)) return true
  if (run.length < HEX_SECRET_MIN_LENGTH || run.length > HEX_SECRET_MAX_LENGTH) return false
  return /^(?:[0-9a-f]+|[0-9A-F]+)$/.test(run)
}

/**
 * Whether two runs with a slash between them are a secret. Words and short names end where a segment
 * ends too, so it is asked for more than of a whole one: the length of a key's random part, digits on
 * both sides or both cases, and the case changing as often as by chance it does in base62.
 */
function isCutInTwo(left: string, right: string): boolean {
  const length = left.length + right.length
  if (/^[0-9a-f]+$/i.test(left) && /^[0-9a-f]+$/i.test(right)) {
    return length >= 2 * RANDOM_MIN_LENGTH && length <= 2 * RANDOM_MAX_LENGTH
  }
  if (length < RANDOM_MIN_LENGTH || length > RANDOM_MAX_LENGTH) return false
  if (![left, right].every((half) => /[0-9]|[a-z][A-Z]/.test(half))) return false
  const joined = left + right
  const flips = joined.match(/[a-z](?=[A-Z])|[A-Z](?=[a-z])/g)?.length ?? 0
  const digits = joined.match(/[0-9]/g)?.length ?? 0
  return flips >= 5 && digits >= 2
}

function classOf(code: number): 'digit' | 'upper' | 'lower' | undefined {
  if (code >= 0x61 && code <= 0x7a) return 'lower'
  if (code >= 0x30 && code <= 0x39) return 'digit'
  return code >= 0x41 && code <= 0x5a ? 'upper' : undefined
}

/** Escapes undone without judging them. A decoded slash becomes `\`, so that segments stay in place. */
function decode(path: string): string {
  let text = path
  for (let i = 0; i < MAX_DECODINGS && text.includes('%'); i++) {
    text = text.replace(/%([0-9A-Fa-f]{2})/g, (_escape, hex: string) => {
      const character = String.fromCharCode(Number.parseInt(hex, 16))
      return character === '/' ? '\\' : character
    })
  }
  return text
}
