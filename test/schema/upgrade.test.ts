// What schema.sql makes of a database that an older one made, compared with one that it makes anew. What
// the rows in it come to is test/workerd/schema-upgrade.test.ts.

import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

import { describe, expect, it } from 'vitest'

const read = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8')
const SCHEMA = read('../../schema.sql')
const OLDER = read('older/before-actors.sql') + read('older/before-actors-rows.sql')

function database(...texts: readonly string[]): DatabaseSync {
  const db = new DatabaseSync(':memory:')
  db.exec('PRAGMA foreign_keys = ON')
  for (const text of texts) db.exec(text)
  return db
}

const fresh = database(SCHEMA)
const upgraded = database(OLDER, SCHEMA, SCHEMA)

function namesOf(db: DatabaseSync, type: string): unknown[] {
  return db
    .prepare('SELECT name FROM sqlite_schema WHERE type = ? AND sql IS NOT NULL ORDER BY name')
    .all(type)
    .map(({ name }) => name)
}

const sqlOf = (db: DatabaseSync, name: unknown) =>
  String(db.prepare('SELECT sql FROM sqlite_schema WHERE name = ?').get(String(name))?.['sql'])
    .replace(/--.*/g, '')
    .replace(/\s+/g, ' ')

const PRIMARY_KEY = /PRIMARY KEY \([^)]*\)/
const tables = namesOf(fresh, 'table')
const generations = (db: DatabaseSync) => db.prepare('SELECT * FROM generations').all()

describe('over an older schema', () => {
  it('it leaves the tables that it makes, and no other', () => {
    expect(namesOf(upgraded, 'table')).toStrictEqual(tables)
  })

  it.each(['index', 'trigger'])('every %s is as it makes it, and there is no other', (type) => {
    const all = (db: DatabaseSync) => namesOf(db, type).map((name) => sqlOf(db, name))
    expect(all(upgraded)).toStrictEqual(all(fresh))
  })

  it.each(tables)('%s has the columns and checks that it makes', (table) => {
    const there = sqlOf(upgraded, table)
    const wanted = sqlOf(fresh, table)
    // What it says under "Retired": a table stays as it was made.
    if (table === 'audit_events') {
      const besides = ', UNIQUE (organization, previous_hash)'
      expect(there.replace(/\s+/g, '')).toBe(
        wanted.replace(/,?\s*\) STRICT/, `${besides}) STRICT`).replace(/\s+/g, ''),
      )
    } else if (table === 'usage_daily') {
      expect(there.replace(PRIMARY_KEY, '')).toBe(wanted.replace(PRIMARY_KEY, ''))
      expect(there).toContain('PRIMARY KEY (organization, key, product, day)')
    } else {
      expect(there).toBe(wanted)
    }
  })
})

it('without a change of its own it raises nothing again', () => {
  expect(generations(upgraded)).toStrictEqual(generations(database(OLDER)))
})
