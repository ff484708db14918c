import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { Product } from '../../src/catalog/define.ts'
import { filterHeaders } from '../../src/gate/forward/filter-headers.ts'
import { SentHeaders } from '../../src/gate/forward/sent-headers.ts'
import { connectionListed, isTraceparent, mayForward } from '../../src/gate/forward/headers.ts'

const product: Product = { id: 'p', accepts: ['secret'], routes: [] }

/** What goes upstream of these headers, by name. */
function forwarded(headers: readonly (readonly [string, string])[], over: Partial<Product> = {}) {
  const sent = new Headers()
  for (const [name, value] of headers) sent.append(name, value)
  const request = new Request('https://edge.test/a', { headers: sent })
  const kept = new Headers(request.headers)
  filterHeaders(kept, new SentHeaders(request.headers), { ...product, ...over }, true)
  return Object.fromEntries(kept)
}

describe('mayForward: what the client may say', () => {
  it.each([
    'accept',
    'content-type',
    'content-length',
    'idempotency-key',
    'user-agent',
    'cookie',
    'range',
    'if-none-match',
    'origin',
    'traceparent',
    'x-request-id',
    'x-custom',
    'edge-org-id',
    'forwarded-by-me',
    'my-authorization',
    'x-auth-token',
    'x-user-agent',
    'x-client-version',
    'x-original-filename',
    'psu-ip-address',
    'x-fapi-customer-ip-address',
    'x-goog-api-key',
    'x-ms-client-request-id',
    'x-b3-traceid',
    'x-organic',
    'via',
  ])('%s', (name) => {
    expect(mayForward(name)).toBe(true)
  })
})

describe('mayForward: what it may not', () => {
  const names = [
    // identity is ours
    ...['x-edge-org-id', 'x-edge-key-id', 'x-edge-assertion', 'x-edge-anything', 'x-edge'],
    'x-approver-department',
    // the credential is consumed
    ...['authorization', 'x-api-key', 'proxy-authorization'],
    // one connection only
    ...['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding'],
    ...['upgrade', 'expect'],
    // where it came from, and what it really is
    ...['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'],
    ...['true-client-ip', 'x-client-ip', 'x-cluster-client-ip', 'cf-connecting-ip', 'cf-ray'],
    ...['x-original-url', 'x-original-uri', 'x-rewrite-url', 'x-http-method-override'],
    ...['x-http-method', 'x-method-override', 'x-middleware-subrequest', 'proxy'],
    ...['cloudflare-workers-version-overrides', 'cloudflare-workers-version-key'],
    // addresses, as other proxies and frameworks spell them
    ...['client-ip', 'x-original-forwarded-for', 'x-remote-ip', 'x-remote-addr', 'remote-addr'],
    ...['x-originating-ip', 'fastly-client-ip', 'x-azure-clientip', 'x-azure-socketip'],
    ...[
      'x-envoy-external-address',
      'cloudfront-viewer-address',
      'fly-client-ip',
      'do-connecting-ip',
    ],
    ...[
      'x-vercel-forwarded-for',
      'x-nf-client-connection-ip',
      'incap-client-ip',
      'x-appengine-user-ip',
    ],
    ...[
      'x-true-client-ip',
      'akamai-client-ip',
      'wl-proxy-client-ip',
      'x-proxyuser-ip',
      'x-forward-for',
    ],
    ...['x-source-ip', 'x-custom-ip-authorization', 'x-sucuri-clientip', 'x-client-addr'],
    // users, as other gates have found them
    ...['remote-user', 'remote-groups', 'x-remote-user', 'x-remote-group', 'x-auth-request-user'],
    ...['x-auth-request-email', 'x-authenticated-userid', 'x-goog-authenticated-user-email'],
    ...['x-goog-iap-jwt-assertion', 'x-ms-client-principal', 'x-ms-client-principal-id'],
    ...['x-amzn-oidc-data', 'x-amzn-oidc-identity', 'x-consumer-username', 'x-consumer-custom-id'],
    ...['x-credential-identifier', 'x-webauth-user', 'x-pomerium-jwt-assertion', 'x-vouch-user'],
    ...['x-authentik-username', 'tailscale-user-login', 'impersonate-user', 'oidc-claim-sub'],
    ...['x-endpoint-api-userinfo', 'x-jwt-assertion', 'sm-user', 'iv-user', 'x-apigateway-context'],
    // certificates
    ...['ssl-client-cert', 'ssl-client-verify', 'x-ssl-client-verify', 'x-ssl-client-s-dn'],
    ...['client-cert', 'client-cert-chain', 'x-client-cert', 'x-client-verify', 'x-arr-clientcert'],
    ...['x-amzn-mtls-clientcert', 'x-forwarded-client-cert', 'x-tls-client-subject'],
    // host, path, method, scheme, early data
    ...['x-host', 'x-original-host', 'x-http-host-override', 'x-backend-host', 'x-upstream-host'],
    ...[
      'x-envoy-original-path',
      'x-envoy-internal',
      'x-original-path',
      'x-script-name',
      'path-info',
    ],
    ...[
      'x-tunnel-method',
      'x-original-method',
      'http-method-override',
      'front-end-https',
      'x-scheme',
    ],
    ...['early-data', 'x-sendfile-type', 'x-accel-mapping', 'x-invoke-path', 'x-now-route-matches'],
    // our identity in other names
    ...['x-source-system', 'x-service-user', 'x-org-id', 'x-org-name', 'x-organization-id'],
    ...[
      'x-organisation',
      'x-key-id',
      'x-key-type',
      'x-scopes',
      'x-user-id',
      'x-tenant-id',
      'x-roles',
    ],
  ]
  const spellings: Record<string, (name: string) => string> = {
    'as it is': (name) => name,
    'with underscores': (name) => name.replaceAll('-', '_'),
    'with dots': (name) => name.replaceAll('-', '.'),
    'mixed separators': (name) => name.replace('-', '_').replace('-', '.'),
    'doubled separators': (name) => name.replaceAll('-', '__'),
    'separators around it': (name) => `-${name}_`,
  }
  it.each(names.flatMap((name) => Object.keys(spellings).map((how) => [name, how] as const)))(
    '%s, %s',
    (name, how) => {
      expect(mayForward(spellings[how]?.(name) ?? '')).toBe(false)
    },
  )
})

