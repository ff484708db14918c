// Where webhooks may go: public https hosts by name, nothing else. A Worker
// cannot pin the address that a name resolves to. Names that tell of a private address are refused;
// against others there are the compatibility flag `global_fetch_strictly_public`, that an endpoint has to
// answer a challenge before anything is sent, and that redirects are never followed.

import { parse as parseDomain } from 'tldts'

import { err, ok, type Result } from '../../lib/result.ts'

export interface DestinationRules {
  /** In development: also http to this very machine, any port. */
  readonly allowLoopbackHttp: boolean
  /** Hosts that are ours, with all below them: the edge itself and the upstreams behind it. */
  readonly ownHosts?: ReadonlySet<string>
}

export type DestinationReason =
  | 'malformed'
  | 'scheme'
  | 'credentials'
  | 'fragment'
  | 'port'
  | 'ip_literal'
  | 'trailing_dot'
  | 'internal_name'
  | 'own_host'

export interface DestinationRefusal {
  readonly reason: DestinationReason
  /** Says what would be right. */
  readonly detail: string
}

const URL_MAX_LENGTH = 2048
const HOST_MAX_LENGTH = 253
const EXAMPLE = 'such as https://hooks.example.com/portcullis'
const DETAILS: Readonly<Record<DestinationReason, string>> = {
  malformed: `must be a URL of at most ${URL_MAX_LENGTH} characters, ${EXAMPLE}`,
  scheme: `must begin with https://, ${EXAMPLE}`,
  credentials: 'must not hold a user name or password; the signature says who is calling',
  fragment: 'must not have a fragment: what follows a # is never sent',
  port: 'must use port 443 or 8443, or name none',
  ip_literal: `must name a host, not an IP address, ${EXAMPLE}`,
  trailing_dot: 'must name its host without a dot at the end',
  internal_name: `must name a host of the public internet, ${EXAMPLE}`,
  own_host: 'must not be an address of this service itself',
}

const PORTS = new Set(['', '443', '8443'])
/** Names that the public DNS does not have, or that its list of suffixes has for other reasons. */
const SPECIAL_SUFFIXES = [
  // RFC 6761, 6762, 7686, 8375, 9476, and ICANN's reservation of `internal`.
  ...['localhost', 'local', 'test', 'invalid', 'example', 'onion', 'alt', 'arpa', 'internal'],
  // Used inside networks, whatever a list of top-level domains may hold one day.
  ...[
    'localdomain',
    'intranet',
    'private',
    'corp',
    'home',
    'lan',
    'cluster',
    'consul',
    'docker',
    'prod',
  ],
  // Public names of a private address: cloud metadata, and DNS that answers with the address asked for.
  ...['metadata.goog', 'nip.io', 'sslip.io', 'xip.io', 'traefik.me', 'rbndr.us', '1u.ms'],
  ...['ipv6-literal.net', 'my.local-ip.co', 'local-ip.co', 'local-ip.sh', 'plex.direct'],
  ...['localtest.me', 'lvh.me', 'vcap.me', 'fuf.me', 'lacolhost.com', 'localho.st', 'smackaho.st'],
  ...['local.gd', 'localdev.me', 'lndo.site', 'ddev.site', 'docksal.site', 'loopback.jp'],
  'spoofed.burpcollaborator.net',
]
/** An IPv4 address within a name, as DNS that answers with it has them. */
const WITHIN = /(?<=^|[.-])(?=(\d{1,3})[.-](\d{1,3})[.-]\d{1,3}[.-]\d{1,3}[.-])/g
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/**
 * Reads a destination, when it is set and again whenever it is sent to. IP addresses are refused in
 * every spelling: `URL` turns octal, hexadecimal, short and full-width IPv4 into the dotted form,
 * and IPv6, mapped, NAT64 and 6to4 included, has brackets.
 */
export function checkDestination(
  text: string,
  rules: DestinationRules,
): Result<URL, DestinationRefusal> {
  // `URL` drops tabs and line ends, trims, and takes a backslash for a slash: no plain URL has them.
  if (text.length > URL_MAX_LENGTH || /[\s\\\p{Cc}\p{Cf}]/u.test(text)) return refusal('malformed')
  const url = URL.parse(text)
  if (!url || url.href.length > URL_MAX_LENGTH) return refusal('malformed')
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return refusal('scheme')
  // `URL` reads `https:host` and `https:///host` as well.
  if (!/^https?:\/\/[^/]/i.test(text)) return refusal('malformed')
  // Also an empty user name, which `URL` forgets.
  if (url.username || url.password || /^[^/?#]*\/\/[^/?#]*@/.test(text)) {
    return refusal('credentials')
  }
  if (text.includes('#')) return refusal('fragment')
  if (url.protocol === 'http:' && rules.allowLoopbackHttp && LOOPBACK.test(url.hostname)) {
    return ok(url)
  }
  if (url.protocol !== 'https:') return refusal('scheme')
  if (!PORTS.has(url.port)) return refusal('port')
  const reason = checkHost(url.hostname, rules.ownHosts)
  return reason ? refusal(reason) : ok(url)
}

function refusal(reason: DestinationReason): Result<never, DestinationRefusal> {
  return err({ reason, detail: DETAILS[reason] })
}

/** What is wrong with a host as `URL` writes it; undefined when nothing is. */
function checkHost(
  host: string,
  ownHosts: ReadonlySet<string> | undefined,
): DestinationReason | undefined {
  if (host.startsWith('[') || /^[\d.]+$/.test(host)) return 'ip_literal'
  const name = host.replace(/(?<!\.)\.+$/, '')
  if (parentsOf(name).some((one) => ownHosts?.has(one))) return 'own_host'
  if (SPECIAL_SUFFIXES.some((suffix) => name === suffix || name.endsWith(`.${suffix}`))) {
    return 'internal_name'
  }
  if (name !== host) return 'trailing_dot'
  if (host.length > HOST_MAX_LENGTH || !host.split('.').every((label) => LABEL.test(label))) {
    return 'malformed'
  }
  if (namesPrivate(host)) return 'internal_name'
  // A single label, a suffix itself (`co.uk`), or one that ICANN has not delegated (`db.staging`).
  const { isIcann, domain } = parseDomain(host, { allowPrivateDomains: false })
  return isIcann && domain ? undefined : 'internal_name'
}

/** `a.b.c`, `b.c` and `c`. */
function parentsOf(name: string): string[] {
  const labels = name.split('.')
  return labels.map((_, i) => labels.slice(i).join('.'))
}

/** `10-0-0-1.example.com` and the like, whoever serves it. */
function namesPrivate(host: string): boolean {
  return [...host.matchAll(WITHIN)].some(([, a, b]) => isPrivate(Number(a), Number(b)))
}

/** IPv4 by its first two octets: RFC 1122, 1918, 3927 and 6598. */
function isPrivate(a: number, b: number): boolean {
  if (a === 0 || a === 10 || a === 127) return true
  if (a === 100) return b >= 64 && b <= 127
  if (a === 172) return b >= 16 && b <= 31
  return (a === 169 && b === 254) || (a === 192 && b === 168)
}
