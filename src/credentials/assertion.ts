// The signed identity that every forwarded request carries in `X-Edge-Assertion`: the
// upstream's proof of who called and that the call came through the gate. `docs/upstream.md` is the
// upstream's side of this file.

import { SignJWT } from 'jose'
import type { SigningKeys } from './signing-keys.ts'

/** Unlike the `typ` of an API key, so that neither passes for the other (RFC 8725 §3.11). */
export const ASSERTION_TYP = 'vk-assertion+jwt'
/** Lifetime of an assertion; with a reused one, what is left of it. */
export const ASSERTION_TTL_S = 60

/** What belongs to the key and the product. The same facts give an assertion that may be reused. */
export interface AssertionFacts {
  readonly issuer: string
  readonly keyId: string
  readonly org: string
  readonly env: 'live' | 'sandbox'
  readonly keyType: string
  readonly scopes: readonly string[]
  readonly product: string
  readonly serviceUser?: string | undefined
  readonly sourceSystem?: string | undefined
  readonly departments?: readonly string[] | undefined
}

/** What belongs to one request; for products with `assertion: 'request'`, signed each time. */
export interface AssertedRequest {
  readonly method: string
  /** The canonical path on which the gate decided, without the query. */
  readonly path: string
  readonly clientIp: string
  readonly requestId: string
  readonly department?: string | undefined
}

export interface Assertion {
  readonly token: string
  readonly expiresAtMs: number
}

/**
 * Sign the assertion: EdDSA, `iss` = our issuer, `aud` = product, `sub` = key id, `exp` = `iat` +
 * 60 s. Without `request` it says who; with it, also for which call.
 *
 * An upstream must refuse with 401 unless the signature verifies with a key of our JWK set under
 * EdDSA, `typ` is `vk-assertion+jwt`, `iss` is the deployment's issuer, `aud` is its own product
 * and `exp` has not passed; and, where it asked for `assertion: 'request'`, unless `method` and
 * `path` are those of the request that it received. The other `X-Edge-*` headers prove nothing.
 */
export async function signAssertion(
  signingKeys: Pick<SigningKeys, 'kid' | 'privateKey'>,
  facts: AssertionFacts,
  nowMs: number,
  request?: AssertedRequest,
): Promise<Assertion> {
  const iat = Math.floor(nowMs / 1000)
  const exp = iat + ASSERTION_TTL_S
  // A claim without value is left out by JSON, never sent as null.
  const claims = {
    iss: facts.issuer,
    aud: facts.product,
    sub: facts.keyId,
    iat,
    exp,
    org: facts.org,
    env: facts.env,
    key_type: facts.keyType,
    scopes: [...facts.scopes],
    product: facts.product,
    service_user: facts.serviceUser,
    source_system: facts.sourceSystem,
    departments: facts.departments && [...facts.departments],
    ...(request && {
      method: request.method,
      path: request.path,
      client_ip: request.clientIp,
      request_id: request.requestId,
      department: request.department,
    }),
  }
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'EdDSA', typ: ASSERTION_TYP, kid: signingKeys.kid })
    .sign(signingKeys.privateKey)
  return { token, expiresAtMs: exp * 1000 }
}
