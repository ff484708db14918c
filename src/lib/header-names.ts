// The names of headers that the edge reads, sets or keeps to itself, each once. What is common to HTTP
// stands where it is used.

/** As documents, sentences and lists of CORS spell them. */
export const SPELLED = {
  apiKey: 'X-API-Key',
  authorization: 'Authorization',
  requestId: 'X-Request-Id',
  idempotencyKey: 'Idempotency-Key',
  /** The stable code of a refusal. */
  reason: 'X-Edge-Reason',
  /** The department in which a service user acts. */
  department: 'X-Approver-Department',
  // What a limit says: the common names, and those of draft-ietf-httpapi-ratelimit-headers-10.
  limit: 'X-RateLimit-Limit',
  remaining: 'X-RateLimit-Remaining',
  reset: 'X-RateLimit-Reset',
  rateLimit: 'RateLimit',
  rateLimitPolicy: 'RateLimit-Policy',
  retryAfter: 'Retry-After',
  challenge: 'WWW-Authenticate',
  // What the upstream is told (docs/upstream.md).
  assertion: 'X-Edge-Assertion',
  upstreamRequestId: 'X-Edge-Request-Id',
  clientIp: 'X-Edge-Client-Ip',
  organizationId: 'X-Edge-Org-Id',
  keyId: 'X-Edge-Key-Id',
  keyType: 'X-Edge-Key-Type',
  environment: 'X-Edge-Environment',
  product: 'X-Edge-Product',
  scopes: 'X-Edge-Scopes',
  serviceUser: 'X-Edge-Service-User',
  sourceSystem: 'X-Edge-Source-System',
} as const

type Names = typeof SPELLED

/** The same in lower case, as headers are read and set. */
export const HEADERS = Object.fromEntries(
  Object.entries(SPELLED).map(([name, spelled]) => [name, spelled.toLowerCase()]),
) as { readonly [K in keyof Names]: Lowercase<Names[K]> }
