// What the triggers of schema.sql promise beyond versions: allowlists that stay in force, and
// generations that nobody lowers. On SQLite itself, with the settings of D1.

import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

import { beforeEach, describe, expect, it } from 'vitest'

const SCHEMA = readFileSync(new URL('../schema.sql', import.meta.url), 'utf8')

let db: DatabaseSync

beforeEach(() => {
  db = new DatabaseSync(':memory:')
  db.exec('PRAGMA foreign_keys = ON')
  db.exec(SCHEMA)
  db.exec(`
    INSERT INTO organizations (id, name) VALUES ('org_a', 'A'), ('org_b', 'B');
    INSERT INTO credentials (id, organization_id, kind, environment, name, digest)
      VALUES ('key_a', 'org_a', 'publishable', 'live', 'P', 'a23456789012345678901234567890123'),
             ('key_b', 'org_b', 'publishable', 'live', 'P', 'b23456789012345678901234567890123');
  `)
})

/** Each allowlist: its table, whose it is, and the column that says whether it is in force. */
const LISTS = [
  [
    'organization_ips',
    'organizations',
    'organization_id',
    'org',
    'ip_restricted',
    '10.0.0.0/8',
    '::1',
  ],
  ['credential_ips', 'credentials', 'credential_id', 'key', 'ip_restricted', '10.0.0.0/8', '::1'],
  [
    'credential_origins',
    'credentials',
    'credential_id',
    'key',
    'origin_restricted',
    'https://a.example',
    'https://b.example',
  ],
] as const

describe.each(LISTS)('%s', (list, owners, ownerColumn, prefix, flag, first, second) => {
  const a = `${prefix}_a`
  const b = `${prefix}_b`
  const add = (owner: string, entry: string) =>
    db.exec(`INSERT INTO ${list} VALUES ('${owner}', '${entry}', 1)`)
  const restricted = (owner: string) =>
    db.prepare(`SELECT ${flag} AS flag FROM ${owners} WHERE id = ?`).get(owner)?.['flag'] === 1
  const lift = (owner: string) => db.exec(`UPDATE ${owners} SET ${flag} = 0 WHERE id = '${owner}'`)
  const remove = (entry: string) => db.exec(`DELETE FROM ${list} WHERE ${entryColumn} = '${entry}'`)
  const entryColumn = list === 'credential_origins' ? 'origin' : 'cidr'

  it('without an entry nobody is restricted', () => {
    expect([restricted(a), restricted(b)]).toStrictEqual([false, false])
  })

  it('the first entry restricts, and its owner alone', () => {
    add(a, first)
    expect([restricted(a), restricted(b)]).toStrictEqual([true, false])
  })

  it('when the last entry goes, the restriction stays: then nobody may call', () => {
    add(a, first)
    add(a, second)
    remove(first)
    expect(restricted(a)).toBe(true)
    remove(second)
    expect(restricted(a)).toBe(true)
  })

  it('is lifted only when it is empty', () => {
    add(a, first)
    expect(() => lift(a)).toThrow(`remove the entries from ${list} before lifting the restriction`)
    expect(restricted(a)).toBe(true)
    remove(first)
    lift(a)
    expect(restricted(a)).toBe(false)
    add(a, second)
    expect(restricted(a)).toBe(true)
  })

  it('a lifted restriction does not come back with an unrelated edit', () => {
    add(a, first)
    remove(first)
    lift(a)
    db.exec(`UPDATE ${owners} SET name = 'Other' WHERE id = '${a}'`)
    expect(restricted(a)).toBe(false)
  })

  it('an entry that moves restricts its new owner and goes on restricting its old one', () => {
    add(a, first)
    db.exec(`UPDATE ${list} SET ${ownerColumn} = '${b}'`)
    expect([restricted(a), restricted(b)]).toStrictEqual([true, true])
  })

  it('replacing the owner cannot lift it while there are entries', () => {
    add(a, first)
    if (owners === 'organizations') {
      db.exec(`REPLACE INTO organizations (id, name) VALUES ('org_a', 'A')`)
    } else {
      db.exec(`REPLACE INTO credentials (id, organization_id, kind, environment, name, digest)
        VALUES ('key_a', 'org_a', 'publishable', 'live', 'P', 'c23456789012345678901234567890123')`)
    }
    expect(restricted(a)).toBe(true)
  })

  it('ends with its owner, not before', () => {
    add(a, first)
    if (owners === 'organizations') db.exec(`DELETE FROM credentials WHERE id = 'key_a'`)
    db.exec(`DELETE FROM ${owners} WHERE id = '${a}'`)
    expect(db.prepare(`SELECT count(*) AS n FROM ${list}`).get()?.['n']).toBe(0)
    expect(db.prepare(`SELECT count(*) AS n FROM ${owners} WHERE id = ?`).get(a)?.['n']).toBe(0)
  })
})

