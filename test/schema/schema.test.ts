// schema.sql on SQLite itself, with the settings of D1: foreign keys on, recursive triggers off.

import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

import { beforeEach, describe, expect, it } from 'vitest'

const SCHEMA = readFileSync(new URL('../../schema.sql', import.meta.url), 'utf8')
const DIGEST = 'd'.repeat(36)

let db: DatabaseSync

beforeEach(() => {
  db = new DatabaseSync(':memory:')
  db.exec('PRAGMA foreign_keys = ON')
  db.exec(SCHEMA)
  db.exec(`
    INSERT INTO organizations (id, name) VALUES ('org_a', 'A'), ('org_b', 'B');
    INSERT INTO service_users (id, organization_id, name, source_system)
      VALUES ('su_a', 'org_a', 'U', 'vkyc'), ('su_b', 'org_b', 'U', 'vkyc');
    INSERT INTO credentials (id, organization_id, kind, environment, name, digest)
      VALUES ('key_s', 'org_a', 'secret', 'live', 'S', 's${DIGEST}'),
             ('key_p', 'org_a', 'publishable', 'live', 'P', 'p${DIGEST}');
    INSERT INTO credentials (id, organization_id, service_user_id, kind, environment, name, digest)
      VALUES ('key_t', 'org_a', 'su_a', 'access_token', 'live', 'T', 't${DIGEST}');
    INSERT INTO credentials (id, organization_id, kind, environment, name)
      VALUES ('key_j', 'org_a', 'jwt', 'live', 'J');
  `)
})

const column = (sql: string): unknown[] =>
  db
    .prepare(sql)
    .all()
    .map((row) => Object.values(row)[0])
type Row = Readonly<Record<string, string | number | null>>

