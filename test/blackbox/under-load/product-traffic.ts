// Calls of the products: what passes, and what is refused for each of the reasons that a client can
// bring about, in rows of a request and what must become of it.

import type { Actor, Cast } from './cast.ts'
import type { Exchange } from './exchange.ts'
import type { Expected } from './ledger.ts'

export interface Row {
  readonly times: number
  readonly asked: (i: number) => Exchange
  readonly expected: Expected
}

const VERIFA = { product: 'verifa' }
const VAULT = { product: 'vault' }
const AML = { product: 'aml_screening' }
const RETAIL = { 'x-approver-department': 'retail' }
const SHOP = { origin: 'https://shop.example.com' }
/** The upstream answers so where it is asked to. */
const FAILING = '?answer=500'
const CUT_OFF = '?answer=cut'

const passed = (caller: Actor, more: Partial<Expected>): Expected => ({
  ...{ told: /^200$/, decision: 'forwarded', caller },
  ...more,
})
const refused = (told: RegExp, more: Partial<Expected> = {}): Expected => ({
  ...{ told, decision: 'refused' },
  ...more,
})
const get = (target: string, headers = {}): Exchange => ({ target, headers })
const post = (target: string, headers = {}, body = '{}'): Exchange => ({
  ...{ method: 'POST', target, headers, body },
})
const of = (actor: Actor, more = {}): Record<string, string> => ({ ...actor.headers, ...more })
const session = (i: number, headers: object): Exchange => get(`/api/v1/sessions/s_${i}`, headers)
/** Another address each time, so that failures are not counted together. */
const from = (i: number): Record<string, string> => ({ 'cf-connecting-ip': `203.0.113.${i % 250}` })

export function productRows(cast: Cast): readonly Row[] {
  const { secret, sandbox, elsewhere, publishable, jwt, token, sibling, search, small } = cast
  const row = (times: number, asked: Row['asked'], expected: Expected): Row => ({
    ...{ times, asked, expected },
  })
  return [
    row(1200, (i) => session(i, of(secret)), passed(secret, VERIFA)),
    row(700, () => get('/api/v1/identities?limit=5', of(sandbox)), passed(sandbox, VERIFA)),
    row(500, (i) => session(i, of(elsewhere)), passed(elsewhere, VERIFA)),
    row(400, () => post('/api/v1/sessions', of(secret)), passed(secret, VERIFA)),
    row(500, () => post('/api/v1/sessions', of(publishable, SHOP)), passed(publishable, VERIFA)),
    row(400, () => post('/screening/request', of(jwt)), passed(jwt, { ...AML, credits: 10 })),
    row(300, () => post('/sanctions/search', of(jwt)), passed(jwt, { ...AML, credits: 5 })),
    row(200, () => post('/high-risk/search', of(jwt)), passed(jwt, AML)),
    row(
      300,
      (i) => get(`/document-processing/d_${i}`, of(jwt)),
      passed(jwt, { product: 'document_verification' }),
    ),
    // On record before its answer leaves.
    row(300, () => post('/api/v1/ingest', of(token, RETAIL)), passed(token, VAULT)),
    row(300, () => post('/api/v1/ingest', of(sibling, RETAIL)), passed(sibling, VAULT)),
    row(400, () => get('/api/v1/search/customer', of(search)), passed(search, VAULT)),
    // Sent, and not answered as it should be: forwarded, and not charged.
    row(
      100,
      () => post(`/screening/request${FAILING}`, of(jwt)),
      passed(jwt, { ...AML, credits: 10, told: /^500$/ }),
    ),
    row(
      50,
      () => get(`/api/v1/identities${CUT_OFF}`, of(secret)),
      passed(secret, { ...VERIFA, told: /^502 upstream_unreachable$/ }),
    ),

    row(200, (i) => session(i, {}), refused(/^401 credential_missing$/, VERIFA)),
    row(
      200,
      (i) => session(i, { 'x-api-key': cast.forged, ...from(i) }),
      refused(/^401 credential_invalid$/, VERIFA),
    ),
    row(
      200,
      (i) => session(i, { 'x-api-key': cast.unknown, ...from(i) }),
      refused(/^401 credential_unknown$/, VERIFA),
    ),
    row(
      1300,
      (i) => ({
        ...session(i, { 'x-api-key': cast.forged, 'cf-connecting-ip': '192.0.2.66' }),
        isolate: 0,
      }),
      refused(/^(?:401 credential_invalid|429 authentication_failures)$/, VERIFA),
    ),
    row(
      100,
      (i) => session(i, of(secret, jwt.headers)),
      refused(/^400 credential_multiple$/, VERIFA),
    ),
    row(100, (i) => get(`/api//v1/${i}`, of(secret)), refused(/^400 path_ambiguous$/)),
    row(
      100,
      () => get('/api/v1/identities', of(secret, { host: 'other.example.com' })),
      refused(/^404 host_unknown$/),
    ),
    row(
      100,
      (i) => get(`/api/v2/${i}`, of(secret)),
      refused(/^404 route_unknown$/, { caller: secret }),
    ),
    row(50, () => ({ method: 'TRACE', target: '/', headers: {} }), refused(/^405 method_unknown$/)),
    ...stateRows(cast),
    row(
      200,
      () => post('/api/v1/sessions', of(small, SHOP)),
      // As many pass as there is quota, in whatever time this takes.
      { told: /^(?:200|429 rate_limited)$/, decision: 'told', caller: small, ...VERIFA },
    ),
  ]
}

