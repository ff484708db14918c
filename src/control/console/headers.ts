// What every answer of the console carries, the refused ones too.

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

const HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  // Pages hold tokens beside what was typed, so nobody on the way may compress them (BREACH).
  'cache-control': 'no-store, no-transform',
  'x-content-type-options': 'nosniff',
  // Not no-referrer: with that a browser sends `Origin: null` with our own forms.
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
} as const

/** For a year no browser comes over http; what else is below this host's name is not ours to bind. */
const HSTS = 'max-age=31536000'

/** Sets the headers; an asset keeps its own `Cache-Control`. */
export function secured(response: Response, issuer: string): Response {
  const answer = new Response(response.body, response)
  for (const [name, value] of Object.entries(HEADERS)) {
    if (name !== 'cache-control' || !answer.headers.has(name)) answer.headers.set(name, value)
  }
  if (issuer.startsWith('https:')) answer.headers.set('strict-transport-security', HSTS)
  return answer
}
