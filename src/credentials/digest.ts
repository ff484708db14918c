// One HMAC-SHA256 under the pepper over everything before the tag gives both the tag (its first 40
// bits, reduced) and the digest under which D1 knows the key (the rest). A leaked database therefore
// verifies nothing, and a string that we did not mint is refused before any storage is touched.

import { base64url } from 'jose'

import { sha256 } from '../lib/sha256.ts'
import {
  base62,
  keyPrefix,
  RANDOM_LENGTH,
  randomBase62,
  TAG_LENGTH,
  type ParsedKey,
} from './format.ts'
import type { Environment, OpaqueKind } from './kinds.ts'

const TAG_BYTES = 5
/** The pepper is a secret of at least so many characters. */
export const PEPPER_MIN_LENGTH = 32

/** The secrets under which keys are tagged; the first mints, all of them verify. */
export type Peppers = readonly [CryptoKey, ...CryptoKey[]]

/** Imports the peppers of `KEY_PEPPER`, given as text. */
export async function importPeppers(texts: readonly [string, ...string[]]): Promise<Peppers> {
  const [first, ...others] = texts
  return [await importPepper(first), ...(await Promise.all(others.map(importPepper)))]
}

function importPepper(text: string): Promise<CryptoKey> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  return crypto.subtle.importKey('raw', new TextEncoder().encode(text), algorithm, false, ['sign'])
}

/** The digest of a key that one of the peppers minted; nothing for any other string. */
export async function digestOf(key: ParsedKey, peppers: Peppers): Promise<string | undefined> {
  for (const pepper of peppers) {
    const { tag, digest } = await seal(key.covered, pepper)
    if (equalInConstantTime(tag, key.tag)) return digest
  }
  return undefined
}

export interface MintedKey {
  /** The credential's id. */
  readonly id: string
  readonly value: string
  readonly digest: string
}

/** A new key. The value is shown once and kept nowhere; the digest goes into D1. */
export async function mintKey(
  peppers: Peppers,
  brand: string,
  kind: OpaqueKind,
  environment: Environment,
): Promise<MintedKey> {
  const covered = keyPrefix(brand, kind, environment) + randomBase62(RANDOM_LENGTH)
  const { tag, digest } = await seal(covered, peppers[0])
  return { id: await credentialId(digest), value: covered + tag, digest }
}

/**
 * The id that a minted key gets: the gate can tell it from the key, and so ask the guard while it
 * reads the record. Of the digest it tells nothing. A row with another id works as well, only slower
 * on its first request.
 */
export async function credentialId(digest: string): Promise<string> {
  const bytes = await sha256(`credential id of ${digest}`)
  const parts = [0, 6].map((at) =>
    bytes.subarray(at, at + 6).reduce((n, byte) => n * 256 + byte, 0),
  )
  return `key_${parts.map((part) => base62(part % 62 ** 8, 8)).join('')}`
}

async function seal(covered: string, pepper: CryptoKey): Promise<{ tag: string; digest: string }> {
  const mac = new Uint8Array(
    await crypto.subtle.sign('HMAC', pepper, new TextEncoder().encode(covered)),
  )
  const head = mac.subarray(0, TAG_BYTES).reduce((value, byte) => value * 256 + byte, 0)
  return {
    tag: base62(head % 62 ** TAG_LENGTH, TAG_LENGTH),
    digest: base64url.encode(mac.subarray(TAG_BYTES)),
  }
}

/** Compares texts of equal length without telling where they differ. */
export function equalInConstantTime(a: string, b: string): boolean {
  let difference = a.length ^ b.length
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i)
  return difference === 0
}
