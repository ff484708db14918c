// What schema.sql promises of what a credential is: revoked for good, and of one organization, kind and
// environment, however the statement is written. On SQLite itself, with the settings of D1, and over a
// database that an older schema.sql made.

import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

import { beforeEach, describe, expect, it } from 'vitest'

const read = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8')
const SCHEMA = read('../../schema.sql')
const OLDER = read('older/before-actors.sql')
const digest = (letter: string) => letter.repeat(43)
const TWO_ORGANIZATIONS = `
  INSERT INTO organizations (id, name) VALUES ('org_a', 'A'), ('org_b', 'B');
  INSERT INTO service_users (id, organization_id, name, source_system)
    VALUES ('su_a', 'org_a', 'U', 'vkyc'), ('su_a2', 'org_a', 'U', 'vkyc'), ('su_b', 'org_b', 'U', 'vkyc');
  INSERT INTO credentials (id, organization_id, kind, environment, name, digest, revoked_at)
    VALUES ('key_gone', 'org_a', 'secret', 'live', 'S', '${digest('g')}', 100),
           ('key_live', 'org_a', 'secret', 'live', 'S', '${digest('l')}', NULL);
  INSERT INTO credentials (id, organization_id, kind, environment, name, external, revoked_at)
    VALUES ('key_jwt', 'org_a', 'jwt', 'live', 'J', 'https://idp.example j', 100);
  INSERT INTO credentials (id, organization_id, service_user_id, kind, environment, name, digest)
    VALUES ('key_token', 'org_a', 'su_a', 'access_token', 'live', 'T', '${digest('t')}');
`

let db: DatabaseSync

function database(...texts: readonly string[]): void {
  db = new DatabaseSync(':memory:')
  db.exec('PRAGMA foreign_keys = ON')
  for (const text of texts) db.exec(text)
}

const all = () =>
  db
    .prepare('SELECT * FROM credentials ORDER BY id')
    .all()
    .map((row) => ({ ...row }))
const usable = () =>
  db
    .prepare(
      `SELECT count(*) AS n FROM credentials WHERE revoked_at IS NULL
         AND (id IN ('key_gone', 'key_jwt') OR digest = '${digest('g')}' OR external = 'https://idp.example j')`,
    )
    .get()?.['n']

const insert = (id: string, value: string, more = '') =>
  `INSERT ${more} INTO credentials (id, organization_id, kind, environment, name, digest)
   VALUES ('${id}', 'org_a', 'secret', 'live', 'S', '${value}')`
const UPSERT = 'ON CONFLICT (id) DO UPDATE SET revoked_at = NULL'
const insertJwt = (id: string, external: string, more = '') =>
  `INSERT ${more} INTO credentials (id, organization_id, kind, environment, name, external)
   VALUES ('${id}', 'org_a', 'jwt', 'live', 'J', '${external}')`
const revoke = (ms: number) =>
  `UPDATE credentials SET revoked_at = coalesce(revoked_at, ${ms}) WHERE id = 'key_live'`
const REMOVED = `DELETE FROM credentials WHERE revoked_at IS NOT NULL; `

const REVIVALS: readonly (readonly [how: string, sql: string])[] = [
  ['clearing it', `UPDATE credentials SET revoked_at = NULL WHERE id = 'key_gone'`],
  ['clearing all', 'UPDATE credentials SET revoked_at = NULL'],
  ['putting it off', `UPDATE credentials SET revoked_at = 9000000000000 WHERE id = 'key_gone'`],
  ['dating it back', `UPDATE credentials SET revoked_at = 1 WHERE id = 'key_gone'`],
  ['replacing the row', insert('key_gone', digest('g'), 'OR REPLACE')],
  ['replacing the row with another value', insert('key_gone', digest('n'), 'OR REPLACE')],
  ['replacing it by its value', insert('key_new', digest('g'), 'OR REPLACE')],
  ['an upsert', `${insert('key_gone', digest('g'))} ${UPSERT}`],
  [
    'giving its value to another key',
    `UPDATE OR REPLACE credentials SET digest = '${digest('g')}' WHERE id = 'key_live'`,
  ],
  [
    'giving its id to another key',
    `UPDATE OR REPLACE credentials SET id = 'key_gone' WHERE id = 'key_live'`,
  ],
  [
    'taking its value from it first',
    `UPDATE credentials SET digest = '${digest('n')}' WHERE id = 'key_gone';
     ${insert('key_new', digest('g'))}`,
  ],
  [
    'taking its id from it first',
    `UPDATE credentials SET id = 'key_new' WHERE id = 'key_gone'; ${insert('key_gone', digest('n'))}`,
  ],
  ['deleting it, and its id again', REMOVED + insert('key_gone', digest('n'))],
  ['deleting it, and its value again', REMOVED + insert('key_new', digest('g'))],
  ['deleting it, and its id as a JWT', REMOVED + insertJwt('key_gone', 'https://idp.example n')],
  [
    'deleting it, and its value to another key',
    `${REMOVED} UPDATE credentials SET digest = '${digest('g')}' WHERE id = 'key_live'`,
  ],
  [
    'deleting it, its mark, and its value again',
    `${REMOVED} DELETE FROM revoked_credentials; ${insert('key_new', digest('g'))}`,
  ],
  [
    'deleting it, its mark being changed, and its value again',
    `${REMOVED} UPDATE revoked_credentials SET digest = NULL; ${insert('key_new', digest('g'))}`,
  ],
  [
    'deleting it, its mark being replaced, and its value again',
    `${REMOVED} REPLACE INTO revoked_credentials VALUES ('key_gone', NULL, NULL, 1);
     ${insert('key_new', digest('g'))}`,
  ],
  [
    'a JWT of another issuer under a new id',
    insertJwt('key_new', 'https://idp.example j', 'OR REPLACE'),
  ],
  ['deleting that, and it again', REMOVED + insertJwt('key_new', 'https://idp.example j')],
  [
    'deleting a JWT of ours, and its id again',
    REMOVED + insertJwt('key_jwt', 'https://idp.example n'),
  ],
]

