// What a JWT API key says, read strictly: jose leaves the types and the range of most claims open.

import type { JWTPayload } from 'jose'

import { err, ok, type Result } from '../lib/result.ts'

/** Farthest `exp` from now that is believed: ten years of 365.25 days. */
export const JWT_MAX_LIFETIME_S = 315_576_000
/** How far ahead of our clock an `iat` may be. */
export const JWT_IAT_LEEWAY_S = 60

/** What a verified JWT API key says. `jti` is unique within `issuer` only. Times in ms. */
export interface JwtClaims {
  readonly jti: string
  readonly sub: string
  readonly org: string
  readonly env: 'live' | 'sandbox'
  readonly products: readonly string[]
  readonly issuedAtMs: number
  readonly expiresAtMs: number
  readonly issuer: string
}

/** Why a token was refused. `expired` is only said of a token whose signature verified. */
export type JwtFlaw =
  | 'too_long'
  | 'not_compact'
  | 'not_canonical'
  | 'not_json_object'
  | 'duplicate_member'
  | 'escaped_member'
  | 'header_forbidden'
  | 'kid_missing'
  | 'issuer_unknown'
  | 'algorithm_not_allowed'
  | 'key_unknown'
  | 'keys_unavailable'
  | 'signature_invalid'
  | 'typ_unexpected'
  | 'audience_unexpected'
  | 'claim_missing'
  | 'claim_invalid'
  | 'expired'
  | 'not_yet_valid'
  | 'issued_in_future'
  | 'expiry_too_far'
  | 'products_invalid'
  | 'verification_failed'

/** 1 to 256 printable ASCII characters: fit for a header, a log line and a lookup. */
const IDENTIFIER = /^[\x20-\x7e]{1,256}$/

/** The registered claims where RFC 7519 §4.1 is looser than we are; `nowMs` is our clock. */
export function checkRegistered(payload: JWTPayload, nowMs: number): JwtFlaw | undefined {
  const { sub, jti, exp, iat, nbf } = payload
  const now = Math.floor(nowMs / 1000)
  if (!isIdentifier(sub) || !isIdentifier(jti)) return 'claim_invalid'
  if (!isSeconds(exp) || !isSeconds(iat)) return 'claim_invalid'
  if (nbf !== undefined && !isSeconds(nbf)) return 'claim_invalid'
  if (exp <= now) return 'expired'
  if (exp > now + JWT_MAX_LIFETIME_S) return 'expiry_too_far'
  if (iat > now + JWT_IAT_LEEWAY_S) return 'issued_in_future'
  return undefined
}

/** Our own claims out of a verified payload. */
export function readClaims(
  payload: JWTPayload,
  knownProducts: ReadonlySet<string>,
): Result<JwtClaims, JwtFlaw> {
  const { iss, sub, jti, exp, iat } = payload
  const { org, env } = payload
  if (typeof iss !== 'string' || !isIdentifier(sub) || !isIdentifier(jti))
    return err('claim_invalid')
  if (!isSeconds(exp) || !isSeconds(iat) || !isIdentifier(org)) return err('claim_invalid')
  if (env !== 'live' && env !== 'sandbox') return err('claim_invalid')
  const products = readProducts(payload, knownProducts)
  if (!products.ok) return products
  const times = { issuedAtMs: iat * 1000, expiresAtMs: exp * 1000 }
  return ok({ jti, sub, org, env, products: products.value, ...times, issuer: iss })
}

/** `products`: a non-empty array of exactly known names, each once. There is no wildcard. */
export function readProducts(
  payload: JWTPayload,
  knownProducts: ReadonlySet<string>,
): Result<readonly string[], JwtFlaw> {
  const list: unknown = payload['products']
  if (!Array.isArray(list) || list.length === 0) return err('products_invalid')
  const products = list.filter(
    (name: unknown): name is string =>
      typeof name === 'string' && name !== '*' && knownProducts.has(name),
  )
  const allOnce = new Set(products).size === list.length
  return allOnce ? ok(products) : err('products_invalid')
}

function isIdentifier(value: unknown): value is string {
  return typeof value === 'string' && IDENTIFIER.test(value)
}

/** NumericDate without fraction, sign or infinity (RFC 7519 §2). */
function isSeconds(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
