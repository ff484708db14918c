// The deployment's signing keys: one signs JWT API keys and upstream assertions, the others are
// only published, so that what they signed still verifies (rotation). Nothing here logs, throws or
// returns a value of the setting: its errors name the place and the rule, never the content.

import {
  base64url,
  calculateJwkThumbprint,
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  importJWK,
  type CryptoKey,
  type JWTVerifyGetKey,
} from 'jose'
import { err, ok, type Result } from '../lib/result.ts'
import { isObject } from '../lib/json.ts'

/** What `/.well-known/jwks.json` shows of a key (RFC 8037 §2). */
export interface PublicKeyJwk {
  readonly kty: 'OKP'
  readonly crv: 'Ed25519'
  readonly x: string
  readonly kid: string
  readonly alg: 'EdDSA'
  readonly use: 'sig'
}

export interface PrivateKeyJwk extends PublicKeyJwk {
  readonly d: string
}

/** `SIGNING_KEYS` after its structure was checked; the first key signs. */
export type ParsedSigningKeys = readonly [PrivateKeyJwk, ...(PublicKeyJwk | PrivateKeyJwk)[]]

/** Keys ready for use: `kid` and `privateKey` sign, `verify` resolves every published key. */
export interface SigningKeys {
  readonly kid: string
  readonly privateKey: CryptoKey
  readonly verify: JWTVerifyGetKey
}

const KID = /^[A-Za-z0-9._-]{1,128}$/
const ED25519_KEY_BYTES = 32 // RFC 8032 §5.1.5, both halves

/**
 * Check the structure of the setting `SIGNING_KEYS`: a JSON JWK set of Ed25519 keys, the first with
 * its private half `d`; a retired one may be listed without it. Unknown members are ignored (RFC
 * 7517 §4) and never published. The error is a sentence for the operator.
 */
export function parseSigningKeys(text: string): Result<ParsedSigningKeys, string> {
  let set: unknown
  try {
    set = JSON.parse(text)
  } catch {
    return err('SIGNING_KEYS is not JSON; it must be a JWK set: {"keys":[…]}')
  }
  const list = isObject(set) ? set['keys'] : undefined
  if (!Array.isArray(list) || list.length === 0) {
    return err('SIGNING_KEYS must be a JWK set with at least one key: {"keys":[…]}')
  }
  const keys: (PublicKeyJwk | PrivateKeyJwk)[] = []
  for (const [index, entry] of list.entries()) {
    const key = readKey(entry)
    if (!key.ok) return err(`SIGNING_KEYS keys[${index}]: ${key.error}`)
    if (keys.some(({ kid }) => kid === key.value.kid)) {
      return err(`SIGNING_KEYS keys[${index}]: kid is used twice; each key needs its own`)
    }
    keys.push(key.value)
  }
  const [first, ...rest] = keys
  if (!first || !hasPrivate(first)) {
    return err('SIGNING_KEYS keys[0]: d is missing; the first key signs and needs its private half')
  }
  return ok([first, ...rest])
}

function readKey(entry: unknown): Result<PublicKeyJwk | PrivateKeyJwk, string> {
  if (!isObject(entry)) return err('must be a JWK object')
  const { kty, crv, x, d, kid, alg, use } = entry
  if (kty !== 'OKP') return err('kty must be "OKP"')
  if (crv !== 'Ed25519') return err('crv must be "Ed25519"')
  if (alg !== 'EdDSA') return err('alg must be "EdDSA"')
  if (use !== 'sig') return err('use must be "sig"')
  if (typeof kid !== 'string' || !KID.test(kid)) {
    return err('kid must be 1 to 128 characters of A-Z a-z 0-9 . _ -')
  }
  if (!isKeyText(x)) return err('x must be 32 bytes in base64url without padding')
  if (d === undefined) return ok({ kty, crv, x, kid, alg, use })
  if (!isKeyText(d)) return err('d must be 32 bytes in base64url without padding')
  return ok({ kty, crv, x, d, kid, alg, use })
}

/**
 * Import the keys. Throws when a private half does not belong to its public one, because then
 * everything that we sign would be refused everywhere.
 */
export async function loadSigningKeys(parsed: ParsedSigningKeys): Promise<SigningKeys> {
  let privateKey: CryptoKey | undefined
  for (const [index, jwk] of parsed.entries()) {
    if (!hasPrivate(jwk)) continue
    const imported = await importMatching(jwk)
    if (!imported) throw new Error(`SIGNING_KEYS keys[${index}]: x is not the public half of d`)
    privateKey ??= imported
  }
  if (!privateKey) throw new Error('SIGNING_KEYS: no key can sign')
  const verify = createLocalJWKSet(publicJwks(parsed))
  return { kid: parsed[0].kid, privateKey, verify }
}

/** The private key, or nothing when `x` is not its own (Node's import notices, workerd's not). */
async function importMatching(jwk: PrivateKeyJwk): Promise<CryptoKey | undefined> {
  const probe = new TextEncoder().encode('portcullis: does this pair belong together?')
  try {
    const signer = await importJWK({ ...jwk }, 'EdDSA')
    const verifier = await importJWK(toPublic(jwk), 'EdDSA')
    if (signer instanceof Uint8Array || verifier instanceof Uint8Array) return undefined
    const signature = await crypto.subtle.sign('Ed25519', signer, probe)
    const same = await crypto.subtle.verify('Ed25519', verifier, signature, probe)
    return same ? signer : undefined
  } catch {
    return undefined
  }
}

/** The set for `/.well-known/jwks.json`: chosen members only, so that `d` cannot slip through. */
export function publicJwks(parsed: ParsedSigningKeys): { keys: PublicKeyJwk[] } {
  return { keys: parsed.map(toPublic) }
}

/** A fresh key for `SIGNING_KEYS`; its `kid` is the RFC 7638 SHA-256 thumbprint. */
export async function generateSigningKey(): Promise<PrivateKeyJwk> {
  const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
  const { x, d } = await exportJWK(pair.privateKey)
  if (x === undefined || d === undefined) throw new Error('the runtime exported no Ed25519 key')
  const kid = await calculateJwkThumbprint({ kty: 'OKP', crv: 'Ed25519', x })
  return { kty: 'OKP', crv: 'Ed25519', x, d, kid, alg: 'EdDSA', use: 'sig' }
}

function toPublic({ kty, crv, x, kid, alg, use }: PublicKeyJwk): PublicKeyJwk {
  return { kty, crv, x, kid, alg, use }
}

function hasPrivate(key: PublicKeyJwk | PrivateKeyJwk): key is PrivateKeyJwk {
  return 'd' in key
}

function isKeyText(value: unknown): value is string {
  if (typeof value !== 'string') return false
  try {
    const bytes = base64url.decode(value)
    return bytes.length === ED25519_KEY_BYTES && base64url.encode(bytes) === value
  } catch {
    return false
  }
}
