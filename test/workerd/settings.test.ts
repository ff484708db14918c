import { describe, expect, it } from 'vitest'

import { shipped } from '../../src/catalog.ts'
import { ConfigurationError } from '../../src/config/settings.ts'
import { CONTROL_BINDINGS } from '../../src/control/bindings.ts'
import { buildControl } from '../../src/control/build.ts'
import { parseControlSettings } from '../../src/control/settings.ts'
import { buildEdge } from '../../src/gate/build.ts'
import { GATE_BINDINGS } from '../../src/gate/bindings.ts'
import { missingBindings } from '../../src/config/bindings.ts'
import { generateSigningKey } from '../../src/credentials/signing-keys.ts'

const SECRET = 'value-that-must-not-be-told'
const PEPPER = 'p'.repeat(32)
const signingKey = await generateSigningKey()

const GOOD: Readonly<Record<string, unknown>> = {
  ISSUER: 'https://edge.example.com',
  KEY_PEPPER: PEPPER,
  SIGNING_KEYS: JSON.stringify({ keys: [signingKey] }),
  ADMIN_TOKEN: 'a'.repeat(32),
  UPSTREAMS: { verifa: { live: 'https://up.example/base' } },
}

const parse = (over: Readonly<Record<string, unknown>> = {}) => {
  const parsed = parseControlSettings({ ...GOOD, ...over }, shipped)
  return parsed.ok ? parsed.value : parsed.error
}

describe('settings: what is right', () => {
  it('the least there must be, and what follows from it', () => {
    expect(parse()).toMatchObject({
      issuer: 'https://edge.example.com',
      audience: 'https://edge.example.com',
      hosts: new Set(['edge.example.com']),
      brand: 'vk',
      peppers: [PEPPER],
      trustedIssuers: [],
    })
  })

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['an audience', { AUDIENCE: 'api' }, { audience: 'api' }],
    [
      'further hosts',
      { EDGE_HOSTS: ['api.example.com'] },
      { hosts: new Set(['edge.example.com', 'api.example.com']) },
    ],
    ['a brand', { KEY_BRAND: 'acme' }, { brand: 'acme' }],
    [
      'several peppers, the first mints',
      { KEY_PEPPER: `${'n'.repeat(40)},${PEPPER}` },
      { peppers: ['n'.repeat(40), PEPPER] },
    ],
    [
      'http on this machine',
      { ISSUER: 'http://localhost:8787' },
      { issuer: 'http://localhost:8787' },
    ],
    [
      'upstreams as text',
      { UPSTREAMS: '{"vault":{"sandbox":"http://127.0.0.1:9000"}}' },
      { upstreams: new Map([['vault', { sandbox: new URL('http://127.0.0.1:9000') }]]) },
    ],
  ])('%s', (_setting, over, expected) => {
    expect(parse(over)).toMatchObject(expected)
  })
})

const upstream = (url: unknown) => ({ verifa: { live: url } })

/** Which a deployed Worker cannot fetch, as an operator or the URL parser may spell them. */
const ADDRESSES = [
  'https://203.0.113.5',
  'https://203.0.113.5:8443/base',
  'https://203.0.113.5.',
  'https://127.0.0.1',
  'https://10.0.0.1',
  'https://[2001:db8::5]',
  'https://[::1]:8443',
  'https://[::ffff:203.0.113.5]',
  'https://3405803781',
  'https://0xcb007105',
  'https://0313.0.0161.5',
  'https://127.1',
  'https://0x7f.1',
  'https://%31%32%37.0.0.1',
  'https://１２７.0.0.1',
  'http://203.0.113.5',
]

it.each(ADDRESSES.filter((one) => one.startsWith('https:')))(
  'an upstream that is an IP address is refused for that: %s',
  (url) => {
    expect(parse({ UPSTREAMS: upstream(url) })).toStrictEqual([
      'UPSTREAMS of "verifa" live is an IP address, which a deployed Worker cannot fetch: give it a host name',
    ])
  },
)

