// What the triggers of schema.sql promise beyond versions: allowlists that stay in force, and
// generations that nobody lowers. On SQLite itself, with the settings of D1.

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
  Number(
    db.prepare('SELECT generation AS g FROM generations WHERE credential_id = ?').get(id)?.['g'],
  )

const waiting = (id: string) =>
  db.prepare('SELECT generation AS g FROM pending_fences WHERE credential_id = ?').get(id)?.['g']

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
    const before = generationOf('key_a')
    expect(() => db.exec(sql)).toThrow('generations only rise')
    expect(generationOf('key_a')).toBe(before)
  })

  it('cannot be deleted, nor can those of credentials that are gone', () => {
    expect(() => db.exec('DELETE FROM generations')).toThrow(
      'generations outlive their credentials',
    )
    const before = generationOf('key_a')
    db.exec(`DELETE FROM credentials WHERE id = 'key_a'`)
    expect(() => db.exec(`DELETE FROM generations WHERE credential_id = 'key_a'`)).toThrow(
      'outlive',
    )
    expect(generationOf('key_a')).toBeGreaterThan(before)
  })

  it('cannot be replaced by a lower one', () => {
    db.exec(`UPDATE credentials SET expires_at = 1; UPDATE credentials SET expires_at = 2`)
    const before = generationOf('key_a')
    const lower = `INSERT OR REPLACE INTO generations VALUES ('key_a', 1)`
    expect(() => db.exec(lower)).toThrow('generations only rise')
    expect(generationOf('key_a')).toBe(before)
  })

  it('a fence waits at the newest of several edits', () => {
    db.exec(`UPDATE credentials SET expires_at = 1; UPDATE credentials SET expires_at = 2`)
    const rows = db.prepare('SELECT credential_id, generation FROM pending_fences').all()
    expect(rows.map((row) => ({ ...row }))).toStrictEqual([
      { credential_id: 'key_a', generation: generationOf('key_a') },
      { credential_id: 'key_b', generation: generationOf('key_b') },
    ])
  })

  it('are the time of the edit, or one more than the last where that is more', () => {
    const clock = () =>
      Number(db.prepare(`SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER) AS t`).get()?.['t'])
    const before = clock()
    db.exec(`UPDATE credentials SET expires_at = 1`)
    const raised = generationOf('key_a')
    expect(raised).toBeGreaterThanOrEqual(before)
    // Each entry raises it once more, all in the same statement.
    db.exec(`INSERT INTO organization_ips (organization_id, cidr)
      SELECT 'org_a', '10.0.0.' || value FROM json_each('[1,2,3,4,5,6,7,8,9]')`)
    expect(generationOf('key_a')).toBeGreaterThanOrEqual(raised + 9)
    const ahead = 4_102_444_800_000
    db.exec(`UPDATE generations SET generation = ${ahead}; UPDATE credentials SET expires_at = 2`)
    expect(generationOf('key_a')).toBe(ahead + 1)
    expect(waiting('key_a')).toBe(ahead + 1)
  })

  it('of an older schema, which counted from one, go on with the time', () => {
    db.exec(`DROP TRIGGER generations_never_fall; UPDATE generations SET generation = 7; ${SCHEMA}`)
    expect(generationOf('key_a')).toBe(7)
    db.exec(`UPDATE credentials SET expires_at = 3`)
    expect(generationOf('key_a')).toBeGreaterThan(1_700_000_000_000)
  })

  it('every trigger that raises them does it so', () => {
    const rule = "max(generation + 1, CAST(unixepoch('subsec') * 1000 AS INTEGER))"
    const raises = SCHEMA.match(/UPDATE generations SET generation = .*/g) ?? []
    expect(raises.length).toBeGreaterThan(8)
    expect(raises.filter((one) => !one.endsWith(rule))).toStrictEqual([])
    const first = /INSERT INTO generations .*\n\s*SELECT NEW\.id, CAST\(unixepoch/g
    expect(SCHEMA.match(first)).toHaveLength(SCHEMA.match(/INSERT INTO generations/g)?.length ?? 0)
  })

  it('what has credentials cannot be deleted from under them', () => {
    expect(() => db.exec(`DELETE FROM organizations WHERE id = 'org_a'`)).toThrow('FOREIGN KEY')
  })
})

describe('a fence that waits', () => {
  beforeEach(() => {
    db.exec(`UPDATE credentials SET revoked_at = 1 WHERE id = 'key_a'`)
  })

  it.each([
    ['deleted', 'DELETE FROM pending_fences'],
    ['lowered', 'UPDATE pending_fences SET generation = 1'],
    ['given to another', `UPDATE pending_fences SET credential_id = 'key_b'`],
    ['put off', 'UPDATE pending_fences SET created_at = created_at + 1'],
    ['replaced by a lower one', `INSERT OR REPLACE INTO pending_fences VALUES ('key_a', 1, 1)`],
    [
      'replaced by a later one',
      `INSERT OR REPLACE INTO pending_fences
       SELECT credential_id, generation, created_at + 1 FROM pending_fences`,
    ],
    ['said to be held at a lower one', `INSERT INTO published_fences VALUES ('key_a', 1)`],
  ])('is not %s by hand', (_how, sql) => {
    const before = waiting('key_a')
    try {
      db.exec(sql)
    } catch (error) {
      expect(String(error)).toContain('leave this table alone')
    }
    expect(before).toBe(generationOf('key_a'))
    expect(waiting('key_a')).toBe(before)
  })

  it('leaves when the guards hold it, and takes with it whose the credential was', () => {
    db.exec(`DELETE FROM credentials WHERE id = 'key_a'`)
    const owners = () => db.prepare('SELECT owner FROM former_owners').all().length
    expect(owners()).toBe(1)
    db.exec('INSERT INTO published_fences SELECT credential_id, generation FROM pending_fences')
    expect([waiting('key_a'), owners()]).toStrictEqual([undefined, 0])
    expect(db.prepare('SELECT * FROM published_fences').all()).toStrictEqual([])
  })
})
