import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import {
  checkDestination,
  type DestinationReason,
} from '../../../src/control/webhooks/destination.ts'
import { attackCases } from '../../corpora.ts'

const rules = { allowLoopbackHttp: false, ownHosts: new Set(['edge.acme.com', 'origin.acme.com']) }

/** The URL that would be called, or the reason why none is. */
function read(text: string, allowLoopbackHttp = false): string {
  const result = checkDestination(text, { ...rules, allowLoopbackHttp })
  return result.ok ? result.value.href : result.error.reason
}

describe('checkDestination admits public https hosts', () => {
  it.each([
    ['a host', 'https://hooks.example.com', 'https://hooks.example.com/'],
    ['path and query', 'https://example.com/a/b?c=d', 'https://example.com/a/b?c=d'],
    ['the default port, named', 'https://example.com:443/in', 'https://example.com/in'],
    ['port 8443', 'https://example.com:8443/in', 'https://example.com:8443/in'],
    ['capitals', 'HTTPS://Hooks.EXAMPLE.com/In', 'https://hooks.example.com/In'],
    ['a country’s second level', 'https://hooks.example.co.uk/', 'https://hooks.example.co.uk/'],
    ['a hosting platform', 'https://app.workers.dev/in', 'https://app.workers.dev/in'],
    ['an underscore', 'https://my_hooks.example.com/', 'https://my_hooks.example.com/'],
    ['a name that begins with digits', 'https://1password.com/', 'https://1password.com/'],
    ['a label of digits', 'https://10.example.com/', 'https://10.example.com/'],
    [
      'a public address as labels',
      'https://ec2-52-1-2-3.example.com/',
      'https://ec2-52-1-2-3.example.com/',
    ],
    ['numbers that are no address', 'https://v10-0-0.example.com/', 'https://v10-0-0.example.com/'],
    ['what ends like one of ours', 'https://notedge.acme.com/', 'https://notedge.acme.com/'],
    ['an international name', 'https://bücher.de/', 'https://xn--bcher-kva.de/'],
    ['an international suffix', 'https://почта.рф/', 'https://xn--80a1acny.xn--p1ai/'],
    ['local inside a name', 'https://local.example.com/', 'https://local.example.com/'],
    ['a name that ends like a suffix', 'https://mylocal.com/', 'https://mylocal.com/'],
    ['an at sign in the path', 'https://example.com/@team', 'https://example.com/@team'],
    ['an at sign in the query', 'https://example.com/?a=b@c', 'https://example.com/?a=b@c'],
    ['a neighbour of ours', 'https://hooks.acme.com/', 'https://hooks.acme.com/'],
  ])('%s: %s', (_guarantee, text, expected) => {
    expect(read(text)).toBe(expected)
  })
})

