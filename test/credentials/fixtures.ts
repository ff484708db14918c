// What the tests of this folder share: a fixed clock, one set of claims, and signed tokens whose
// every byte the test chooses.

import { base64url } from 'jose'
import { mintJwt, type MintInput } from '../../src/credentials/mint-jwt.ts'
import { JWT_KEY_TYP, type JwtIssuer } from '../../src/credentials/jwt.ts'
import {
  generateSigningKey,
  loadSigningKeys,
  type SigningKeys,
} from '../../src/credentials/signing-keys.ts'

export const NOW_MS = Date.UTC(2026, 0, 1)
export const NOW_S = NOW_MS / 1000
export const ISSUER = 'https://edge.example.com'
export const AUDIENCE = 'https://api.example.com'
export const PRODUCTS: ReadonlySet<string> = new Set(['aml_screening', 'document_verification'])

export const signingKeys: SigningKeys = await loadSigningKeys([await generateSigningKey()])

/** An issuer as the deployment believes itself, unless told otherwise. */
export function issuerOf(keys: SigningKeys, over: Partial<JwtIssuer> = {}): JwtIssuer {
  return {
    issuer: ISSUER,
    audience: AUDIENCE,
    algorithms: ['EdDSA'],
    typ: JWT_KEY_TYP,
    keys: keys.verify,
    ...over,
  }
}

/** A valid JWT API key of one hour. */
export function mintValid(over: Partial<MintInput> = {}): Promise<string> {
  return mintJwt({
    signingKeys,
    issuer: ISSUER,
    audience: AUDIENCE,
    jti: 'key_1',
    sub: 'svc_1',
    org: 'org_1',
    env: 'live',
    products: ['aml_screening'],
    issuedAtMs: NOW_MS - 60_000,
    expiresAtMs: NOW_MS + 3_600_000,
    ...over,
  })
}

export const HEADER = { alg: 'EdDSA', typ: JWT_KEY_TYP, kid: signingKeys.kid }
export const CLAIMS = {
  iss: ISSUER,
  aud: AUDIENCE,
  sub: 'svc_1',
  jti: 'key_1',
  iat: NOW_S - 60,
  exp: NOW_S + 3600,
  org: 'org_1',
  env: 'live',
  products: ['aml_screening'],
}

/** Sign two JSON texts just as they are: the signature is right, whatever they say. */
export function signTexts(header: string, payload: string, keys = signingKeys): Promise<string> {
  return signParts(base64url.encode(header), base64url.encode(payload), keys)
}

/** Sign two encoded parts just as they are. */
export async function signParts(
  header: string,
  payload: string,
  keys = signingKeys,
): Promise<string> {
  const input = `${header}.${payload}`
  const bytes = new TextEncoder().encode(input)
  const signature = await crypto.subtle.sign('Ed25519', keys.privateKey, bytes)
  return `${input}.${base64url.encode(new Uint8Array(signature))}`
}

/** A signed token from objects; `undefined` removes a member. */
export function signObjects(header: object, claims: object): Promise<string> {
  return signTexts(
    JSON.stringify({ ...HEADER, ...header }),
    JSON.stringify({ ...CLAIMS, ...claims }),
  )
}
