// Strict verification of JWT API keys (RFC 7519, 8725). jose checks the signature, algorithm, issuer,
// audience, type and presence of claims; this file adds what it leaves out, so that each token has
// one spelling and one meaning. Structure is judged before any key or storage is touched, and
// whatever throws is a refusal. `now` is passed in. Records must still be found by the claims'
// issuer *and* `jti`, never by the token's text or by `jti` alone: issuers number independently.

import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose'
import { err, ok, type Result } from '../lib/result.ts'
import { checkRegistered, readClaims, type JwtClaims, type JwtFlaw } from './jwt-claims.ts'
import { readToken } from './jwt-form.ts'

/** The `typ` of a JWT API key: explicit, so that no other kind of token passes (RFC 8725 §3.11). */
export const JWT_KEY_TYP = 'vk+jwt'
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

export interface StrictOptions extends JwtIssuer {
  readonly requiredClaims: readonly string[]
  readonly nowMs: number
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
