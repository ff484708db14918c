import { createRemoteJWKSet, jwtVerify } from 'jose'
import type { JWTPayload } from 'jose'

export function createEdgeVerifier(issuer: string, product: string) {
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`))
  return async (headers: Headers): Promise<JWTPayload | undefined> => {
    try {
      const { payload } = await jwtVerify(headers.get('x-edge-assertion') ?? '', keys, {
        algorithms: ['EdDSA'],
        issuer,
        audience: product,
        typ: 'vk-assertion+jwt',
        requiredClaims: ['sub', 'iat', 'exp', 'org', 'env'],
        clockTolerance: 5,
      })
      return payload
    } catch {
      return undefined // the answer is 401, whatever the reason
    }
  }
}
