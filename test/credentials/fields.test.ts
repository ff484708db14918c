// The fields of a credential against what the compiler cannot see: an edit of whatever the record reads
// must raise its generation (its columns: test/schema/record-columns.test.ts), and what KV holds must be that
// record and no other.

import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

import { describe, expect, it } from 'vitest'

import { RECORD } from '../../src/credentials/fields.ts'
import {
  placeOf,
  RECORD_VERSION,
  recordFromRow,
  recordFromText,
  recordQuery,
  recordToText,
} from '../../src/credentials/record.ts'

const SCHEMA = readFileSync(new URL('../../schema.sql', import.meta.url), 'utf8')

describe('the entries of a list', () => {
  const lists = [...recordQuery('id').matchAll(/FROM (\w+)\s+WHERE (\w+) = [co]\.id/g)]

  it('are read of a table for each list', () => {
    const { organizationIps, keyIps, origins } = RECORD
    expect(lists.length).toBe([organizationIps, keyIps, origins].length)
  })

  it.each(lists.map(([, table = '', owner = '']) => [table, owner] as const))(
    'of %s raise the generation when they come and go',
    (table, owner) => {
      const db = new DatabaseSync(':memory:')
      db.exec(SCHEMA)
      db.exec(`INSERT INTO organizations (id, name) VALUES ('org_a', 'A');
        INSERT INTO credentials (id, organization_id, kind, environment, name, digest)
          VALUES ('key_a', 'org_a', 'publishable', 'live', 'P', 'a23456789012345678901234567890123')`)
      const generation = () =>
        Number(db.prepare('SELECT generation AS g FROM generations').get()?.['g'])
      const id = owner === 'organization_id' ? 'org_a' : 'key_a'
      const entry = table === 'credential_origins' ? 'https://a.example' : '10.0.0.0/8'
      const before = generation()
      db.prepare(`INSERT INTO ${table} VALUES (?, ?, 1)`).run(id, entry)
      const between = generation()
      expect(between).toBeGreaterThan(before)
      db.exec(`DELETE FROM ${table}`)
      expect(generation()).toBeGreaterThan(between)
    },
  )
})

describe('the record query on the real schema', () => {
  it('gives a row that is read whole', () => {
    const db = new DatabaseSync(':memory:')
    db.exec(SCHEMA)
    db.exec(`INSERT INTO organizations (id, name, products) VALUES ('org_a', 'A', '["vault"]');
      INSERT INTO service_users (id, organization_id, name, source_system, departments)
        VALUES ('su_a', 'org_a', 'S', 'vkyc', '["retail"]');
      INSERT INTO credentials
        (id, organization_id, service_user_id, kind, environment, name, digest, scopes, quotas)
        VALUES ('key_a', 'org_a', 'su_a', 'access_token', 'live', 'T',
          'a23456789012345678901234567890123', '["ingest"]', '{"plan":5}');
      INSERT INTO credential_ips VALUES ('key_a', '10.0.0.0/8', 1)`)
    const row = db.prepare(recordQuery('id')).get('key_a') ?? {}
    expect(recordFromRow(row, 7)).toStrictEqual({
      ...{ id: 'key_a', generation: row['generation'], kind: 'access_token', environment: 'live' },
      ...{ organizationId: 'org_a', plan: 'free', scopes: ['ingest'], products: [] },
      ...{ organizationProducts: ['vault'], quotas: { plan: 5 } },
      serviceUser: { id: 'su_a', sourceSystem: 'vkyc', departments: ['retail'], disabledAt: null },
      ...{ organizationIps: null, keyIps: ['10.0.0.0/8'], origins: null },
      originOwners: {},
      ...{ expiresAt: null, revokedAt: null, organizationSuspendedAt: null, readAt: 7 },
    })
  })
})

const PLACE = placeOf({ by: 'id', value: 'key_1' })
const STORED = {
  place: PLACE,
  ...{ id: 'key_1', generation: 3, kind: 'access_token', environment: 'live' },
  ...{ organizationId: 'org_1', plan: 'free', scopes: ['ingest'], products: ['vault'] },
  ...{ organizationProducts: ['vault'], quotas: { plan: 5 } },
  serviceUser: { id: 'su_1', sourceSystem: 'vkyc', departments: ['retail'], disabledAt: null },
  ...{ organizationIps: ['10.0.0.0/8'], keyIps: null },
  ...{ origins: ['https://*.a.example'], originOwners: { 'https://*.a.example': 'a.example' } },
  ...{ expiresAt: 9, revokedAt: null, organizationSuspendedAt: null, readAt: 77 },
}
const read = (value: unknown, place = PLACE) => recordFromText(JSON.stringify(value), place)

describe('a record in KV', () => {
  it('comes back as it was put there, and without anything besides', () => {
    const record = read({ ...STORED, admin: true })
    expect({ place: PLACE, ...record }).toStrictEqual(STORED)
    expect(record && read(JSON.parse(recordToText(record, PLACE)))).toStrictEqual(record)
  })

  it('is of a version that is made of its fields, and kept where no other version looks', () => {
    expect(RECORD_VERSION).toMatch(/^[0-9a-f]{8}$/)
    expect(PLACE).toBe(`record:${RECORD_VERSION}:id:key_1`)
    expect(read({ ...STORED, place: 'record:1:id:key_1' })).toBeUndefined()
    expect(read(STORED, 'record:1:id:key_1')).toBeUndefined()
  })

  it('is not used in the place of another', () => {
    expect(read(STORED, placeOf({ by: 'id', value: 'key_2' }))).toBeUndefined()
    expect(read(STORED, placeOf({ by: 'digest', value: 'key_1' }))).toBeUndefined()
  })

  it.each(['', 'null', '[]', '5', '"text"', '{', '{}'])('is not %j', (text) => {
    expect(recordFromText(text, PLACE)).toBeUndefined()
  })

  it.each(Object.keys(STORED))('is not used without %s', (name) => {
    expect(read({ ...STORED, [name]: undefined })).toBeUndefined()
  })

  /** Of no field is any of these a value, or it is the one that stands there. */
  const wrong: readonly unknown[] = [true, 1.5, -0.5, '', [''], [null], { a: 'b' }, [[]], 1e300]
  it.each(Object.keys(STORED))('is not used where %s has another form', (name) => {
    for (const value of wrong) {
      expect([name, value, read({ ...STORED, [name]: value })]).toStrictEqual([
        name,
        value,
        undefined,
      ])
    }
  })

  it.each([
    ['kind', 'admin'],
    ['kind', 'toString'],
    ['environment', 'test'],
    ['scopes', 'ingest'],
    ['scopes', { 0: 'ingest' }],
    ['scopes', '["ingest"]'],
    ['originOwners', { 'https://*.a.example': null }],
    ['originOwners', { 'https://a.example': 'a.example' }],
    ['quotas', { plan: 0 }],
    ['quotas', { plan: '5' }],
    ['expiresAt', '9'],
    ['revokedAt', 'null'],
    ['organizationIps', '[]'],
    ['serviceUser', {}],
    ['serviceUser', { ...STORED.serviceUser, departments: 'retail' }],
    ['serviceUser', { ...STORED.serviceUser, id: null }],
    ['generation', '3'],
    ['readAt', '77'],
    ['readAt', null],
  ])('is not used with %s = %j', (name, value) => {
    expect(read({ ...STORED, [name]: value })).toBeUndefined()
  })
})
