// Header names that make a claim which only the edge may make: who calls, from where, over what, and
// what the request really is. Software behind the gate that was built for another proxy believes them,
// so none goes upstream from a client. Names are folded (`foldHeaderName`), as the most forgiving
// upstream reads them.

import { HEADERS } from '../lib/header-names.ts'

/** RFC 9110 §7.6.1: they belong to one connection. `Upgrade` is set again for WebSockets. */
export const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** The credential is ours; the upstream gets the assertion. `Expect` was answered by the edge. */
const CONSUMED = [HEADERS.apiKey, HEADERS.authorization, 'expect']

/** Where the request came from. */
const ADDRESSES = [
  'forwarded',
  'client-ip', // PHP's HTTP_CLIENT_IP
  'http-client-ip',
  'coming-from',
  'x-coming-from',
  'x-ip',
  'x-client-addr',
  'x-client-address',
  'x-client-host',
  'x-client-port',
  'x-sucuri-clientip',
  'x-custom-ip-authorization',
  'x-nginx-proxy',
]

/** What the request really is: its host, path, method, scheme, or how it was sent. */
const OVERRIDES = [
  // CGI programs take it for HTTP_PROXY, their own proxy setting (CVE-2016-5385).
  'proxy',
  'https',
  'front-end-https',
  'host-override',
  'x-scheme',
  'x-url-scheme',
  'x-request-uri',
  'x-request-url',
  'x-override-url',
  'x-base-url',
  'x-script-name',
  'script-name',
  'path-info',
  'x-path-info',
  'x-http-method',
  'http-method-override',
  'x-method-override',
  'x-tunnel-method',
  'x-matched-path',
  // RFC 8470 §5.1: the sender before us is the edge, which does not take early data for us.
  'early-data',
  // Rack::Sendfile maps paths by them (CVE-2025-61780).
  'x-sendfile-type',
  'surrogate-capability',
]

/** Who calls, as other gateways, identity proxies and our own upstreams may spell it. */
const IDENTITIES = [
  HEADERS.department,
  'x-org',
  'x-key-id',
  'x-api-key-id',
  'x-key-type',
  'x-scopes',
  'x-service-user',
  'x-source-system',
  'x-userinfo',
  'x-anonymous-consumer',
  'x-jwt-assertion',
  'x-jwt-payload',
  'x-id-token',
  'x-endpoint-api-userinfo',
  'x-serverless-authorization',
]

/** Who calls to some upstreams, and data of the application to others. */
const AMBIGUOUS: ReadonlySet<string> = new Set([
  'x-account-id',
  'x-admin',
  'x-email',
  'x-environment',
  'x-groups',
  'x-is-admin',
  'x-permissions',
  'x-product',
  'x-role',
  'x-roles',
  'x-scope',
  'x-service-account',
  'x-subject',
  'x-tenant',
  'x-tenant-id',
  'x-user',
  'x-user-email',
  'x-user-group',
  'x-user-groups',
  'x-user-id',
  'x-user-name',
  'x-user-permissions',
  'x-user-role',
  'x-user-roles',
  'x-user-scopes',
  'x-useremail',
  'x-userid',
  'x-username',
])

/** Whole families, by how their names begin. */
const FAMILIES = [
  // Ours; the platform's own; proxies in general.
  ...['x-edge', 'cf-', 'cloudflare-', 'proxy-', 'x-proxy', 'wl-proxy-'],
  ...['x-forward', 'x-rewrite', 'x-real-', 'x-true-', 'true-client', 'x-cluster-'],
  ...['x-remote', 'remote-', 'x-accel-', 'x-http-method-override', 'x-http-host', 'x-http-path'],
  ...['x-original-for', 'x-original-ho', 'x-original-me', 'x-original-pa', 'x-original-po'],
  ...['x-original-pr', 'x-original-re', 'x-original-sc', 'x-original-ur', 'x-original-us'],
  // Other proxies and networks that stand where the edge does.
  ...['x-envoy-', 'l5d-', 'x-arr-', 'x-azure-', 'fastly-', 'x-fastly-', 'akamai-', 'x-akamai-'],
  ...['cloudfront-', 'x-amz-cf-', 'x-amzn-', 'x-apigateway-', 'x-appengine-', 'x-google-'],
  ...['x-goog-authenticated', 'x-goog-iap', 'x-vercel-', 'x-nf-', 'fly-', 'x-fly-', 'incap-'],
  ...['x-rapidapi-', 'x-middleware-', 'x-invoke-', 'x-now-'],
  // Identity that another gate has found: SSO proxies, Kong, Kubernetes, TLS terminators.
  ...['x-auth-request', 'x-auth-user', 'x-auth-email', 'x-auth-group', 'x-auth-role'],
  ...['x-auth-subject', 'x-auth-principal', 'x-authenticated', 'x-authentik', 'x-webauth-'],
  ...[
    'x-vouch-',
    'x-pomerium-',
    'x-ms-client-principal',
    'x-ms-token',
    'x-consumer',
    'x-credential',
  ],
  ...['x-jwt-claim', 'x-openid-', 'oidc-', 'tailscale-', 'impersonate-', 'x-impersonat', 'iv-'],
  ...[
    'sm-',
    'oam-',
    'shib-',
    'x-shib-',
    'mellon-',
    'x-principal',
    'x-identity',
    'x-organis',
    'x-organiz',
  ],
  ...['x-org-', 'ssl-', 'x-ssl-', 'x-tls-', 'x-mtls-', 'client-cert', 'x-client-cert'],
  ...['x-client-verif', 'x-client-dn', 'x-client-ssl', 'tls-client'],
]

/** `X-Host`, `X-Backend-Host`, `X-Remote-IP`, `Fastly-Client-IP`, `X-Azure-ClientIP` and their like. */
const ENDS = /-(?:host|host-override|(?:client)?ip)$/

const DROPPED: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  ...CONSUMED,
  ...ADDRESSES,
  ...OVERRIDES,
  ...IDENTITIES,
])

/** Lower-case, with every run of other characters than letters and digits as one `-`. */
export function foldHeaderName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
}

/** Whether a header of this folded name never goes upstream from a client, whatever a product lists. */
export function isClaim(folded: string): boolean {
  return (
    DROPPED.has(folded) ||
    ENDS.test(folded) ||
    FAMILIES.some((beginning) => folded.startsWith(beginning))
  )
}

/** Whether one goes only where a product lists it. */
export function mayBeClaim(folded: string): boolean {
  return AMBIGUOUS.has(folded)
}