const REFUSED: [guarantee: string, url: string, reason: DestinationReason][] = [
  ['nothing', '', 'malformed'],
  ['no scheme', 'hooks.example.com/in', 'malformed'],
  ['no host', 'https://', 'malformed'],
  ['no slashes', 'https:example.com', 'malformed'],
  ['one slash', 'https:/example.com', 'malformed'],
  ['three slashes', 'https:///example.com', 'malformed'],
  ['backslashes', 'https:\\\\example.com\\in', 'malformed'],
  ['a backslash before another host', 'https://example.com\\@127.0.0.1/', 'malformed'],
  ['leading space', ' https://example.com/', 'malformed'],
  ['a trailing newline', 'https://example.com/\n', 'malformed'],
  ['a tab in the host', 'https://exa\tmple.com/', 'malformed'],
  ['a zero byte', 'https://example.com/\0', 'malformed'],
  ['a soft hyphen in the host', 'https://local\u00adhost/', 'malformed'],
  ['a right-to-left override', 'https://example.com/\u202egpj', 'malformed'],
  ['over-long', `https://example.com/${'a'.repeat(2048)}`, 'malformed'],
  ['over-long once encoded', `https://example.com/${'é'.repeat(400)}`, 'malformed'],
  ['a host label over 63 characters', `https://${'a'.repeat(64)}.com/`, 'malformed'],
  ['a host over 253 characters', `https://${'abcdefg.'.repeat(32)}com/`, 'malformed'],
  ['an empty label', 'https://hooks..example.com/', 'malformed'],
  ['a label that ends with a hyphen', 'https://hooks-.example.com/', 'malformed'],
  ['a port past 65535', 'https://example.com:99999/', 'malformed'],
  ['an octet past 255', 'https://256.1.1.1/', 'malformed'],
  ['a zone id', 'https://[fe80::1%25eth0]/', 'malformed'],
  ['http', 'http://example.com/hook', 'scheme'],
  ['http on the loopback, in production', 'http://127.0.0.1:8080/', 'scheme'],
  ['http on localhost, in production', 'http://localhost:8080/', 'scheme'],
  ['ftp', 'ftp://example.com/', 'scheme'],
  ['a file', 'file:///etc/passwd', 'scheme'],
  ['a script', 'javascript:alert(1)', 'scheme'],
  ['data', 'data:text/plain,x', 'scheme'],
  ['gopher', 'gopher://127.0.0.1:6379/_PING', 'scheme'],
  ['websockets', 'wss://example.com/', 'scheme'],
  ['a blob', 'blob:https://example.com/1', 'scheme'],
  ['a user', 'https://user@example.com/', 'credentials'],
  ['user and password', 'https://user:pass@example.com/', 'credentials'],
  ['a password alone', 'https://:pass@example.com/', 'credentials'],
  ['an empty user', 'https://@example.com/', 'credentials'],
  ['a host for a user', 'https://example.com@127.0.0.1/', 'credentials'],
  ['a host for a user, encoded', 'https://example.com%2f@127.0.0.1/', 'credentials'],
  ['a fragment', 'https://example.com/#in', 'fragment'],
  ['an empty fragment', 'https://example.com/#', 'fragment'],
  ['ssh', 'https://example.com:22/', 'port'],
  ['port 80', 'https://example.com:80/', 'port'],
  ['port 0', 'https://example.com:0/', 'port'],
  ['a database', 'https://example.com:5432/', 'port'],
  ['8443 off by one', 'https://example.com:8444/', 'port'],
  ['loopback', 'https://127.0.0.1/', 'ip_literal'],
  ['a public address', 'https://93.184.216.34/', 'ip_literal'],
  ['octal', 'https://0177.0.0.1/', 'ip_literal'],
  ['one number', 'https://2130706433/', 'ip_literal'],
  ['hexadecimal', 'https://0x7f.1/', 'ip_literal'],
  ['hexadecimal, one number', 'https://0x7f000001/', 'ip_literal'],
  ['two parts', 'https://127.1/', 'ip_literal'],
  ['zero', 'https://0/', 'ip_literal'],
  ['circled digits', 'https://①②⑦.0.0.1/', 'ip_literal'],
  ['full-width digits', 'https://１２７.０.０.１/', 'ip_literal'],
  ['ideographic full stops', 'https://127。0。0。1/', 'ip_literal'],
  ['percent-encoded digits', 'https://%31%32%37.0.0.1/', 'ip_literal'],
  ['an address with a dot behind it', 'https://127.0.0.1./', 'ip_literal'],
  ['cloud metadata', 'https://169.254.169.254/latest/meta-data/', 'ip_literal'],
  ['another cloud’s metadata', 'https://168.63.129.16/', 'ip_literal'],
  ['carrier-grade NAT', 'https://100.64.0.1/', 'ip_literal'],
  ['private', 'https://10.0.0.1/', 'ip_literal'],
  ['IPv6 loopback', 'https://[::1]/', 'ip_literal'],
  ['IPv6, unspecified', 'https://[::]/', 'ip_literal'],
  ['IPv6, public', 'https://[2606:4700::1]/', 'ip_literal'],
  ['mapped', 'https://[::ffff:127.0.0.1]/', 'ip_literal'],
  ['mapped, hexadecimal', 'https://[::ffff:7f00:1]/', 'ip_literal'],
  ['the deprecated compatible form', 'https://[::127.0.0.1]/', 'ip_literal'],
  ['NAT64', 'https://[64:ff9b::a9fe:a9fe]/', 'ip_literal'],
  ['6to4', 'https://[2002:a9fe:a9fe::]/', 'ip_literal'],
  ['Teredo', 'https://[2001:0:a9fe:a9fe::]/', 'ip_literal'],
  ['unique local', 'https://[fd00::1]/', 'ip_literal'],
  ['site local', 'https://[fec0::1]/', 'ip_literal'],
  ['an address as labels', 'https://127.0.0.1.example.com/', 'internal_name'],
  ['an address behind another label', 'https://a.10.0.0.1.example.com/', 'internal_name'],
  ['an address behind another number', 'https://1.10.0.0.1.example.com/', 'internal_name'],
  ['an address with dashes', 'https://127-0-0-1.org.uk/', 'internal_name'],
  ['an address within a label', 'https://app-192-168-1-7-x.example.com/', 'internal_name'],
  ['link-local with dashes', 'https://169-254-169-254.example.com/', 'internal_name'],
  ['carrier-grade NAT with dashes', 'https://100-64-0-1.example.com/', 'internal_name'],
  ['172.16/12 with dashes', 'https://172-31-0-1.example.com/', 'internal_name'],
  ['a service of local certificates', 'https://10-0-0-1.my.local-ip.co/', 'internal_name'],
  ['the same, its address in hexadecimal', 'https://7f000001.local-ip.co/', 'internal_name'],
  ['metadata by sslip.io', 'https://169.254.169.254.sslip.io/', 'internal_name'],
  ['a name of the loopback', 'https://spoofed.burpcollaborator.net/', 'internal_name'],
  ['a database in production', 'https://db.prod/', 'internal_name'],
  ['below the edge', 'https://hooks.edge.acme.com/', 'own_host'],
  ['below an upstream', 'https://a.b.origin.acme.com/', 'own_host'],
  ['localhost', 'https://localhost/', 'internal_name'],
  ['localhost in capitals', 'https://LOCALHOST/', 'internal_name'],
  ['localhost in full-width letters', 'https://ｌｏｃａｌｈｏｓｔ/', 'internal_name'],
  ['localhost with a dot', 'https://localhost./', 'internal_name'],
  ['below localhost', 'https://app.localhost/', 'internal_name'],
  ['the old localdomain', 'https://localhost.localdomain/', 'internal_name'],
  ['a single label', 'https://redis/', 'internal_name'],
  ['multicast DNS', 'https://printer.local/', 'internal_name'],
  ['internal', 'https://x.internal/', 'internal_name'],
  ['cloud metadata by name', 'https://metadata.google.internal/', 'internal_name'],
  ['cloud metadata with a dot', 'https://metadata.google.internal./', 'internal_name'],
  ['cloud metadata by its short name', 'https://metadata.goog/', 'internal_name'],
  ['a home network', 'https://router.home.arpa/', 'internal_name'],
  ['reverse DNS', 'https://1.0.0.127.in-addr.arpa/', 'internal_name'],
  ['a corporate network', 'https://wiki.corp/', 'internal_name'],
  ['a lan', 'https://nas.lan/', 'internal_name'],
  ['a home', 'https://nas.home/', 'internal_name'],
  ['an intranet', 'https://wiki.intranet/', 'internal_name'],
  ['a cluster', 'https://api.default.svc.cluster.local/', 'internal_name'],
  ['a suffix that nobody delegated', 'https://db.production/', 'internal_name'],
  ['test', 'https://hooks.test/', 'internal_name'],
  ['invalid', 'https://hooks.invalid/', 'internal_name'],
  ['onion', 'https://hooks.onion/', 'internal_name'],
  ['a public suffix itself', 'https://co.uk/', 'internal_name'],
  ['DNS that answers with the address asked for', 'https://10.0.0.1.nip.io/', 'internal_name'],
  ['a public name of the loopback', 'https://app.localtest.me/', 'internal_name'],
  ['a public name with a dot', 'https://example.com./', 'trailing_dot'],
  ['the edge itself', 'https://edge.acme.com/edge/v1/sync', 'own_host'],
  ['the edge itself, with a dot', 'https://EDGE.acme.com./', 'own_host'],
  ['an upstream', 'https://origin.acme.com/api', 'own_host'],
]

