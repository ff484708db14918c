import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { unstable_splitSqlQuery as splitSqlQuery } from 'wrangler'

import {
  addEntries,
  KEY_IPS,
  KEY_ORIGINS,
  liftRestriction,
  ORGANIZATION_IPS,
  removeEntries,
  selectEntries,
  selectOwner,
} from '../../src/cli/direct/list-statements.ts'
import { sql } from '../../src/cli/direct/sql.ts'
import {
  insertCredential,
  insertOrganization,
  insertServiceUser,
  revokeCredential,
  type NewCredential,
} from '../../src/dev/statements.ts'
import { database } from './harness.ts'

const HOSTILE = [
  `O'Brien`,
  `'; DROP TABLE organizations; --`,
  `'' OR ''='`,
  `a;b`,
  `-- a comment`,
  `/* a comment */`,
  `/* half a comment`,
  'two\nlines',
  'carriage\r\nreturn',
  'tab\tand \\ backslash',
  `"double" \`back\` [brackets]`,
  '?1 :name @name $name',
  'BEGIN TRANSACTION; COMMIT;',
  'żółć 北京 🏦 \u202e',
  `X'41'`,
  '',
  ' ',
]

describe('sql: a value stays a value', () => {
  const db = database()
  const read = (literal: string): unknown =>
    db.prepare(`SELECT ${literal} AS value`).get()?.['value']

  it.each(HOSTILE.map((text) => [JSON.stringify(text), text]))('%s', (_name, text) => {
    expect(read(sql(text))).toBe(text)
    expect(JSON.parse(String(read(sql([text, text]))))).toEqual([text, text])
  })

  it('any text whatever, and wrangler sees one statement', () => {
    const texts = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0'))
    fc.assert(
      fc.property(texts, (text) => {
        expect(read(sql(text))).toBe(text)
        expect(JSON.parse(String(read(sql([text]))))).toEqual([text])
        const statement = `SELECT ${sql(text)}, ${sql([text])}`
        expect(splitSqlQuery(`${statement};\nSELECT 1;`)).toEqual([statement, 'SELECT 1'])
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    ['NUL', 'a\0b'],
    ['half a surrogate pair', 'a\ud800b'],
  ])('%s is refused, alone and in a list', (_name, text) => {
    expect(() => sql(text)).toThrow(TypeError)
    expect(() => sql(['fine', text])).toThrow(TypeError)
  })

  it.each([1.5, Number.NaN, Infinity, 2 ** 53])('the number %s is refused', (number) => {
    expect(() => sql(number)).toThrow(TypeError)
  })

  it('null and whole numbers', () => {
    expect(read(sql(null))).toBeNull()
    expect(read(sql(-7))).toBe(-7)
  })
})

const KEY: NewCredential = {
  id: 'key_1',
  organizationId: 'org_1',
  serviceUserId: null,
  kind: 'secret',
  environment: 'live',
  name: 'Key',
  digest: 'd'.repeat(36),
  scopes: ['sessions:read'],
  products: ['verifa'],
  expiresAt: null,
  ips: [],
  origins: [],
}

function withKey(over: Partial<NewCredential> = {}): ReturnType<typeof database> {
  const db = database()
  db.exec(insertOrganization({ id: 'org_1', name: 'Acme', plan: 'free', products: ['verifa'] }))
  db.exec(insertCredential({ ...KEY, ...over }))
  return db
}

describe('rows', () => {
  it.each(HOSTILE.filter((text) => text.trim() !== '').map((text) => [JSON.stringify(text), text]))(
    'an organization may be called %s',
    (_name, name) => {
      const db = database()
      db.exec(insertOrganization({ id: 'org_1', name, plan: 'free', products: [] }))
      expect(db.prepare('SELECT name FROM organizations').all()).toEqual([{ name }])
    },
  )

  it('a credential is restricted by the very statement that makes it', () => {
    const text = insertCredential({
      ...KEY,
      kind: 'publishable',
      ips: ['10.0.0.1'],
      origins: ['https://a.example'],
    })
    const db = database()
    db.exec(insertOrganization({ id: 'org_1', name: 'Acme', plan: 'free', products: [] }))
    db.exec(text.split('\n')[0] ?? '')
    const row = db.prepare('SELECT ip_restricted, origin_restricted FROM credentials').get()
    expect(row).toEqual({ ip_restricted: 1, origin_restricted: 1 })
  })

  it('a service user and its token', () => {
    const db = withKey()
    const user = { id: 'su_1', organizationId: 'org_1', name: 'V', sourceSystem: 'vkyc' }
    db.exec(insertServiceUser({ ...user, departments: ['retail'] }))
    db.exec(
      insertCredential({
        ...KEY,
        id: 'key_2',
        digest: 'e'.repeat(36),
        kind: 'access_token',
        serviceUserId: 'su_1',
      }),
    )
    expect(db.prepare('SELECT departments FROM service_users').get()).toEqual({
      departments: '["retail"]',
    })
  })

  it('a second revocation keeps the first time', () => {
    const db = withKey()
    expect(db.prepare(revokeCredential('key_1', 1000)).all()).toEqual([{ id: 'key_1' }])
    expect(db.prepare(revokeCredential('key_1', 2000)).all()).toEqual([])
    expect(db.prepare('SELECT revoked_at FROM credentials').get()).toEqual({ revoked_at: 1000 })
  })
})

describe('lists', () => {
  it('adding returns what is new, switches the restriction on and asks for a fence', () => {
    const db = withKey()
    expect(db.prepare(addEntries(ORGANIZATION_IPS, 'org_1', ['10.0.0.0/8'])).all()).toEqual([
      { entry: '10.0.0.0/8' },
    ])
    const again = addEntries(ORGANIZATION_IPS, 'org_1', ['10.0.0.0/8', '192.0.2.1'])
    expect(db.prepare(again).all()).toEqual([{ entry: '192.0.2.1' }])
    expect(db.prepare(selectOwner(ORGANIZATION_IPS, 'org_1')).get()).toMatchObject({
      restricted: 1,
    })
    expect(db.prepare('SELECT credential_id FROM pending_fences').all()).toEqual([
      { credential_id: 'key_1' },
    ])
  })

  it('adding to an owner that does not exist adds nothing', () => {
    const db = withKey()
    expect(db.prepare(addEntries(KEY_IPS, 'key_none', ['10.0.0.1'])).all()).toEqual([])
    expect(db.prepare(addEntries(KEY_ORIGINS, 'key_1', ['https://a.example'])).all()).toEqual([])
  })

  it('an entry that the database refuses takes the others with it', () => {
    const db = withKey()
    expect(() => db.exec(addEntries(KEY_IPS, 'key_1', ['10.0.0.1', '10.0.0.0/8 ']))).toThrow(
      /CHECK/,
    )
    expect(db.prepare(selectEntries(KEY_IPS, 'key_1')).all()).toEqual([])
  })

  it('removing the last entry leaves the restriction, lifting ends it', () => {
    const db = withKey({ ips: ['10.0.0.1'] })
    expect(db.prepare(liftRestriction(KEY_IPS, 'key_1')).all()).toEqual([])
    expect(db.prepare(removeEntries(KEY_IPS, 'key_1', ['10.0.0.1', '10.0.0.2'])).all()).toEqual([
      { entry: '10.0.0.1' },
    ])
    expect(db.prepare(selectOwner(KEY_IPS, 'key_1')).get()).toMatchObject({ restricted: 1 })
    expect(db.prepare(liftRestriction(KEY_IPS, 'key_1')).all()).toEqual([{ id: 'key_1' }])
    expect(db.prepare(selectOwner(KEY_IPS, 'key_1')).get()).toMatchObject({ restricted: 0 })
    expect(db.prepare(liftRestriction(KEY_IPS, 'key_1')).all()).toEqual([])
  })
})
