// Who may write what: every field of every thing, by every sort of actor, as it is made and as it is
// changed; and for keys, every dimension in which one may reach further than another.

import { describe, expect, it, test } from 'vitest'

import {
  refusalOf,
  type WritingActor,
  type KeyState,
  type Write,
} from '../../../src/control/api/rights/decide.ts'
import type { Extent } from '../../../src/control/api/rights/extent.ts'
import { FIELDS, type Moment, type Thing } from '../../../src/control/api/rights/fields.ts'

const DAY_MS = 86_400_000
const NOW = Date.UTC(2026, 10, 28)
const WIDE: Extent = {
  environment: 'live',
  scopes: ['keys:write', 'sessions:read'],
  products: ['verifa', 'vault'],
  expiresAt: null,
  ips: null,
  origins: null,
  quotas: { plan: 300, publishable: 10 },
}
/** Bound in every dimension. */
const BOUND: Extent = {
  ...WIDE,
  expiresAt: NOW + DAY_MS,
  ips: ['10.0.0.0/9', '10.128.0.0/9', '2001:db8::/33', '2001:db8:8000::/33'],
  origins: ['https://*.example.com', 'https://one.example.net'],
  quotas: { plan: 20, publishable: 5 },
}
const key = (extent: Extent): WritingActor => ({ type: 'key', id: 'key_own', extent })
const state = (extent: Extent, id = 'key_other', ended = false): KeyState => ({ id, extent, ended })

const ACTORS: Readonly<Record<string, WritingActor>> = {
  operator: { type: 'operator' },
  administrator: { type: 'person', role: 'administrator' },
  viewer: { type: 'person', role: 'viewer' },
  key: key(WIDE),
  sandbox: key({ ...WIDE, environment: 'sandbox' }),
}

/** Field: who may write it as the thing is made, and who as it is changed. */
const TABLE: Readonly<Record<Thing, Readonly<Record<string, readonly [string, string]>>>> = {
  key: {
    ...Object.fromEntries(
      [
        'id',
        'organization_id',
        'state',
        'created_at',
        'revoked_at',
        'last_used_at',
        'rotated_to',
      ].map((field) => [field, ['', '']]),
    ),
    ...Object.fromEntries(
      ['service_user_id', 'kind', 'environment', 'prefix', 'sha256'].map((field) => [
        field,
        ['operator administrator key', ''],
      ]),
    ),
    ...Object.fromEntries(
      [
        ...['name', 'metadata', 'scopes', 'products', 'quotas', 'ips', 'origins', 'expires_at'],
        'grace_seconds',
      ].map((field) => [field, ['operator administrator key', 'operator administrator key']]),
    ),
  },
  service_user: {
    ...Object.fromEntries(
      ['id', 'organization_id', 'state', 'active_tokens', 'last_used_at', 'created_at'].map(
        (field) => [field, ['', '']],
      ),
    ),
    name: ['operator administrator key', 'operator administrator key'],
    source_system: ['operator administrator key', 'operator administrator'],
    departments: ['operator administrator', 'operator administrator'],
    disabled_at: ['', 'operator administrator key'],
  },
  organization: {
    ...Object.fromEntries(
      ['id', 'state', 'active_keys', 'created_at', 'suspended_at'].map((field) => [
        field,
        ['', ''],
      ]),
    ),
    name: ['operator', 'operator administrator key'],
    ips: ['operator', 'operator administrator key'],
    plan: ['operator', 'operator'],
    products: ['operator', 'operator'],
    suspended: ['operator', 'operator'],
  },
  member: {
    organization_id: ['', ''],
    created_at: ['', ''],
    email: ['operator administrator', ''],
    role: ['operator administrator', 'operator administrator'],
  },
  endpoint: {
    ...Object.fromEntries(
      [
        ...['id', 'organization_id', 'disabled_at', 'disabled_reason', 'failing_since'],
        ...['previous_secret_expires_at', 'created_at', 'verified'],
      ].map((field) => [field, ['', '']]),
    ),
    url: ['operator administrator key', 'operator administrator key'],
    description: ['operator administrator key', 'operator administrator key'],
    events: ['operator administrator key', 'operator administrator key'],
    enabled: ['', 'operator administrator key'],
    overlap_seconds: ['', 'operator administrator key'],
  },
}

const cells = (Object.keys(FIELDS) as Thing[]).flatMap((thing) =>
  Object.keys(FIELDS[thing]).flatMap((field) =>
    (['make', 'change'] as const).map((moment) => [thing, field, moment] as const),
  ),
)

const names = (table: object) =>
  Object.entries(table).map(([thing, fields]) => [thing, Object.keys(fields as object).toSorted()])

describe('the table of who may write what', () => {
  it('has every field of every thing, and no other', () => {
    expect(names(TABLE)).toStrictEqual(names(FIELDS))
  })

  it.each(cells)('%s.%s, %s', (thing, field, moment: Moment) => {
    const may = Object.keys(ACTORS).filter((name) => {
      const write: Write = { thing, moment, fields: [field] }
      return refusalOf(ACTORS[name] as WritingActor, write) === undefined
    })
    const named = TABLE[thing][field]?.[moment === 'make' ? 0 : 1].split(' ').filter(Boolean) ?? []
    // Keys have an environment, so a sandbox key has its own; nothing else has one.
    const expected = thing === 'key' && named.includes('key') ? [...named, 'sandbox'] : named
    expect(may).toStrictEqual(expected)
  })

  test('a field that has no row is written by nobody', () => {
    const fields = ['external_id']
    for (const author of Object.values(ACTORS)) {
      expect(refusalOf(author, { thing: 'key', moment: 'change', fields })).toBeDefined()
    }
  })
})