/** Credentials that are recognised, and refused for what they are, or lack, or come from. */
function stateRows(cast: Cast): readonly Row[] {
  const rows: readonly [actor: Actor, asked: Exchange, told: RegExp, product: object][] = [
    [cast.revoked, get('/api/v1/sessions'), /^401 key_revoked$/, VERIFA],
    [cast.expired, get('/api/v1/sessions'), /^401 key_expired$/, VERIFA],
    [cast.suspended, get('/api/v1/sessions'), /^401 organization_suspended$/, VERIFA],
    [cast.disabled, get('/api/v1/search/customer'), /^401 service_user_disabled$/, VAULT],
    [cast.unlisted, get('/api/v1/sessions'), /^403 address_not_allowed$/, VERIFA],
    [cast.unlistedOrganization, get('/api/v1/sessions'), /^403 address_not_allowed$/, VERIFA],
    [cast.narrow, get('/api/v1/sessions'), /^403 scope_missing$/, VERIFA],
    [
      cast.secret,
      get('/document-processing'),
      /^403 kind_not_accepted$/,
      { product: 'document_verification' },
    ],
    [cast.publishable, get('/api/v1/sessions', SHOP), /^403 publishable_not_open$/, VERIFA],
    [cast.publishable, post('/api/v1/sessions'), /^403 origin_missing$/, VERIFA],
    [
      cast.publishable,
      post('/api/v1/sessions', { origin: 'https://evil.example' }),
      /^403 origin_not_allowed$/,
      VERIFA,
    ],
    [
      cast.secret,
      get('/api/v1/sessions', { 'sec-fetch-site': 'cross-site' }),
      /^403 secret_key_in_browser$/,
      VERIFA,
    ],
    [cast.token, post('/api/v1/ingest'), /^403 department_missing$/, VAULT],
    [
      cast.token,
      post('/api/v1/ingest', { 'x-approver-department': 'corporate' }),
      /^403 department_not_allowed$/,
      VAULT,
    ],
  ]
  return rows.map(([actor, asked, told, product]) => ({
    times: 50,
    asked: () => ({ ...asked, headers: { ...asked.headers, ...actor.headers } }),
    expected: refused(told, { caller: actor, ...product }),
  }))
}