function insert(table: string, row: Row): void {
  const names = Object.keys(row)
  const marks = names.map(() => '?').join(', ')
  db.prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${marks})`).run(
    ...Object.values(row),
  )
}

const GOOD: Record<string, Row> = {
  organizations: { id: 'org_new', name: 'New', plan: 'free', products: '["verifa"]' },
  service_users: {
    id: 'su_new',
    organization_id: 'org_a',
    name: 'New',
    source_system: 'doc_service',
    departments: '["retail"]',
  },
  credentials: {
    id: 'key_new',
    organization_id: 'org_a',
    kind: 'secret',
    environment: 'live',
    name: 'New',
    digest: `n${DIGEST}`,
    scopes: '["sessions:read"]',
    quotas: '{"plan":5}',
    expires_at: 1,
  },
  organization_ips: { organization_id: 'org_a', cidr: '10.0.0.0/8' },
  credential_ips: { credential_id: 'key_s', cidr: '2001:db8::/32' },
  credential_origins: { credential_id: 'key_p', origin: 'https://*.example.com:8443' },
  origin_owners: { origin: 'https://*.example.com', owner: 'example.com', judged_by: 'a list' },
}

describe('checks: a good row passes, and nonsense in any one column does not', () => {
  it.each(Object.entries(GOOD))('%s: the good row', (table, row) => {
    insert(table, row)
    expect(column(`SELECT * FROM ${table}`).length).toBeGreaterThan(0)
  })

  const ids = [
    '',
    'x',
    'org',
    'org_',
    'key_',
    'su_',
    'org_a b',
    "org_a'",
    'org_é',
    `org_${'a'.repeat(61)}`,
  ]
  const jsonLists = ['', 'x', '{}', 'null', '"a"', '["a"', 1]
  const times = [0, -1, 1.5, 'now']
  const nonsense: readonly [
    table: string,
    column: string,
    values: readonly (string | number | null)[],
  ][] = [
    ['organizations', 'id', [...ids, null]],
    ['organizations', 'name', ['', '   ', 'x'.repeat(201), null]],
    ['organizations', 'plan', ['', 'Free', 'a b', "a'b", '1a', null]],
    ['organizations', 'products', [...jsonLists, null]],
    ['organizations', 'ip_restricted', [2, -1, 'yes', null]],
    ['organizations', 'suspended_at', times],
    ['organizations', 'created_at', [...times, null]],
    ['service_users', 'id', [...ids, null]],
    ['service_users', 'organization_id', ['org_none', null]],
    ['service_users', 'name', ['', null]],
    [
      'service_users',
      'source_system',
      ['', 'Doc', 'a b', 'a\r\nX-Evil: 1', '1a', 'a'.repeat(65), null],
    ],
    ['service_users', 'departments', [...jsonLists, null]],
    ['service_users', 'disabled_at', times],
    ['credentials', 'id', [...ids, 'key_s', null]],
    ['credentials', 'organization_id', ['org_none', null]],
    ['credentials', 'service_user_id', ['su_none', 'su_a']],
    ['credentials', 'kind', ['', 'Secret', 'admin', 'jwt', 'access_token', null]],
    ['credentials', 'environment', ['', 'Live', 'test', null]],
    ['credentials', 'name', ['', ' ', null]],
    [
      'credentials',
      'digest',
      ['', 'short', 'a'.repeat(65), `${DIGEST}=`, `${DIGEST} `, `s${DIGEST}`, null],
    ],
    ['credentials', 'external', ['https://idp.example j']],
    ['credentials', 'scopes', [...jsonLists, null]],
    ['credentials', 'products', [...jsonLists, null]],
    ['credentials', 'quotas', ['', '[]', 'null', '5', '{', null]],
    ['credentials', 'ip_restricted', [2, 'yes', null]],
    ['credentials', 'origin_restricted', [1, 2, null]],
    ['credentials', 'expires_at', times],
    ['credentials', 'revoked_at', times],
    ['organization_ips', 'organization_id', ['org_none', null]],
    [
      'organization_ips',
      'cidr',
      [
        '',
        '10',
        'localhost',
        ' 10.0.0.0/8',
        '10.0.0.0/8 ',
        '10.0.0.0 /8',
        '10.0.0.0/',
        '10.0.0.0/8/8',
        '*',
        '10.0.*',
        'fe80::1%eth0',
        '10.0.0.0/8,10.1.0.0/16',
        '0'.repeat(49) + '.1',
        null,
      ],
    ],
    ['credential_ips', 'credential_id', ['key_none', null]],
    ['credential_ips', 'cidr', ['', '10', ' 10.0.0.0/8', '10.0.0.0/', '10.0.0.0\n', '[::1]', null]],
    ['credential_origins', 'credential_id', ['key_none', 'key_s', null]],
    [
      'credential_origins',
      'origin',
      [
        '',
        'null',
        '*',
        'https://',
        'app.example.com',
        'https://app.example.com/',
        'https://app.example.com/path',
        'https://app.example.com?q',
        'https://app.example.com#f',
        'https://user@app.example.com',
        'HTTPS://app.example.com',
        'https://App.example.com',
        'https://a.*.example.com',
        'https://app.*',
        'https://**.example.com',
        ' https://app.example.com',
        'https://app.example.com ',
        'https://a.example https://b.example',
        `https://${'a'.repeat(300)}.example`,
        null,
      ],
    ],
  ]
  const cases = nonsense.flatMap(([table, name, values]) =>
    values.map((bad) => [table, name, bad] as const),
  )
  it.each(cases)('%s.%s = %j', (table, name, bad) => {
    expect(() => insert(table, { ...GOOD[table], [name]: bad })).toThrow(
      /constraint failed|cannot store|only publishable keys|an access token belongs/,
    )
  })

  it('a JWT has no digest and may have an external id; an access token has its service user', () => {
    const jwt = { ...GOOD['credentials'], kind: 'jwt', digest: null }
    insert('credentials', { ...jwt, external: 'https://idp.example j' })
    expect(() =>
      insert('credentials', { ...jwt, id: 'key_2', external: 'https://idp.example j' }),
    ).toThrow('UNIQUE')
    for (const external of [
      '',
      'j',
      'https://idp.example',
      'https://idp.example ',
      ' j',
      'idp.example j',
    ]) {
      expect(() => insert('credentials', { ...jwt, id: 'key_3', external })).toThrow('CHECK')
    }
  })

  it('an access token belongs to the organization of its service user, at birth and after', () => {
    const token = { ...GOOD['credentials'], kind: 'access_token' }
    const refused = 'an access token belongs to the organization of its service user'
    expect(() => insert('credentials', { ...token, service_user_id: 'su_b' })).toThrow(refused)
    insert('credentials', { ...token, service_user_id: 'su_a' })
    for (const change of [`service_user_id = 'su_b'`, `organization_id = 'org_b'`]) {
      expect(() => db.exec(`UPDATE credentials SET ${change} WHERE id = 'key_t'`)).toThrow(
        /an access token belongs|a credential keeps its organization/,
      )
    }
  })
})
