// Other issuers of JWT API keys, trusted by the setting `TRUSTED_ISSUERS`. Read once,
// strictly; an entry that could be understood in two ways is an error of the deployment.

import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type FetchImplementation,
  type JSONWebKeySet,
} from 'jose'
import { err, ok, type Result } from '../lib/result.ts'
import { isObject, parseJson } from '../lib/json.ts'
import { JWT_KEY_TYP, type JwtIssuer } from './jwt.ts'

export interface TrustedIssuer {
  readonly issuer: string
  readonly jwksUrl: string
  readonly audience: string
  readonly algorithms: readonly string[]
  readonly typ: string
}

/** Signatures that a public key can check; a symmetric one would make the JWK set a secret. */
const ALGORITHMS: ReadonlySet<unknown> = new Set(
  ['EdDSA', 'Ed25519', 'ES256', 'ES384', 'RS256', 'PS256'], // RFC 7518 §3.1, RFC 8037, RFC 9864
)
const FIELDS: readonly string[] = ['issuer', 'jwks_url', 'audience', 'algorithms', 'typ']
const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])
const PLAIN_URL = /^https?:\/\/[^\s?#\\]+$/
const TYP = /^[A-Za-z0-9][A-Za-z0-9.+-]{0,63}$/
/** The generic type would let any token of that issuer, such as a sign-in, pass as an API key. */
const GENERIC_TYP = /^jwt$/i

/** Deadline of one JWKS fetch. */
const JWKS_TIMEOUT_MS = 3_000
/** After a fetch, how long an unknown `kid` cannot cause the next one. */
const JWKS_COOLDOWN_MS = 30_000
/** After a failed fetch, how long none is tried: forged tokens must not become fetches. */
const JWKS_RETRY_MS = 5_000

/**
 * Check `TRUSTED_ISSUERS`: a JSON array, or the array itself; absent or empty text means none.
 * `ownIssuer` may not be listed, because our keys are not to be had from a URL. The error is a
 * sentence for the operator that names the field.
 */
export function parseTrustedIssuers(
  setting: unknown,
  ownIssuer: string,
): Result<readonly TrustedIssuer[], string> {
  if (setting === undefined || setting === '') return ok([])
  const list = typeof setting === 'string' ? parseJson(setting) : setting
  if (!Array.isArray(list)) return err('TRUSTED_ISSUERS must be a JSON array of issuers')
  const trusted: TrustedIssuer[] = []
  const seen = new Set([normalize(ownIssuer)])
  for (const [index, entry] of list.entries()) {
    const read = readIssuer(entry)
    if (!read.ok) return err(`TRUSTED_ISSUERS[${index}]${read.error}`)
    const name = normalize(read.value.issuer)
    if (seen.has(name)) {
      return err(`TRUSTED_ISSUERS[${index}].issuer must differ from our own and from the others`)
    }
    seen.add(name)
    trusted.push(read.value)
  }
  return ok(trusted)
}

function readIssuer(entry: unknown): Result<TrustedIssuer, string> {
  if (!isObject(entry)) {
    return err(' must be an object')
  }
  const unknown = Object.keys(entry).find((name) => !FIELDS.includes(name))
  if (unknown !== undefined) return err(` has an unknown field: ${unknown}`)
  const { issuer, jwks_url: jwksUrl, audience, algorithms, typ = JWT_KEY_TYP } = entry
  if (!isPlainUrl(issuer)) return err(`.issuer ${URL_RULE}`)
  if (!isPlainUrl(jwksUrl)) return err(`.jwks_url ${URL_RULE}`)
  if (typeof audience !== 'string' || audience === '') {
    return err('.audience must be a non-empty string')
  }
  if (!isAlgorithmList(algorithms)) {
    return err(`.algorithms must be a list, each once, of: ${[...ALGORITHMS].join(', ')}`)
  }
  if (typeof typ !== 'string' || !TYP.test(typ) || GENERIC_TYP.test(typ)) {
    return err('.typ must be a specific type such as "vk+jwt", not "JWT"')
  }
  return ok({ issuer, jwksUrl, audience, algorithms, typ })
}

const URL_RULE = 'must be an https URL (http for loopback only) without user, query or fragment'

function isPlainUrl(value: unknown): value is string {
  if (typeof value !== 'string' || !PLAIN_URL.test(value) || !URL.canParse(value)) return false
  const { protocol, hostname, username, password } = new URL(value)
  if (username !== '' || password !== '') return false
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname))
}

function isAlgorithmList(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    new Set(value).size === value.length &&
    value.every((name) => ALGORITHMS.has(name))
  )
}

/** Near-equal issuers are equal here; a token's `iss` is still compared byte by byte. */
function normalize(issuer: string): string {
  return URL.canParse(issuer) ? new URL(issuer).href.replace(/(?<!\/)\/+$/, '') : issuer
}

/** Issuers for `verifyJwt`, each with its own fixed JWKS URL, fetched on first use. */
export function remoteIssuers(trusted: readonly TrustedIssuer[]): readonly JwtIssuer[] {
  return trusted.map(({ jwksUrl, ...rest }) => ({
    ...rest,
    keys: createRemoteJWKSet(new URL(jwksUrl), {
      timeoutDuration: JWKS_TIMEOUT_MS,
      cooldownDuration: JWKS_COOLDOWN_MS,
      [customFetch]: createJwksFetch(),
    }),
  }))
}

/**
 * The fetch of one JWK set: follows no redirect, wants 200 and a well-formed set, and after a
 * failure rests. Every failure is jose's generic error, which `verifyJwt` calls `keys_unavailable`.
 */
function createJwksFetch(): FetchImplementation {
  let restUntilMs = 0
  return async (url, options) => {
    if (Date.now() < restUntilMs) throw new errors.JOSEError('the JWK set could not be fetched')
    try {
      const response = await fetch(url, { ...options, redirect: 'manual' })
      if (response.status !== 200) throw new Error(`status ${response.status}`)
      const jwks: JSONWebKeySet = await response.json()
      createLocalJWKSet(jwks)
      return Response.json(jwks)
    } catch (cause) {
      restUntilMs = Date.now() + JWKS_RETRY_MS
      throw new errors.JOSEError('the JWK set could not be fetched', { cause })
    }
  }
}
