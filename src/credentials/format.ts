// The form of an opaque credential: <prefix><26 base62 random><6 base62 tag>.
// The prefix is covered by the tag, so that a live key renamed to sandbox is no key.

import type { Environment, Kind } from '../catalog/define.ts'

export const RANDOM_LENGTH = 26
export const TAG_LENGTH = 6
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** The kinds that are opaque strings; the fourth is a JWT. */
export type OpaqueKind = Exclude<Kind, 'jwt'>

const MARKS: Readonly<Record<OpaqueKind, string>> = {
  secret: '',
  publishable: 'pub_',
  access_token: 'tok_',
}

export interface ParsedKey {
  readonly kind: OpaqueKind
  readonly environment: Environment
  /** Everything before the tag: what the tag covers. */
  readonly covered: string
  readonly tag: string
}

/** `vk_live_`, `vk_pub_sandbox_`, `vk_tok_live_` … */
export function keyPrefix(brand: string, kind: OpaqueKind, environment: Environment): string {
  return `${brand}_${MARKS[kind]}${environment}_`
}

/** Reads keys of one brand. The longest form has 17 + brand + 32 characters; nothing longer is looked at. */
export function keyParser(brand: string): (text: string) => ParsedKey | undefined {
  const form = new RegExp(
    `^(${brand}_(pub_|tok_)?(live|sandbox)_[0-9A-Za-z]{${RANDOM_LENGTH}})([0-9A-Za-z]{${TAG_LENGTH}})$`,
  )
  return (text) => {
    if (text.length > 96) return undefined
    const match = form.exec(text)
    if (!match) return undefined
    const [, covered = '', mark, environment, tag = ''] = match
    const kind = mark === 'pub_' ? 'publishable' : mark === 'tok_' ? 'access_token' : 'secret'
    return { kind, environment: environment as Environment, covered, tag }
  }
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
