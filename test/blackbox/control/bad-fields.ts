// Fields that an operation does not take, over a body that it does: what is wrong, the fields, and
// the field that the 400 names, or the whole refusal where it is another.

import type { OperationName } from '../../../src/catalog/operations.ts'

type Row = readonly [flaw: string, fields: object, expected: string]

const TOO_LONG = 'x'.repeat(201)
const many = (length: number, value: unknown): unknown[] => Array.from({ length }, () => value)
const members = (length: number): object =>
  Object.fromEntries(Array.from({ length }, (_, i) => [`m${i}`, 'x']))

const NAME: readonly Row[] = [
  ['a name that is a number', { name: 1 }, 'name'],
  ['no text in a name', { name: '   ' }, 'name'],
  ['a name of 201 characters', { name: TOO_LONG }, 'name'],
  ['a name with a line break', { name: 'a\nb' }, 'name'],
  ['a name with half a character', { name: 'a\ud800' }, 'name'],
  ['a name that turns the direction', { name: 'a\u202egpj' }, 'name'],
  ['null for a name', { name: null }, 'name'],
]

const IPS: readonly Row[] = [
  ['an IP list that is a text', { ips: '192.0.2.1' }, 'ips'],
  ['an IP list of numbers', { ips: [1] }, 'ips.0'],
  ['host bits in a range', { ips: ['192.0.2.1', '10.0.0.1/8'] }, 'ips[1]'],
  ['a prefix that is too long', { ips: ['10.0.0.0/33'] }, 'ips[0]'],
  ['octal numbers', { ips: ['010.0.0.1'] }, 'ips[0]'],
  ['a host name', { ips: ['example.com'] }, 'ips[0]'],
  ['an empty entry', { ips: [''] }, 'ips[0]'],
  ['an entry of 50 characters', { ips: ['1'.repeat(50)] }, 'ips.0'],
  ['10,001 addresses', { ips: many(10_001, '192.0.2.1') }, 'ips'],
]

const EXPIRY: readonly Row[] = [
  ['a time that has passed', { expires_at: 1 }, 'expires_at'],
  ['the beginning of time', { expires_at: 0 }, 'expires_at'],
  ['a time before it', { expires_at: -1 }, 'expires_at'],
  ['a time in words', { expires_at: '2099-01-01' }, 'expires_at'],
  ['a time in the year 10000', { expires_at: 253_402_300_800_000 }, 'expires_at'],
  ['a part of a millisecond', { expires_at: 4_102_444_800_000.5 }, 'expires_at'],
  ['a time that no number holds', { expires_at: 1e300 }, 'expires_at'],
]

const METADATA: readonly Row[] = [
  ['metadata that is a list', { metadata: ['x'] }, 'metadata'],
  ['metadata that is no text', { metadata: { team: 1 } }, 'metadata.team'],
  ['metadata in metadata', { metadata: { team: { a: 'b' } } }, 'metadata.team'],
  ['51 members of metadata', { metadata: members(51) }, 'metadata'],
  ['a member of 501 characters', { metadata: { team: 'x'.repeat(501) } }, 'metadata.team'],
]

const SCOPES: readonly Row[] = [
  ['scopes in one text', { scopes: 'sessions:read' }, 'scopes'],
  ['a scope that is not there', { scopes: ['sessions:read', 'sessions:own'] }, 'scopes'],
  ['a scope of every object', { scopes: ['constructor'] }, 'scopes'],
  ['a scope in other letters', { scopes: ['Sessions:read'] }, 'scopes'],
  ['101 scopes', { scopes: many(101, 'sessions:read') }, 'scopes'],
]

const PRODUCTS: readonly Row[] = [
  ['a product that is not there', { products: ['verifa', 'nope'] }, 'products'],
  ['no product', { products: [] }, 'products'],
  ['products in one text', { products: 'verifa' }, 'products'],
]