const MOVES: readonly (readonly [what: string, sql: string])[] = [
  ['organization', `UPDATE credentials SET organization_id = 'org_b' WHERE id = 'key_live'`],
  ['kind', `UPDATE credentials SET kind = 'publishable' WHERE id = 'key_live'`],
  ['environment', `UPDATE credentials SET environment = 'sandbox'`],
  ['service user', `UPDATE credentials SET service_user_id = 'su_a2' WHERE id = 'key_token'`],
  [
    'organization, together with its service user',
    `UPDATE credentials SET organization_id = 'org_b', service_user_id = 'su_b' WHERE id = 'key_token'`,
  ],
  ...[
    ['org_b', 'secret', 'live'],
    ['org_a', 'publishable', 'live'],
    ['org_a', 'secret', 'sandbox'],
  ].map(
    (what) =>
      [
        `row, by a replacement with ${what.join(', ')}`,
        `REPLACE INTO credentials (id, organization_id, kind, environment, name, digest)
           VALUES ('key_live', '${what.join("', '")}', 'S', '${digest('l')}')`,
      ] as const,
  ),
]

describe.each([
  ['a new database', [SCHEMA]],
  ['one that an older schema.sql made', [OLDER, SCHEMA, SCHEMA]],
])('in %s', (_, texts) => {
  beforeEach(() => database(...texts, TWO_ORGANIZATIONS))

  it.each(REVIVALS)('a revoked credential does not come back by %s', (_how, sql) => {
    expect(() => db.exec(sql)).toThrow('a revoked credential stays revoked')
    expect(usable()).toBe(0)
  })

  it.each(MOVES)('a credential keeps its %s', (_what, sql) => {
    const before = all()
    expect(() => db.exec(sql)).toThrow('a credential keeps its organization, service user, kind')
    expect(all()).toStrictEqual(before)
  })

  it.each([
    ['an update', `UPDATE service_users SET organization_id = 'org_b' WHERE id = 'su_a'`],
    [
      'a replacement',
      `REPLACE INTO service_users (id, organization_id, name, source_system)
       VALUES ('su_a2', 'org_b', 'U', 'vkyc')`,
    ],
  ])('a service user keeps its organization through %s', (_how, sql) => {
    expect(() => db.exec(sql)).toThrow('a service user keeps its organization')
  })

  it('what is no revival stays possible', () => {
    db.exec(revoke(200))
    db.exec(revoke(300))
    db.exec(`UPDATE credentials SET revoked_at = revoked_at, name = 'N', environment = environment`)
    db.exec(`DELETE FROM credentials WHERE id = 'key_token'`)
    db.exec(
      `INSERT INTO credentials (id, organization_id, service_user_id, kind, environment, name, digest)
       VALUES ('key_token', 'org_a', 'su_a', 'access_token', 'live', 'T', '${digest('t')}')`,
    )
    db.exec(insert('key_new', digest('n')))
    db.exec(insert('key_new', digest('m'), 'OR REPLACE'))
    expect(all().map(({ id, revoked_at: at }) => [id, at])).toStrictEqual([
      ['key_gone', 100],
      ['key_jwt', 100],
      ['key_live', 200],
      ['key_new', null],
      ['key_token', null],
    ])
  })
})

it('what was revoked before an older database got these rules stays so', () => {
  database(OLDER, TWO_ORGANIZATIONS, SCHEMA)
  for (const [, sql] of REVIVALS) expect(() => db.exec(sql), sql).toThrow('stays revoked')
  expect(usable()).toBe(0)
})