describe('origin lists belong to publishable keys', () => {
  it('an entry that moves to a secret key is refused', () => {
    db.exec(`DELETE FROM credentials WHERE id = 'key_b'`)
    db.exec(`INSERT INTO credentials (id, organization_id, kind, environment, name, digest)
      VALUES ('key_b', 'org_b', 'secret', 'live', 'S', 'b23456789012345678901234567890123')`)
    db.exec(`INSERT INTO credential_origins VALUES ('key_a', 'https://a.example', 1)`)
    expect(() => db.exec(`UPDATE credential_origins SET credential_id = 'key_b'`)).toThrow(
      'CHECK constraint failed: origin_restricted',
    )
  })
})

const generationOf = (id: string) =>
  db.prepare('SELECT generation AS g FROM generations WHERE credential_id = ?').get(id)?.['g']

describe('generations', () => {
  it.each([
    ['lowered', `UPDATE generations SET generation = 1 WHERE credential_id = 'key_a'`],
    ['left as they are by a statement', `UPDATE generations SET generation = generation`],
    [
      'given to another',
      `UPDATE generations SET credential_id = 'key_c' WHERE credential_id = 'key_a'`,
    ],
  ])('cannot be %s', (_how, sql) => {
    db.exec(`UPDATE credentials SET expires_at = 1`)
    expect(() => db.exec(sql)).toThrow('generations only rise')
    expect(generationOf('key_a')).toBe(2)
  })

  it('cannot be deleted, nor can those of credentials that are gone', () => {
    expect(() => db.exec('DELETE FROM generations')).toThrow(
      'generations outlive their credentials',
    )
    db.exec(`DELETE FROM credentials WHERE id = 'key_a'`)
    expect(() => db.exec(`DELETE FROM generations WHERE credential_id = 'key_a'`)).toThrow(
      'outlive',
    )
    expect(generationOf('key_a')).toBe(2)
  })

  it('cannot be replaced by a lower one', () => {
    db.exec(`UPDATE credentials SET expires_at = 1; UPDATE credentials SET expires_at = 2`)
    const lower = `INSERT OR REPLACE INTO generations VALUES ('key_a', 1)`
    expect(() => db.exec(lower)).toThrow('generations only rise')
    expect(generationOf('key_a')).toBe(3)
  })

  it('a fence waits at the newest of several edits', () => {
    db.exec(`UPDATE credentials SET expires_at = 1; UPDATE credentials SET expires_at = 2`)
    const rows = db.prepare('SELECT credential_id, generation FROM pending_fences').all()
    expect(rows.map((row) => ({ ...row }))).toStrictEqual([
      { credential_id: 'key_a', generation: 3 },
      { credential_id: 'key_b', generation: 3 },
    ])
  })

  it('what has credentials cannot be deleted from under them', () => {
    expect(() => db.exec(`DELETE FROM organizations WHERE id = 'org_a'`)).toThrow('FOREIGN KEY')
  })
})