const pass = (sent: Record<string, string>, over: Partial<Product>) =>
  Object.keys(forwarded(Object.entries(sent), over))

describe('a product that lists what passes', () => {
  it('gets that, and nothing else that the client sends', () => {
    const sent = { 'x-mine': '1', 'x-other': '1', 'user-agent': 'a', x_mine: '1', 'x.mine': '1' }
    expect(pass(sent, { headers: ['X-Mine'] })).toStrictEqual(['x-mine'])
    expect(pass(sent, { headers: [] })).toStrictEqual([])
    expect(pass(sent, { headers: ['user-agent'] })).toStrictEqual(['user-agent'])
  })

  it('a name that some take for a claim passes only where it is listed', () => {
    const sent = { 'x-tenant-id': '7', x_tenant_id: '8' }
    expect(pass(sent, {})).toStrictEqual([])
    expect(pass(sent, { headers: ['x-tenant-id'] })).toStrictEqual(['x-tenant-id'])
  })

  it('the body still arrives typed and whole, and conditions and ranges still hold', () => {
    const sent = {
      accept: 'a/b',
      'content-type': 'text/x',
      'content-encoding': 'gzip',
      'if-none-match': '"a"',
      'cache-control': 'no-cache',
      range: 'bytes=0-1',
    }
    expect(pass(sent, { headers: [] }).toSorted()).toStrictEqual(Object.keys(sent).toSorted())
  })

  it('what is looked at before it passes is looked at all the same', () => {
    const sent = { cookie: 'a=b', traceparent: 'x', 'x-request-id': 'a b', connection: 'x-mine' }
    const listing = { headers: ['traceparent', 'x-request-id', 'x-mine'] }
    expect(pass({ ...sent, 'x-mine': '1' }, listing)).toStrictEqual([])
    expect(pass(sent, { headers: [], cookies: true })).toStrictEqual(['cookie'])
  })
})

/** As CGI, WSGI, nginx and their like read a name; written anew, not the gate's own. */
const asTheUpstreamReadsIt = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '-')
const isIdentity = (name: string) =>
  /^-*x-+edge/.test(name) || /^-*(x-+approver-+department|authorization|x-+api-+key)-*$/.test(name)

