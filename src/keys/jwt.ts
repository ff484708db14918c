// Strict verification of JWT API keys (design §4). jose checks the signature, algorithm, issuer,
// audience, type and presence of claims; this file adds what it leaves out, so that each token has
// one spelling and one meaning. Structure is judged before any key or storage is touched, and
// whatever throws is a refusal. `now` is passed in. Records must still be found by the claims'
// issuer *and* `jti`, never by the token's text or by `jti` alone: issuers number independently.

import { base64url, errors, jwtVerify } from 'jose'
import type { JWTPayload, JWTVerifyGetKey } from 'jose'
import { err, ok } from '../result.ts'
import type { Result } from '../result.ts'

/** The `typ` of a JWT API key: explicit, so that no other kind of token passes (RFC 8725 §3.11). */
export const JWT_KEY_TYP = 'vk+jwt'
/** Longest token that is looked at, in characters; the cap comes before any split or decode. */
export const JWT_MAX_CHARS = 8192
/** Farthest `exp` from now that is believed: ten years of 365.25 days. */
export const JWT_MAX_LIFETIME_S = 315_576_000
/** How far ahead of our clock an `iat` may be. */
export const JWT_IAT_LEEWAY_S = 60
/** Every claim that a JWT API key must carry. */
export const JWT_KEY_CLAIMS: readonly string[] = 'iss aud sub jti iat exp org env products'.split(
  ' ',
)

/** An issuer that we believe, and how. `keys` is jose's resolver of a local or remote JWK set. */
export interface JwtIssuer {
  readonly issuer: string
  readonly audience: string
  readonly algorithms: readonly string[]
  readonly typ: string
  readonly keys: JWTVerifyGetKey
}

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

export interface StrictOptions extends JwtIssuer {
  readonly requiredClaims: readonly string[]
  readonly nowMs: number
}

type JsonObject = Readonly<Record<string, unknown>>

const COMPACT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/
/** 1 to 256 printable ASCII characters: fit for a header, a log line and a lookup. */
const IDENTIFIER = /^[\x20-\x7e]{1,256}$/
/**
 * Header members that bring a key along (RFC 8725 §3.10, CVE-2018-0114), point at one, or change
 * what is signed (`b64`, RFC 7797; `zip`; `crit`). We support none, so none may be present.
 */
const FORBIDDEN_HEADER_MEMBERS: readonly string[] =
  'jwk jku x5u x5c x5t x5t#S256 b64 zip crit'.split(' ')
/** A byte-order mark is kept, so that JSON refuses it (RFC 8259 §8.1). */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
/** In valid JSON text: a string, with the colon that makes it a name, or a bracket. */
const JSON_MARK = /"((?:[^"\\]|\\.)*)"\s*(:?)|[{}[\]]/g

/** Whether a credential has the form of a JWT; says nothing about its worth. */
export function looksLikeJwt(text: string): boolean {
  return text.startsWith('ey') && text.split('.', 4).length === 3
}

/**
 * Verify a JWT API key. The issuer is chosen by exact match on the unverified `iss`, and then only
 * that issuer's keys, algorithms, audience and type count (RFC 8725 §3.8).
 */
export async function verifyJwt(
  token: string,
  issuers: readonly JwtIssuer[],
  knownProducts: ReadonlySet<string>,
  nowMs: number,
): Promise<Result<JwtClaims, JwtFlaw>> {
  const payload = readToken(token)
  if (!payload.ok) return payload
  const issuer = issuers.find((known) => known.issuer === payload.value['iss'])
  if (!issuer) return err('issuer_unknown')
  const verified = await verifySigned(token, { ...issuer, requiredClaims: JWT_KEY_CLAIMS, nowMs })
  if (!verified.ok) return verified
  return readClaims(verified.value, knownProducts)
}

/** The same path for one issuer and a chosen set of required claims; the payload as it stands. */
export async function verifyStrict(
  token: string,
  options: StrictOptions,
): Promise<Result<JWTPayload, JwtFlaw>> {
  const payload = readToken(token)
  return payload.ok ? verifySigned(token, options) : payload
}

/**
 * The compact form and the header, without keys: length, alphabet, canonical base64url (RFC 4648
 * §3.5), one JSON object whose names are plain and differ, a `kid`, and nothing of the forbidden.
 */