describe('checkDestination refuses', () => {
  it.each(REFUSED)('%s: %s', (_guarantee, text, reason) => {
    expect(read(text)).toBe(reason)
    // Development only adds http on the loopback.
    if (!/^http:\/\/(?:localhost|127\.)/.test(text)) expect(read(text, true)).toBe(reason)
  })

  it('and says what would be right', () => {
    const result = checkDestination('https://127.0.0.1/', rules)
    expect(result.ok ? '' : result.error.detail).toBe(
      'must name a host, not an IP address, such as https://hooks.example.com/portcullis',
    )
  })

  it('whatever is given, without a throw, and admits no address and no single label', () => {
    const text = fc.oneof(
      fc.webUrl(),
      fc.string({ unit: 'binary' }),
      fc
        .tuple(fc.constantFrom('https://', 'http://'), fc.ipV4Extended())
        .map((parts) => parts.join('')),
      fc.ipV6().map((address) => `https://[${address}]/`),
      fc.bigInt(0n, 2n ** 32n).map((number) => `https://${number}/`),
    )
    fc.assert(
      fc.property(text, (given) => {
        const result = checkDestination(given, rules)
        if (!result.ok) return
        expect(result.value.protocol).toBe('https:')
        expect(result.value.hostname).toMatch(/^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.[a-z][a-z0-9-]*$/)
        expect(result.value.username + result.value.password + result.value.hash).toBe('')
      }),
      { numRuns: 2000 },
    )
  })
})

describe('in development, http on the loopback as well', () => {
  it.each([
    'http://localhost:3000/in',
    'http://127.0.0.1:3000/in',
    'http://127.8.9.10/in',
    'http://[::1]:3000/in',
  ])('%s', (text) => {
    expect(read(text, true)).toBe(text)
  })

  it.each([
    ['http://10.0.0.1/', 'scheme'],
    ['http://0.0.0.0:3000/', 'scheme'],
    ['http://example.com/', 'scheme'],
    ['http://localhost.example.com/', 'scheme'],
    ['http://user@localhost/', 'credentials'],
    ['https://localhost/', 'internal_name'],
  ])('but not %s', (text, reason) => {
    expect(read(text, true)).toBe(reason)
  })
})

describe('the attack corpus', () => {
  const urls = attackCases<{ fn: string; arg: string | string[] }>('webhook', 'unit')
    .filter(({ input }) => input.fn === 'saveWebhookUrl')
    // W11 is a name: what it resolves to is not ours to see.
    .filter(({ id }) => id !== 'W11')
    .flatMap(({ id, input }) => [input.arg].flat().map((url) => [id, url] as const))

  it.each(urls)('%s: %s is refused', (_id, url) => {
    expect(checkDestination(url, { allowLoopbackHttp: true }).ok).toBe(false)
  })

  it('has rows', () => {
    expect(urls.length).toBeGreaterThan(12)
  })
})