describe('property: no inbound header poses as identity', () => {
  const separator = fc.constantFrom('-', '_', '.', '--', '-_', '~', '!', '+', '|', "'", '`', '^')
  const target = fc.constantFrom(
    'x-edge-org-id',
    'x-edge-assertion',
    'x-edge',
    'x-approver-department',
    'authorization',
    'x-api-key',
  )
  const disguised = fc
    .tuple(target, fc.array(separator, { minLength: 6, maxLength: 6 }), fc.array(fc.boolean()))
    .map(([name, separators, upper]) => {
      let i = 0
      const spelled = name.replaceAll('-', () => separators[i++] ?? '-')
      return spelled
        .split('')
        .map((c, j) => (upper[j] ? c.toUpperCase() : c))
        .join('')
    })
  const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,20}$/)
  const name = fc.oneof(
    disguised,
    disguised,
    token,
    fc.tuple(token, disguised).map(([a, b]) => a + b),
  )
  const value = fc.constantFrom('org_evil', 'Bearer x', 'x-edge-org-id')
  const connection = fc.tuple(fc.constant('Connection'), name)
  const headers = fc.array(fc.oneof(fc.tuple(name, value), connection), { maxLength: 8 })

  it('in any spelling, alone or among others', () => {
    let disguises = 0
    fc.assert(
      fc.property(headers, (sent) => {
        disguises += sent.filter(([n]) => isIdentity(asTheUpstreamReadsIt(n))).length
        const names = Object.keys(forwarded(sent)).map(asTheUpstreamReadsIt)
        expect(names.filter(isIdentity)).toStrictEqual([])
      }),
      { numRuns: 3000 },
    )
    expect(disguises).toBeGreaterThan(1000)
  })
})

describe('Connection', () => {
  it('what it lists ends here', () => {
    expect(
      forwarded([
        ['connection', 'X-Secret-Hop ,x-other,, Close'],
        ['x-secret-hop', '1'],
        ['x-other', '1'],
        ['x-kept', '1'],
      ]),
    ).toStrictEqual({ 'x-kept': '1' })
  })

  it.each([
    ['absent', undefined, []],
    ['empty', '', []],
    ['one', 'close', ['close']],
    ['several, cased and spaced', ' Close , X-A,x-b', ['close', 'x-a', 'x-b']],
  ])('connectionListed: %s', (_case, text, expected) => {
    const headers = new Headers(text === undefined ? {} : { connection: text })
    expect([...connectionListed(headers)]).toStrictEqual(expected)
  })
})

describe('traceparent', () => {
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
  const parent = '00f067aa0ba902b7'
  it.each([
    ['version 00', `00-${trace}-${parent}-01`, true],
    ['a later version', `01-${trace}-${parent}-01`, true],
    ['a later version with more', `01-${trace}-${parent}-01-what-comes`, true],
    ['version 00 with more', `00-${trace}-${parent}-01-more`, false],
    ['version ff', `ff-${trace}-${parent}-01`, false],
    ['upper case', `00-${trace.toUpperCase()}-${parent}-01`, false],
    ['no trace', `00-${'0'.repeat(32)}-${parent}-01`, false],
    ['no parent', `00-${trace}-${'0'.repeat(16)}-01`, false],
    ['short', `00-${trace}-${parent.slice(1)}-01`, false],
    ['long', `00-${trace}0-${parent}-01`, false],
    ['without flags', `00-${trace}-${parent}`, false],
    ['empty', '', false],
    ['twice', `00-${trace}-${parent}-01, 00-${trace}-${parent}-01`, false],
    ['another line', `00-${trace}-${parent}-01\n`, false],
  ])('%s', (_case, value, expected) => {
    expect(isTraceparent(value)).toBe(expected)
  })

  it('a good one goes on with its state; a bad one goes, and its state with it', () => {
    const good = { traceparent: `00-${trace}-${parent}-01`, tracestate: 'a=b' }
    expect(forwarded(Object.entries(good))).toStrictEqual(good)
    expect(forwarded(Object.entries({ ...good, traceparent: 'x' }))).toStrictEqual({})
  })
})