const QUOTAS: readonly Row[] = [
  ['a quota of 0', { quotas: { plan: 0 } }, 'quotas.plan'],
  ['a quota in words', { quotas: { plan: '10' } }, 'quotas.plan'],
  ['a limit that is not there', { quotas: { minute: 10 } }, 'quotas'],
  ['more than the plan has', { quotas: { plan: 1001 } }, '403 grant_beyond_own quotas.plan'],
  ['more sessions', { quotas: { sessions: 301 } }, '403 grant_beyond_own quotas.sessions'],
]

const ORIGINS: readonly Row[] = [
  ['origins of a secret key', { origins: ['https://a.example.com'] }, 'origins'],
  ['an origin with a path', { origins: ['https://a.example.com/x'] }, 'origins[0]'],
  ['an origin that is null', { origins: ['null'] }, 'origins[0]'],
  ['a wildcard over a suffix', { origins: ['https://*.co.uk'] }, 'origins[0]'],
  ['a wildcard with suffixes below', { origins: ['https://*.amazonaws.com'] }, 'origins[0]'],
  ['an origin of 301 characters', { origins: ['x'.repeat(301)] }, 'origins.0'],
  ['1,001 origins', { origins: many(1_001, 'https://a.example.com') }, 'origins'],
]

const KEY: readonly Row[] = [
  ...NAME,
  ...IPS,
  ...EXPIRY,
  ...METADATA,
  ...SCOPES,
  ...PRODUCTS,
  ...ORIGINS,
]

const PUBLISHABLE = { kind: 'publishable' }
const JWT = { kind: 'jwt', products: ['aml_screening'] }

const DESCRIPTION: readonly Row[] = [
  ['a description with half a character', { description: 'a\ud800' }, 'description'],
  ['a description that turns the direction', { description: 'a\u202egpj' }, 'description'],
]
const URLS: readonly Row[] = [
  ['a URL that is none', { url: 'hooks' }, 'url'],
  ['a URL that is a number', { url: 1 }, 'url'],
  ['a URL of 2,049 characters', { url: `https://a.example.org/${'x'.repeat(2_028)}` }, 'url'],
  ['plain http', { url: 'http://hooks.example.org/x' }, 'url'],
  ['another scheme', { url: 'ftp://hooks.example.org/x' }, 'url'],
  ['an IP address', { url: 'https://203.0.113.1/x' }, 'url'],
  ['an IP address in disguise', { url: 'https://0x7f.1/x' }, 'url'],
  ['cloud metadata', { url: 'https://169.254.169.254/latest' }, 'url'],
  ['an internal name', { url: 'https://vault.internal/x' }, 'url'],
  ['a user in a URL', { url: 'https://u:p@hooks.example.org/x' }, 'url'],
  ['an event that is not there', { events: ['system.apiKey.lost'] }, 'events.0'],
  ['no event', { events: [] }, 'events'],
  ['a description of 501 characters', { description: 'x'.repeat(501) }, 'description'],
]

