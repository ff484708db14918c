// What schema.sql promises of members and of the console's sessions. On SQLite itself.

import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

import { beforeEach, describe, expect, it } from 'vitest'

const SCHEMA = readFileSync(new URL('../../schema.sql', import.meta.url), 'utf8')

let db: DatabaseSync

beforeEach(() => {
  db = new DatabaseSync(':memory:')
  db.exec('PRAGMA foreign_keys = ON')
  db.exec(SCHEMA)
  db.exec(`
    INSERT INTO organizations (id, name) VALUES ('org_a', 'A'), ('org_b', 'B');
    INSERT INTO members (organization_id, email, role)
      VALUES ('org_a', 'ann@example.com', 'administrator'), ('org_b', 'ann@example.com', 'viewer'),
             ('org_a', 'bob@example.com', 'viewer');
  `)
})

const session = (id: string, columns: Readonly<Record<string, unknown>> = {}): string => {
  const row = {
    ...{ id: id.repeat(43), actor_type: 'person', name: 'ann@example.com' },
    ...{ organization_id: 'org_a', role: 'administrator' },
    ...{ created_at: 10, seen_at: 10, expires_at: 20, ...columns },
  }
  const values = Object.values(row).map((value) =>
    value === null ? 'NULL' : typeof value === 'string' ? `'${value}'` : String(value),
  )
  return `INSERT INTO console_sessions (${Object.keys(row).join(', ')}) VALUES (${values.join(', ')})`
}
const OPERATOR = { actor_type: 'operator', name: 'admin-token', organization_id: null, role: null }

const revoked = (): unknown[] =>
  db
    .prepare(
      'SELECT substr(id, 1, 1) AS id FROM console_sessions WHERE revoked_at IS NOT NULL ORDER BY id',
    )
    .all()
    .map(({ id }) => id)

describe('a member', () => {
  it.each([
    'Ann@example.com',
    'ann',
    'ann@example',
    'a nn@example.com',
    'ann@b@example.com',
    'ann@example.com\n',
    'żółć@example.com',
    `${'a'.repeat(243)}@example.com`,
  ])('is not known by %j', (email) => {
    const insert = db.prepare(
      `INSERT INTO members (organization_id, email, role) VALUES ('org_b', ?, 'viewer')`,
    )
    expect(() => insert.run(email)).toThrow('CHECK')
  })

  it('has a role and an organization that there are', () => {
    const insert = 'INSERT INTO members (organization_id, email, role) VALUES'
    expect(() => db.exec(`${insert} ('org_b', 'eve@example.com', 'owner')`)).toThrow('CHECK')
    expect(() => db.exec(`${insert} ('org_c', 'eve@example.com', 'viewer')`)).toThrow('FOREIGN')
    expect(() => db.exec(`${insert} ('org_a', 'ann@example.com', 'viewer')`)).toThrow('UNIQUE')
  })

  it('raises no generation', () => {
    db.exec(`INSERT INTO credentials (id, organization_id, kind, environment, name)
      VALUES ('key_a', 'org_a', 'jwt', 'live', 'J')`)
    db.exec(`UPDATE members SET role = 'viewer'; DELETE FROM members`)
    expect(db.prepare('SELECT * FROM pending_fences').all()).toEqual([])
  })
})

describe('the sessions of a person end with', () => {
  beforeEach(() => {
    db.exec(session('a'))
    db.exec(session('b', { organization_id: 'org_b', role: 'viewer' }))
    db.exec(session('c', { name: 'bob@example.com', role: 'viewer' }))
    db.exec(session('d', { ...OPERATOR, name: 'ann@example.com' }))
  })
  const ANN = `organization_id = 'org_a' AND email = 'ann@example.com'`

  it.each([
    ['another role', `UPDATE members SET role = 'viewer' WHERE ${ANN}`],
    ['another address', `UPDATE members SET email = 'eve@example.com' WHERE ${ANN}`],
    ['removal', `DELETE FROM members WHERE ${ANN}`],
    [
      'another role by an upsert',
      `INSERT INTO members (organization_id, email, role) VALUES ('org_a', 'ann@example.com', 'viewer')
       ON CONFLICT DO UPDATE SET role = excluded.role`,
    ],
    [
      'another role by INSERT OR REPLACE',
      `INSERT OR REPLACE INTO members (organization_id, email, role)
       VALUES ('org_a', 'ann@example.com', 'viewer')`,
    ],
    [
      'another person’s row in its place',
      `UPDATE OR REPLACE members SET email = 'ann@example.com' WHERE email = 'bob@example.com'`,
      ['a', 'c'],
    ],
    ['the organization', `DELETE FROM organizations WHERE id = 'org_a'`, ['a', 'c']],
  ])('%s', (_, statement, expected = ['a']) => {
    db.exec(statement)
    expect(revoked()).toEqual(expected)
    db.exec(SCHEMA)
    expect(revoked()).toEqual(expected)
  })

  it.each([
    `UPDATE members SET role = role, email = email`,
    `UPDATE members SET created_at = 5`,
    `INSERT OR REPLACE INTO members (organization_id, email, role)
     VALUES ('org_a', 'ann@example.com', 'administrator')`,
  ])('and not with what changes nothing: %s', (statement) => {
    db.exec(statement)
    expect(revoked()).toEqual([])
  })
})

describe('a session', () => {
  it.each([
    ['of nobody who is a member', { name: 'eve@example.com' }],
    ['in another role', { role: 'viewer' }],
    ['in another organization', { organization_id: 'org_b' }],
  ])('is not made %s', (_, columns) => {
    expect(() => db.exec(session('a', columns))).toThrow('as a member of it')
  })

  it.each<[string, Record<string, unknown>]>([
    ['a person without an organization', { organization_id: null, role: null }],
    ['an operator of an organization', { ...OPERATOR, organization_id: 'org_a' }],
    ['an operator with a role', { ...OPERATOR, role: 'viewer' }],
    ['another type', { ...OPERATOR, actor_type: 'key' }],
    ['an id that is no digest', { id: 'short' }],
    ['an end before its beginning', { expires_at: 10 }],
    ['nobody', { ...OPERATOR, name: '' }],
  ])('is not made for %s', (_, columns) => {
    expect(() => db.exec(session('a', columns))).toThrow()
  })

  it.each([
    ['a session of an operator becomes a person’s', `actor_type = 'person'`],
    ['it becomes somebody else’s', `name = 'eve@example.com'`],
    ['its revocation is taken back', `revoked_at = NULL`],
  ])('never so that %s', (_, change) => {
    db.exec(session('a', OPERATOR))
    db.exec('UPDATE console_sessions SET seen_at = 15, revoked_at = 15')
    expect(() => db.exec(`UPDATE console_sessions SET ${change}`)).toThrow('sign in again')
  })

  it('a viewer’s does not become an administrator’s', () => {
    db.exec(session('a', { name: 'bob@example.com', role: 'viewer' }))
    expect(() => db.exec(`UPDATE console_sessions SET role = 'administrator'`)).toThrow(
      'sign in again',
    )
  })
})