export function readHeader(token: string): Result<JsonObject, JwtFlaw> {
  if (token.length > JWT_MAX_CHARS) return err('too_long')
  if (!COMPACT.test(token)) return err('not_compact')
  const [first = '', second = '', third = ''] = token.split('.')
  if (![first, second, third].every(isCanonical)) return err('not_canonical')
  const header = readObject(first)
  if (!header.ok) return header
  if (FORBIDDEN_HEADER_MEMBERS.some((name) => Object.hasOwn(header.value, name))) {
    return err('header_forbidden')
  }
  const { kid } = header.value
  return typeof kid === 'string' && kid !== '' ? header : err('kid_missing')
}

/** The unverified payload of a token whose structure is sound. */
function readToken(token: string): Result<JsonObject, JwtFlaw> {
  const header = readHeader(token)
  return header.ok ? readObject(token.split('.')[1] ?? '') : header
}

function isCanonical(part: string): boolean {
  try {
    return base64url.encode(base64url.decode(part)) === part
  } catch {
    return false
  }
}

function readObject(part: string): Result<JsonObject, JwtFlaw> {
  try {
    const text = UTF8.decode(base64url.decode(part))
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return err('not_json_object')
    }
    const names = memberNames(text)
    if (names.some((name) => name.includes('\\'))) return err('escaped_member')
    if (new Set(names).size < names.length) return err('duplicate_member')
    return ok(value as JsonObject)
  } catch {
    return err('not_json_object')
  }
}

/**
 * The names in the outermost object of a *valid* JSON text, as they are spelled. JSON.parse keeps
 * the last of equal names without a word (RFC 7519 §4 lets us refuse), and V8's can misread an
 * escaped one after other texts (nodejs/node#63785); so no name may be escaped or come twice.
 */
function memberNames(text: string): readonly string[] {
  const names: string[] = []
  let depth = 0
  for (const [mark, name = '', colon] of text.matchAll(JSON_MARK)) {
    if (mark === '{' || mark === '[') depth += 1
    else if (mark === '}' || mark === ']') depth -= 1
    else if (colon && depth === 1) names.push(name)
  }
  return names
}

async function verifySigned(
  token: string,
  options: StrictOptions,
): Promise<Result<JWTPayload, JwtFlaw>> {
  const { issuer, audience, typ, nowMs } = options
  try {
    const { payload } = await jwtVerify(token, options.keys, {
      issuer,
      audience,
      typ,
      algorithms: [...options.algorithms],
      requiredClaims: [...options.requiredClaims],
      clockTolerance: 0,
      currentDate: new Date(nowMs),
    })
    const flaw = checkRegistered(payload, nowMs)
    return flaw ? err(flaw) : ok(payload)
  } catch (thrown) {
    return err(toFlaw(thrown))
  }
}

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

const FLAW_OF_CODE: Partial<Record<errors.JOSEError['code'], JwtFlaw>> = {
  ERR_JWT_EXPIRED: 'expired',
  ERR_JOSE_ALG_NOT_ALLOWED: 'algorithm_not_allowed',
  ERR_JWKS_NO_MATCHING_KEY: 'key_unknown',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'signature_invalid',
  ERR_JOSE_GENERIC: 'keys_unavailable',
  ERR_JWKS_INVALID: 'keys_unavailable',
  ERR_JWKS_TIMEOUT: 'keys_unavailable',
}

/** jose's errors by their stable codes; a plain error of the runtime counts as a refusal too. */
function toFlaw(thrown: unknown): JwtFlaw {
  if (thrown instanceof errors.JWTClaimValidationFailed) {
    if (thrown.claim === 'typ') return 'typ_unexpected'
    if (thrown.reason === 'missing') return 'claim_missing'
    if (thrown.reason === 'invalid') return 'claim_invalid'
    if (thrown.claim === 'aud') return 'audience_unexpected'
    if (thrown.claim === 'nbf') return 'not_yet_valid'
    return thrown.claim === 'iss' ? 'issuer_unknown' : 'claim_invalid'
  }
  if (!(thrown instanceof errors.JOSEError)) return 'verification_failed'
  return FLAW_OF_CODE[thrown.code] ?? 'verification_failed'
}
