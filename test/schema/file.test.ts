// schema.sql as a file: what it makes, that it may be run again, and that wrangler runs it as
// docs/deploying.md tells.

import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

const ROOT = new URL('../..', import.meta.url).pathname
const SCHEMA = readFileSync(join(ROOT, 'schema.sql'), 'utf8')
const WRANGLER = join(ROOT, 'node_modules/wrangler/bin/wrangler.js')
const SETTINGS = { CI: '1', WRANGLER_SEND_METRICS: 'false', CLOUDFLARE_CF_FETCH_ENABLED: 'false' }

let db: DatabaseSync

beforeEach(() => {
  db = new DatabaseSync(':memory:')
  db.exec('PRAGMA foreign_keys = ON')
  db.exec(SCHEMA)
})

/** Of the one key there, as wrangler prints it. */
function generationOf(rows: unknown): number {
  const [row, ...others] = rows as { credential_id: string; generation: number }[]
  expect([row?.credential_id, others]).toStrictEqual(['key_a', []])
  return row?.generation ?? 0
}

const column = (sql: string): unknown[] =>
  db
    .prepare(sql)
    .all()
    .map((row) => Object.values(row)[0])

const named = (pattern: RegExp, text = SCHEMA) =>
  [...text.matchAll(pattern)].map(([, name]) => name)

describe('the file', () => {
  it('every table is STRICT', () => {
    expect(
      column(`SELECT name FROM pragma_table_list
        WHERE schema = 'main' AND type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite_%'`),
    ).toStrictEqual([])
  })

  it('every trigger and table that it names is there, and no other', () => {
    const [current = '', retired = ''] = SCHEMA.split('-- ── Retired ')
    const all = `pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%'`
    const triggers = named(/^CREATE TRIGGER (\w+)/gm)
    expect(new Set(column(`SELECT name FROM sqlite_schema WHERE type = 'trigger'`))).toStrictEqual(
      new Set(triggers),
    )
    expect(named(/^DROP TRIGGER IF EXISTS (\w+)/gm, current)).toStrictEqual(triggers)
    expect(named(/^DROP (?:TRIGGER|INDEX) IF EXISTS (\w+)/gm, retired)).toStrictEqual([
      'audit_event_counts',
      'audit_events_by_time',
      'usage_daily_by_day',
    ])
    expect(new Set(column(`SELECT name FROM ${all}`))).toStrictEqual(
      new Set(named(/^CREATE TABLE IF NOT EXISTS (\w+)/gm)),
    )
  })

  it('may be run again: rows, generations and triggers stay, and nothing is raised', () => {
    db.exec(`
      INSERT INTO organizations (id, name) VALUES ('org_a', 'A');
      INSERT INTO credentials (id, organization_id, kind, environment, name)
        VALUES ('key_a', 'org_a', 'jwt', 'live', 'J');
      INSERT INTO credential_ips (credential_id, cidr) VALUES ('key_a', '10.0.0.1');
    `)
    const everything = () =>
      [
        ...['organizations', 'service_users', 'credentials', 'credential_ips', 'generations'],
        ...['pending_fences', 'sqlite_schema'],
      ].map((table) =>
        db
          .prepare(`SELECT * FROM ${table} ORDER BY 1, 2`)
          .all()
          .map((row) => ({ ...row, rootpage: 0 })),
      )
    const before = everything()
    const generation = Number(column(`SELECT generation FROM generations`)[0])
    db.exec(SCHEMA)
    db.exec(SCHEMA)
    expect(everything()).toStrictEqual(before)
    db.exec(`UPDATE credentials SET expires_at = 6 WHERE id = 'key_a'`)
    expect(Number(column(`SELECT generation FROM generations`)[0])).toBeGreaterThan(generation)
  })
})

let state = ''

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'portcullis-d1-'))
})
afterAll(async () => {
  await rm(state, { recursive: true })
})

async function execute(...what: string[]): Promise<Record<string, unknown>[]> {
  const args = ['d1', 'execute', 'portcullis', '--local', '--json', '--persist-to', state, ...what]
  const options = { cwd: ROOT, env: { ...process.env, ...SETTINGS } }
  const { stdout } = await promisify(execFile)(process.execPath, [WRANGLER, ...args], options)
  const answers = JSON.parse(stdout) as { readonly results: Record<string, unknown>[] }[]
  return answers.at(-1)?.results ?? []
}

it('wrangler d1 execute runs schema.sql twice, and its triggers work', async () => {
  await execute('--file', 'schema.sql')
  await execute(
    '--command',
    `INSERT INTO organizations (id, name) VALUES ('org_a', 'A');
     INSERT INTO credentials (id, organization_id, kind, environment, name)
       VALUES ('key_a', 'org_a', 'jwt', 'live', 'J');
     UPDATE organizations SET plan = 'starter' WHERE id = 'org_a'`,
  )
  await execute('--file', 'schema.sql')
  const select = 'SELECT credential_id, generation FROM pending_fences'
  const change = `UPDATE credentials SET revoked_at = 1 WHERE id = 'key_a'; ${select}`
  const first = generationOf(await execute('--command', select))
  expect(first).toBeGreaterThan(1_700_000_000_000)
  expect(generationOf(await execute('--command', change))).toBeGreaterThan(first)
})