describe('parseSettings: what is wrong is named, and its value never told', () => {
  const wrong: Readonly<Record<string, readonly unknown[]>> = {
    ISSUER: [
      undefined,
      '',
      5,
      SECRET,
      `http://${SECRET}.example`,
      `https://e.example/${SECRET}`,
      'https://e.example/',
      'https://E.example',
      `https://u:${SECRET}@e.example`,
      'ftp://e.example',
    ],
    AUDIENCE: ['', 5, null],
    EDGE_HOSTS: [
      '',
      SECRET,
      [`https://${SECRET}`],
      ['a.example:8443'],
      ['A.example'],
      [''],
      [5],
      ['a.example/x'],
    ],
    KEY_BRAND: ['', SECRET, 'Vk', '1k', 'v_k', 'v-k', 'a'.repeat(17), 5],
    KEY_PEPPER: [
      undefined,
      '',
      SECRET,
      'p'.repeat(31),
      `${PEPPER},`,
      `${PEPPER},${SECRET}`,
      `${PEPPER} `,
      `${'p'.repeat(31)}\n`,
    ],
    SIGNING_KEYS: [
      undefined,
      '',
      SECRET,
      '{}',
      '{"keys":[]}',
      JSON.stringify({ keys: [{ ...signingKey, d: undefined }] }),
      JSON.stringify({ keys: [{ ...signingKey, kty: SECRET }] }),
    ],
    ADMIN_TOKEN: [undefined, '', SECRET, 'a'.repeat(31), ` ${'a'.repeat(32)}`],
    UPSTREAMS: [
      undefined,
      '',
      SECRET,
      '[]',
      [],
      { other: {} },
      { verifa: SECRET },
      { verifa: { test: 'https://up.example' } },
      upstream(''),
      upstream(SECRET),
      upstream(5),
      upstream(`http://${SECRET}.example`),
      upstream(`https://up.example/?${SECRET}`),
      upstream(`https://up.example/#${SECRET}`),
      upstream(`https://${SECRET}@up.example`),
      upstream(`https://u:${SECRET}@up.example`),
      ...ADDRESSES.map(upstream),
      upstream('ftp://up.example'),
    ],
    TRUSTED_ISSUERS: [SECRET, {}, [{}], [SECRET]],
  }
  const cases = Object.entries(wrong).flatMap(([name, values]) =>
    values.map((value) => [name, value] as const),
  )
  it.each(cases)('%s = %j', (name, value) => {
    const mistakes = parse({ [name]: value })
    expect(mistakes).toHaveLength(1)
    const [sentence = ''] = mistakes as string[]
    expect(sentence.startsWith(name)).toBe(true)
    expect(sentence.length).toBeGreaterThan(name.length + 10)
    expect(sentence).not.toContain(SECRET)
    expect(sentence).not.toContain(PEPPER)
  })

  it('a product or environment that is not there is named in full: it is no secret', () => {
    expect(parse({ UPSTREAMS: { other: {} } })).toStrictEqual([
      expect.stringContaining('"other", which is no product of the catalog'),
    ])
  })

  it('all at once', () => {
    const names = ['ISSUER', 'KEY_PEPPER', 'SIGNING_KEYS', 'UPSTREAMS', 'ADMIN_TOKEN']
    const parsed = parseControlSettings({}, shipped)
    expect(parsed.ok ? [] : parsed.error.map((text) => text.split(' ')[0])).toStrictEqual(names)
  })
})

describe.each([
  ['the gate', GATE_BINDINGS, buildEdge],
  ['control', CONTROL_BINDINGS, buildControl],
])('bindings of %s', (_worker, kinds, build) => {
  const bound = Object.fromEntries(Object.keys(kinds).map((name) => [name, {}]))

  it.each(Object.keys(bound))('without %s it is named, with what it should be', (name) => {
    for (const missing of [undefined, null, 'text']) {
      const sentences = missingBindings({ ...bound, [name]: missing }, kinds)
      expect(sentences.filter((text) => text.startsWith(`${name} is not bound`))).toHaveLength(1)
    }
    expect(missingBindings(bound, kinds)).toEqual([])
  })

  it('one error has every binding and setting that is wrong', async () => {
    const { ISSUER: _, ...without } = GOOD
    const thrown = await build(without, shipped).catch((error: unknown) => error)
    expect(thrown).toBeInstanceOf(ConfigurationError)
    const { mistakes, message } = thrown as ConfigurationError
    const named = mistakes.map((text) => text.split(' ')[0])
    expect(named).toEqual(expect.arrayContaining([...Object.keys(bound), 'ISSUER']))
    for (const mistake of mistakes) expect(message).toContain(mistake)
    expect(message).not.toContain(PEPPER)
  })
})

it('the gate needs none of what is control’s alone', async () => {
  const { ADMIN_TOKEN: _, ...without } = GOOD
  const bound = Object.fromEntries(Object.keys(GATE_BINDINGS).map((name) => [name, {}]))
  const { settings } = await buildEdge({ ...without, ...bound }, shipped)
  expect(JSON.stringify(Object.keys(settings))).not.toMatch(/adminToken|access|signIn|sealing/)
})
