// The form of an opaque credential: <prefix><26 base62 random><6 base62 tag>.
// The prefix is covered by the tag, so that a live key renamed to sandbox is no key.

import {
  ENVIRONMENTS,
  KINDS,
  MARK_WORDS,
  OPAQUE_KINDS,
  SIGNED_KIND,
  type Environment,
  type Kind,
  type OpaqueKind,
} from './kinds.ts'

export const RANDOM_LENGTH = 26
export const TAG_LENGTH = 6
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

const KIND_OF_MARK: ReadonlyMap<string, OpaqueKind> = new Map(
  OPAQUE_KINDS.map((kind) => [KINDS[kind].proof.mark, kind]),
)

export interface ParsedKey {
  readonly kind: OpaqueKind
  readonly environment: Environment
  /** Everything before the tag: what the tag covers. */
  readonly covered: string
  readonly tag: string
}

/** `vk_live_`, `vk_pub_sandbox_`, `vk_tok_live_` … */
export function keyPrefix(brand: string, kind: OpaqueKind, environment: Environment): string {
  const { mark } = KINDS[kind].proof
  return mark === '' ? `${brand}_${environment}_` : `${brand}_${mark}_${environment}_`
}

/** Reads keys of one brand. The longest form has 17 + brand + 32 characters; nothing longer is looked at. */
export function keyParser(brand: string): (text: string) => ParsedKey | undefined {
  const form = new RegExp(
    `^(${brand}_(?:(${MARK_WORDS})_)?(live|sandbox)_[0-9A-Za-z]{${RANDOM_LENGTH}})([0-9A-Za-z]{${TAG_LENGTH}})$`,
  )
  return (text) => {
    if (text.length > 96) return undefined
    const match = form.exec(text)
    if (!match) return undefined
    const [, covered = '', mark = '', environment, tag = ''] = match
    const kind = KIND_OF_MARK.get(mark)
    return kind && { kind, environment: environment as Environment, covered, tag }
  }
}

/** The kind that the beginning of a text speaks of; undefined where it looks like none. */
export function kindOfPrefix(text: string, brand: string): Kind | undefined {
  if (text.startsWith('ey')) return SIGNED_KIND
  const begins = (kind: OpaqueKind): boolean =>
    ENVIRONMENTS.some((environment) => text.startsWith(keyPrefix(brand, kind, environment)))
  return OPAQUE_KINDS.find(begins)
}

/** So many base62 characters of cryptographic randomness (5.95 bits each), without modulo bias. */
export function randomBase62(length: number): string {
  let text = ''
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length * 2))) {
      if (byte < 248 && text.length < length) text += BASE62[byte % 62]
    }
  }
  return text
}

/** A number below 62^length as base62, padded with zeros. */
export function base62(value: number, length: number): string {
  let text = ''
  for (let rest = value, i = 0; i < length; i++) {
    text = BASE62[rest % 62] + text
    rest = Math.floor(rest / 62)
  }
  return text
}