const BEYOND: readonly (readonly [
  dimension: string,
  outer: Extent,
  inner: Extent,
  field: string,
])[] = [
  ['environment', WIDE, { ...WIDE, environment: 'sandbox' }, 'environment'],
  ['a scope', WIDE, { ...WIDE, scopes: ['org:write'] }, 'scopes'],
  ['a product', WIDE, { ...WIDE, products: ['documents'] }, 'products'],
  ['no end', BOUND, { ...BOUND, expiresAt: null }, 'expires_at'],
  ['a later end', BOUND, { ...BOUND, expiresAt: NOW + DAY_MS + 1 }, 'expires_at'],
  ['no list of addresses', BOUND, { ...BOUND, ips: null }, 'ips'],
  ['an address outside', BOUND, { ...BOUND, ips: ['10.0.0.1', '11.0.0.1'] }, 'ips'],
  ['a wider network', BOUND, { ...BOUND, ips: ['10.0.0.0/7'] }, 'ips'],
  ['a wider IPv6 network', BOUND, { ...BOUND, ips: ['2001:db8::/31'] }, 'ips'],
  ['an entry that cannot be read', BOUND, { ...BOUND, ips: ['10.0.0.0/33'] }, 'ips'],
  ['no list of origins', BOUND, { ...BOUND, origins: null }, 'origins'],
  ['another origin', BOUND, { ...BOUND, origins: ['https://example.org'] }, 'origins'],
  ['hosts below one', BOUND, { ...BOUND, origins: ['https://*.example.net'] }, 'origins'],
  ['a higher quota', BOUND, { ...BOUND, quotas: { plan: 21, publishable: 5 } }, 'quotas.plan'],
  [
    'another quota',
    BOUND,
    { ...BOUND, quotas: { plan: 20, publishable: 6 } },
    'quotas.publishable',
  ],
]
const WITHIN: readonly (readonly [what: string, outer: Extent, inner: Extent])[] = [
  ['the same', BOUND, BOUND],
  ['less of each', WIDE, BOUND],
  ['nothing', BOUND, { ...BOUND, scopes: [], products: [], ips: [], origins: [], expiresAt: NOW }],
  ['what two networks make up together', BOUND, { ...BOUND, ips: ['10.0.0.0/8', '2001:db8::/32'] }],
  ['hosts deeper below', BOUND, { ...BOUND, origins: ['https://*.a.example.com'] }],
]

describe('a key, of other keys', () => {
  it.each(BEYOND)('makes none with %s', (_, outer, inner, field) => {
    const refusal = refusalOf(key(outer), {
      ...{ thing: 'key', moment: 'make', fields: ['name'], after: [state(inner)] },
    })
    expect(refusal?.reason).toBe('grant_beyond_own')
    expect(refusal?.field).toBe(field)
  })

  it.each(BEYOND)('changes none that has %s, not even its name', (_, outer, inner, field) => {
    const refusal = refusalOf(key(outer), {
      ...{ thing: 'key', moment: 'change', fields: ['name'] },
      before: [state(inner)],
    })
    expect([refusal?.reason, refusal?.field]).toEqual(['grant_beyond_own', field])
  })

  it.each(BEYOND)('gives none %s', (_, outer, inner) => {
    const write = { thing: 'key', moment: 'change', fields: ['name'] } as const
    const states = { before: [state({ ...outer, scopes: [] })], after: [state(inner)] }
    expect(refusalOf(key(outer), { ...write, ...states })?.reason).toBe('grant_beyond_own')
  })

  it.each(BEYOND)('is not asked where people give %s', (_, _outer, inner) => {
    const write = { thing: 'key', moment: 'change', fields: ['name'] } as const
    for (const author of [ACTORS['operator'], ACTORS['administrator']] as WritingActor[]) {
      expect(refusalOf(author, { ...write, before: [state(inner)], after: [state(inner)] })).toBe(
        undefined,
      )
    }
  })

  it.each(WITHIN)('makes and changes one with %s', (_, outer, inner) => {
    for (const moment of ['make', 'change'] as const) {
      const write = { thing: 'key', moment, fields: ['name'] } as const
      const before = moment === 'change' ? [state(inner)] : []
      expect(refusalOf(key(outer), { ...write, before, after: [state(inner)] })).toBe(undefined)
    }
  })

  it('does not change itself, in no field', () => {
    for (const field of Object.keys(FIELDS.key)) {
      const own = [state(WIDE, 'key_own')]
      const write = {
        thing: 'key',
        moment: 'change',
        fields: [field],
        before: own,
        after: own,
      } as const
      expect(refusalOf(key(WIDE), write), field).toBeDefined()
    }
    const write = { thing: 'key', moment: 'change', fields: ['name'] } as const
    const own = [state(WIDE, 'key_own')]
    expect(refusalOf(key(WIDE), { ...write, before: own })?.reason).toBe('own_key')
  })

  it('brings none back that has ended', () => {
    const write = { thing: 'key', moment: 'change', fields: ['expires_at'] } as const
    const ended = [state({ ...WIDE, expiresAt: NOW - 1 }, 'key_other', true)]
    const refusal = refusalOf(key(WIDE), { ...write, before: ended, after: [state(WIDE)] })
    expect(refusal?.reason).toBe('grant_beyond_own')
    expect(`${refusal?.field}: ${refusal?.sentence}`).toMatch(/^expires_at: the key has ended/)
    expect(refusalOf(ACTORS['administrator'] as WritingActor, { ...write, before: ended })).toBe(
      undefined,
    )
  })
})
