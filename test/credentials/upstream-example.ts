import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload } from 'jose'

const NAME = 'x-edge-assertion'

/** `request.headers` of fetch, Hono, Next; `req.headers` of Node, Express, Fastify. */
type SentHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>
/** What was received, for a product with `assertion: 'request'`; the path without its query. */
type Received = { readonly method: string; readonly path: string }

export function createEdgeVerifier(
  issuer: string,
  product: string,
  environment: 'live' | 'sandbox',
  log: (reason: string) => void = (reason) => console.warn(reason),
) {
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`))
  const refuse = (reason: string): undefined => {
    log(`edge assertion refused: ${reason}`)
  }
  /** Who calls; undefined: answer 401, whatever the reason. That is for your log alone. */
  return async (headers: SentHeaders, received?: Received): Promise<JWTPayload | undefined> => {
    const [assertion, ...others] = sent(headers)
    if (!assertion) return refuse(`there is no ${NAME} header: the call did not pass the gate`)
    if (others.length > 0 || assertion.includes(',')) return refuse(`there are two ${NAME} headers`)
    try {
      const { payload } = await jwtVerify(assertion, keys, {
        algorithms: ['EdDSA'],
        issuer,
        audience: product,
        typ: 'vk-assertion+jwt',
        requiredClaims: ['sub', 'iat', 'exp', 'org', 'env'],
        clockTolerance: 5,
      })
      if (payload['env'] !== environment) return refuse(`its env is not ${environment}`)
      if (!received) return payload
      if (!payload['method'] || !payload['path']) {
        return refuse(`it names no request: set assertion: 'request' for ${product} in the catalog`)
      }
      if (payload['method'] !== received.method) return refuse('it is for another method')
      if (payload['path'] !== received.path) return refuse('it is for another path')
      return payload
    } catch (error) {
      return refuse(reasonOf(error, `${issuer}/.well-known/jwks.json`))
    }
  }
}

/** The values of the header, whatever holds them. */
function sent(headers: SentHeaders): readonly string[] {
  if (typeof headers !== 'object' || headers === null) throw new TypeError('give request.headers')
  if (headers instanceof Headers) return [headers.get(NAME) ?? '']
  return Object.entries(headers).flatMap(([name, value]) =>
    name.toLowerCase() === NAME ? (value ?? []) : [],
  )
}

/** Never with anything of the assertion: who reads the log could use it. */
function reasonOf(error: unknown, keysAt: string): string {
  if (error instanceof errors.JWTExpired) return 'it has expired; is the clock of this host right?'
  if (error instanceof errors.JWTClaimValidationFailed) {
    return `its ${error.claim} is ${error.reason === 'missing' ? 'missing' : 'not what it must be'}`
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature is wrong'
  if (error instanceof errors.JWKSNoMatchingKey) return `its key is not at ${keysAt}`
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid)
    return 'it is no JWT'
  if (error instanceof errors.JOSEAlgNotAllowed) return 'its algorithm is not EdDSA'
  return `it could not be checked: are the keys at ${keysAt} within reach?`
}
