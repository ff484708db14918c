// The edge's own paths. No product's prefix may overlap them (catalog/check.ts).

/** Everything of the edge itself but its JWK set. */
export const OWN_PREFIX = '/edge'
/** The management API. */
export const API_PREFIX = `${OWN_PREFIX}/v1`
export const OPENAPI_PATH = `${OWN_PREFIX}/openapi.json`
export const HEALTH_PATH = `${OWN_PREFIX}/health`
export const CONSOLE_PREFIX = `${OWN_PREFIX}/console`
/** RFC 8615; where upstreams find the keys of assertions. */
export const JWKS_PATH = '/.well-known/jwks.json'

const BELOW_API = `${API_PREFIX}/`

/** Whether a path is of the management API, whose own table routes it. */
export function isApiPath(path: string): boolean {
  return path.startsWith(BELOW_API)
}
