// Minting of JWT API keys. Runs in the Worker and in the ops command on Node.

import { SignJWT } from 'jose'
import { JWT_KEY_TYP } from './jwt.ts'
import { checkRegistered, readClaims, type JwtClaims } from './jwt-claims.ts'
import { JWT_MAX_CHARS } from './jwt-form.ts'
import type { SigningKeys } from './signing-keys.ts'

/** The claims to sign; the two times are Unix ms and are cut to whole seconds. */
export interface MintInput extends JwtClaims {
  readonly signingKeys: Pick<SigningKeys, 'kid' | 'privateKey'>
  readonly audience: string
}

/**
 * Sign a JWT API key with the deployment's first key (EdDSA, `typ` and `kid` in the header).
 * What is minted passes our own checks at the time of issue: input that would not is a bug of the
 * caller and throws, naming the flaw.
 */
export async function mintJwt(input: MintInput): Promise<string> {
  const claims = {
    iss: input.issuer,
    aud: input.audience,
    sub: input.sub,
    jti: input.jti,
    iat: Math.floor(input.issuedAtMs / 1000),
    exp: Math.floor(input.expiresAtMs / 1000),
    org: input.org,
    env: input.env,
    products: [...input.products],
  }
  const flaw = checkRegistered(claims, input.issuedAtMs)
  if (flaw) throw new Error(`a JWT key with these claims would be refused: ${flaw}`)
  const read = readClaims(claims, new Set(input.products))
  if (!read.ok) throw new Error(`a JWT key with these claims would be refused: ${read.error}`)
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'EdDSA', typ: JWT_KEY_TYP, kid: input.signingKeys.kid })
    .sign(input.signingKeys.privateKey)
  if (token.length > JWT_MAX_CHARS) {
    throw new Error('a JWT key with these claims would be refused: too_long')
  }
  return token
}
