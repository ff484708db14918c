// What looks like a credential does not get into the audit. Clients do put keys into paths, whole or
// mangled, so this is about looks: a prefix of ours with anything behind it, the random part without
// its prefix, a JWT or the beginning of one. It errs on the side of hiding.

/** Stands for the first segment that looks like a secret and all behind it. */
export const REDACTED = '[redacted]'

/** Escapes within escapes are undone so often; canonical paths hold none. */
const MAX_DECODINGS = 4
/** The random part and the tag are 32 characters; one or two may be missing. */
const RUN = /[0-9A-Za-z]{30,}/g
/** Keys of the same style by whatever brand. */
const ANY_BRAND = /[0-9a-z]_(?:pub_|tok_)?(?:live|sandbox|test)_[0-9a-z]{16,}/i
/** `{"` in base64url, as header and payload begin, or three parts of which the first begins with `{`. */
const JWT = /eyJ[\w-]{8,}|(?<![0-9a-z])ey[\w-]{8,}\.[\w-]+\./i

/** By their source; prefixes and brand are settings, so there are few. */
const compiled = new Map<string, RegExp>()

/**
 * The path without query and fragment, cut off at the first segment that looks like a secret: where
 * that ends cannot be known, as its rest may stand in the next segment.
 * @param path canonical or raw.
 * @param brand of our keys (`KEY_BRAND`): lower-case letters and digits.
 * @param imported prefixes of keys that were minted elsewhere (`IMPORTED_PREFIXES`).
 */
export function redactPath(path: string, brand: string, imported: readonly string[] = []): string {
  const end = path.search(/[?#]/)
  const bare = end === -1 ? path : path.slice(0, end)
  if (!suspicion(brand, imported).test(bare)) return bare
  const plain = decode(bare)
  const at = secretAt(plain, [ownForm(brand), ANY_BRAND, JWT, ...imported.map(importedForm)])
  if (at === -1) return bare
  const segments = plain.slice(0, at).split('/').length - 1
  return [...bare.split('/').slice(0, segments), REDACTED].join('/')
}

/** By the imported prefixes, of which there is one list, and by brand. */
const suspicions = new WeakMap<readonly string[], Map<string, RegExp>>()

/** What every form below holds somewhere: most paths have nothing of the kind. */
function suspicion(brand: string, imported: readonly string[]): RegExp {
  const byBrand = suspicions.get(imported) ?? new Map<string, RegExp>()
  suspicions.set(imported, byBrand)
  const known = byBrand.get(brand)
  if (known) return known
  const source = [...imported, brand, '%', 'ey', '[0-9a-z]{16}'].join('|')
  const pattern = new RegExp(source, 'i')
  byBrand.set(brand, pattern)
  return pattern
}

function secretAt(text: string, forms: readonly RegExp[]): number {
  const found = forms.map((form) => text.search(form))
  for (const { 0: run, index } of text.matchAll(RUN)) {
    // Lower-case digests and upper-case ULIDs are identifiers; base62 has both cases.
    if (/[a-z]/.test(run) && /[A-Z]/.test(run)) found.push(index)
  }
  return found.reduce((first, at) => (at !== -1 && (first === -1 || at < first) ? at : first), -1)
}

/** Our prefixes, also with other separators, in other case, or run into what follows. */
function ownForm(brand: string): RegExp {
  const between = '[^0-9a-z/]'
  return compile(
    `${brand}${between}{1,3}(?:(?:pub|tok)${between}{0,3})?(?:live|sandbox)(?:${between}{1,3}[0-9a-z]|[0-9a-z]{8})`,
  )
}

/** A prefix that is a word (`key`) must not hide all that begins with it (`/keys`). */
function importedForm(prefix: string): RegExp {
  return compile(`(?<![0-9a-z])${prefix}[\\w-]{8,}`)
}

function compile(source: string): RegExp {
  const known = compiled.get(source) ?? new RegExp(source, 'i')
  compiled.set(source, known)
  return known
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
