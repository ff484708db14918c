// Clients that put their secrets where they do not belong: into paths, queries, cookies, and headers
// that end up in logs. Whether the call passes or not, none of it may be kept.

import { REDACTED } from '../../../src/audit/redact.ts'
import type { Actor, Cast } from './cast.ts'
import type { Exchange } from './exchange.ts'
import type { Row } from './product-traffic.ts'

/** A place, given a secret: what is asked, and the path as the audit may show it. */
type Place = (secret: string) => Exchange & { readonly path?: string }

const get = (target: string, headers = {}): Exchange => ({ target, headers })
const hidden = (target: string, before: string): ReturnType<Place> => ({
  ...{ target, path: `${before}/${REDACTED}` },
})
/** The same string, escaped where nobody would. */
const escaped = (secret: string): string =>
  secret.replace(/[lstu_]/g, (one) => `%${one.charCodeAt(0).toString(16)}`)
/** Without its prefix; a JWT has none. */
const random = (secret: string): string => (secret.startsWith('eyJ') ? secret : secret.slice(-32))

const SESSIONS = '/api/v1/sessions'
const PLACES: readonly Place[] = [
  (secret) => hidden(`${SESSIONS}/${secret}`, SESSIONS),
  (secret) => hidden(`${SESSIONS}/${secret}/result`, SESSIONS),
  (secret) => hidden(`${SESSIONS}/${escaped(secret)}`, SESSIONS),
  (secret) => hidden(`${SESSIONS}/x_${random(secret)}`, SESSIONS),
  (secret) => hidden(`${SESSIONS}/a/token=${secret}`, `${SESSIONS}/a`),
  (secret) => get(`${SESSIONS}?api_key=${secret}`),
  (secret) => get(`${SESSIONS}?answer=cut&api_key=${secret}`),
  (secret) => get(`${SESSIONS}?%61pi_key=${escaped(secret)}&x=${random(secret)}`),
  (secret) => get(SESSIONS, { cookie: `session=${secret}; other=1` }),
  (secret) => get(SESSIONS, { 'user-agent': `client/1.0 (${secret})` }),
  (secret) => get(SESSIONS, { referer: `https://app.example.com/?key=${secret}` }),
  (secret) => get(SESSIONS, { 'x-request-id': secret, traceparent: secret }),
  (secret) => get(SESSIONS, { 'cf-connecting-ip': secret }),
  (secret) => get(SESSIONS, { 'x-approver-department': secret }),
]

/** Each place for secrets of all kinds: beside a valid credential, and instead of one. */
export function misuseRows(cast: Cast, times: number): readonly Row[] {
  const exposed = [cast.secret, cast.sandbox, cast.publishable, cast.token, cast.jwt, cast.narrow]
  const callers: readonly (Actor | undefined)[] = [cast.secret, undefined]
  return exposed.flatMap(({ value }) =>
    PLACES.flatMap((place) =>
      callers.map((caller): Row => {
        const { path, ...asked } = place(value)
        return {
          times,
          asked: () => ({ ...asked, headers: { ...caller?.headers, ...asked.headers } }),
          expected: {
            told: caller ? /^(?:200|502 upstream_unreachable)$/ : /^401 credential_missing$/,
            decision: caller ? 'forwarded' : 'refused',
            ...(caller && { caller }),
            product: 'verifa',
            ...(path !== undefined && { path }),
          },
        }
      }),
    ),
  )
}
