// Who is calling, verified as docs/upstream.md tells every upstream to; a refusal also says why.

import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload } from 'jose'

import type { Environment } from '../../catalog/define.ts'

export type AssertionVerdict =
  | { readonly valid: true; readonly claims: JWTPayload }
  | { readonly valid: false; readonly reason: string }

/** Makes the check once; it keeps the edge's keys and fetches again when a new `kid` appears. */
export function createAssertionCheck(issuer: string, product: string, environment: Environment) {
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`))
  return async (headers: Headers): Promise<AssertionVerdict> => {
    const token = headers.get('x-edge-assertion')
    if (token === null) return { valid: false, reason: 'there is no X-Edge-Assertion' }
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms: ['EdDSA'],
        issuer,
        audience: product,
        typ: 'vk-assertion+jwt',
        requiredClaims: ['sub', 'iat', 'exp', 'org', 'env'],
        clockTolerance: 5,
      })
      if (payload['env'] === environment) return { valid: true, claims: payload }
      return { valid: false, reason: `it is not for the ${environment} environment` }
    } catch (error) {
      return { valid: false, reason: reasonOf(error) }
    }
  }
}

function reasonOf(error: unknown): string {
  return error instanceof errors.JOSEError ? `${error.code}: ${error.message}` : String(error)
}
