// Wildcard origins and their owners: the triggers keep a row for each wildcard that is in use, and whatever
// changes an owner raises the generations that it decides about.

import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

import { beforeEach, describe, expect, it } from 'vitest'

import { selectUnjudged } from '../../src/lists/origin-owner.ts'

const SCHEMA = readFileSync(new URL('../../schema.sql', import.meta.url), 'utf8')
const WILD = 'https://*.a.example'

let db: DatabaseSync

beforeEach(() => {
  db = new DatabaseSync(':memory:')
  db.exec('PRAGMA foreign_keys = ON')
  db.exec(SCHEMA)
  db.exec(`
    INSERT INTO organizations (id, name) VALUES ('org_a', 'A');
    INSERT INTO credentials (id, organization_id, kind, environment, name, digest)
      VALUES ('key_a', 'org_a', 'publishable', 'live', 'P', 'a23456789012345678901234567890123'),
             ('key_b', 'org_a', 'publishable', 'live', 'P', 'b23456789012345678901234567890123');
  `)
})

const origins = () =>
  db
    .prepare('SELECT origin FROM origin_owners ORDER BY origin')
    .all()
    .map(({ origin }) => origin)
const generations = () => db.prepare('SELECT * FROM generations ORDER BY credential_id').all()
const add = (key: string, origin: string, verb = 'INSERT') =>
  db.exec(`${verb} INTO credential_origins (credential_id, origin) VALUES ('${key}', '${origin}')`)

describe('a row', () => {
  it.each(['INSERT', 'INSERT OR IGNORE', 'INSERT OR REPLACE'])(
    'is there for each wildcard in use, by %s, and leaves with the last',
    (verb) => {
      add('key_a', WILD, verb)
      add('key_b', WILD, verb)
      add('key_a', 'https://a.example', verb)
      expect(origins()).toEqual([WILD])
      db.exec(`DELETE FROM credential_origins WHERE credential_id = 'key_a'`)
      expect(origins()).toEqual([WILD])
      db.exec(`DELETE FROM credentials WHERE id = 'key_b'`)
      expect(origins()).toEqual([])
    },
  )

  it('keeps its owner when another key gets the same wildcard', () => {
    add('key_a', WILD)
    db.exec(`UPDATE origin_owners SET owner = 'a.example', judged_by = 'a list'`)
    for (const verb of ['INSERT', 'INSERT OR REPLACE']) add('key_b', WILD, verb)
    expect(db.prepare('SELECT owner FROM origin_owners').get()).toEqual({ owner: 'a.example' })
  })

  it('follows an entry that is changed', () => {
    add('key_a', WILD)
    db.exec(`UPDATE credential_origins SET origin = 'https://*.b.example'`)
    expect(origins()).toEqual(['https://*.b.example'])
    db.exec(`UPDATE credential_origins SET origin = 'https://b.example'`)
    expect(origins()).toEqual([])
  })

  it('cannot be taken away from an entry', () => {
    add('key_a', WILD)
    expect(() => db.exec('DELETE FROM origin_owners')).toThrow('remove the entries')
    expect(() => db.exec(`UPDATE origin_owners SET origin = 'https://*.b.example'`)).toThrow(
      'write the owner alone',
    )
  })
})

describe('generations rise', () => {
  it.each([
    ['an owner is written', `UPDATE origin_owners SET owner = 'a.example', judged_by = 'a list'`],
    [
      'a row is replaced',
      `INSERT OR REPLACE INTO origin_owners VALUES ('${WILD}', 'a.example', 'a list')`,
    ],
  ])('of every key with the wildcard, and of no other, when %s', (_when, sql) => {
    add('key_a', WILD)
    add('key_b', 'https://b.example')
    const [a, b] = generations()
    db.exec(sql)
    const [after, other] = generations()
    expect(Number(after?.['generation'])).toBeGreaterThan(Number(a?.['generation']))
    expect(other).toEqual(b)
  })

  it('not when another list judges the same', () => {
    add('key_a', WILD)
    db.exec(`UPDATE origin_owners SET owner = 'a.example', judged_by = 'a list'`)
    const before = generations()
    db.exec(`UPDATE origin_owners SET owner = 'a.example', judged_by = 'another'`)
    expect(generations()).toEqual(before)
  })
})

describe('over a database of before there were owners', () => {
  it('each wildcard waits for its owner, once', () => {
    add('key_a', WILD)
    add('key_b', WILD)
    add('key_b', 'https://b.example')
    db.exec(`DROP TABLE origin_owners`)
    db.exec(SCHEMA)
    expect(origins()).toEqual([WILD])
    db.exec(`UPDATE origin_owners SET owner = 'a.example', judged_by = 'a list'`)
    const before = generations()
    db.exec(SCHEMA)
    expect(generations()).toEqual(before)
    expect(db.prepare('SELECT owner FROM origin_owners').all()).toEqual([{ owner: 'a.example' }])
  })
})

const plan = (sql: string) =>
  db
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all()
    .map(({ detail }) => String(detail))

it('looks through no list: neither for what is to be judged nor for the keys of a wildcard', () => {
  const steps = [
    ...plan(selectUnjudged('?1')),
    ...plan(`SELECT credential_id FROM credential_origins
      WHERE origin = ?1 AND origin GLOB '*://[*].*'`),
  ]
  expect(steps.filter((step) => step.startsWith('SCAN'))).toEqual([])
})