export const BAD_FIELDS: Partial<Readonly<Record<OperationName, readonly Row[]>>> = {
  createKey: [
    ...KEY,
    ...QUOTAS,
    ['a kind that is not there', { kind: 'access_token' }, 'kind'],
    ['an environment that is not there', { environment: 'production' }, 'environment'],
    ['a product that takes other keys', { ...PUBLISHABLE, products: ['vault'] }, 'products'],
    ['more scopes for the public', { ...PUBLISHABLE, scopes: ['sessions:read'] }, 'scopes'],
    [
      'scopes in a JWT',
      { kind: 'jwt', products: ['aml_screening'], scopes: ['org:read'] },
      'scopes',
    ],
    ['a JWT for nothing', { kind: 'jwt' }, 'products'],
    ['a JWT for more than ten years', { ...JWT, expires_at: 4_102_444_800_000 }, 'expires_at'],
    ['a JWT until the end of time', { ...JWT, expires_at: Number.MAX_SAFE_INTEGER }, 'expires_at'],
    ['a JWT for a product of others', { kind: 'jwt', products: ['verifa'] }, 'products'],
  ],
  importKey: [
    ...KEY,
    ['a JWT', { kind: 'jwt' }, 'kind'],
    ['a prefix that is not configured', { prefix: 'pk_live_' }, 'prefix'],
    ['our own prefix', { prefix: 'vk_live_' }, 'prefix'],
    ['a digest that is none', { sha256: 'x'.repeat(64) }, 'sha256'],
    ['a digest in capitals', { sha256: 'A'.repeat(64) }, 'sha256'],
    ['a digest that is too short', { sha256: 'a'.repeat(63) }, 'sha256'],
    ['the key itself', { value: 'sk_live_0123456789abcdef' }, 'value'],
  ],
  updateKey: [
    ...[...KEY, ...QUOTAS].filter(([flaw]) => !flaw.startsWith('null')),
    ['another kind', { kind: 'publishable' }, 'kind'],
    ['another environment', { environment: 'sandbox' }, 'environment'],
  ],
  rotateKey: [
    ['a grace before now', { grace_seconds: -1 }, 'grace_seconds'],
    ['a grace of more than a year', { grace_seconds: 31_536_001 }, 'grace_seconds'],
    ['half a second', { grace_seconds: 0.5 }, 'grace_seconds'],
    ['a grace in words', { grace_seconds: '60' }, 'grace_seconds'],
    ['another name', { name: 'y' }, 'name'],
  ],
  createServiceUser: [
    ...NAME,
    ['a source system in capitals', { source_system: 'VKYC' }, 'source_system'],
  ],
  updateServiceUser: [
    ...NAME,
    ['departments in one text', { departments: 'retail' }, 'departments'],
  ],
  mintToken: [
    ...[...NAME, ...IPS, ...EXPIRY, ...METADATA, ...SCOPES],
    ['a scope that tokens do not hold', { scopes: ['keys:write'] }, 'scopes'],
    ['products', { products: ['vault'] }, 'products'],
  ],
  updateOrganization: [
    ...[...NAME, ...IPS],
    ['a plan from a key', { plan: 'free' }, '403 operators_only plan'],
    ['products from a key', { products: ['verifa'] }, '403 operators_only products'],
    ['suspension by a key', { suspended: true }, '403 operators_only suspended'],
  ],
  createOrganization: [...NAME, ...IPS, ['a plan that is not there', { plan: 'gold' }, 'plan']],
  explain: [
    ['a method in small letters', { method: 'get' }, 'method'],
    ['a path that begins elsewhere', { path: 'api/v1/sessions' }, 'path'],
    ['a path of 8,193 characters', { path: `/${'x'.repeat(8_192)}` }, 'path'],
    ['an address that is none', { address: '300.1.1.1' }, 'address'],
    ['an origin that no header holds', { origin: 'https://a\nb' }, 'origin'],
    ['a department that no header holds', { department: 'é\u0000' }, 'department'],
    ['a browser in words', { from_browser: 'yes' }, 'from_browser'],
    ['a key id of another form', { key_id: 'vk_live_x' }, 'key_id'],
    ['no key', { key_id: undefined }, 'key_id'],
    ['a key twice', { credential: 'vk_live_x' }, 'key_id'],
    [
      'a credential from a key',
      { key_id: undefined, credential: 'vk_live_x' },
      '403 operators_only credential',
    ],
  ],
  createEndpoint: [...URLS, ...DESCRIPTION],
  updateEndpoint: [...URLS, ...DESCRIPTION, ['a switch in words', { enabled: 'no' }, 'enabled']],
  rotateEndpointSecret: [
    ['an overlap before now', { overlap_seconds: -1 }, 'overlap_seconds'],
    ['an overlap of more than a week', { overlap_seconds: 604_801 }, 'overlap_seconds'],
    ['a secret of its own', { secret: 'whsec_x' }, 'secret'],
  ],
}
