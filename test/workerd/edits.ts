// A small world of rows, and every kind of statement that can edit it, with the credentials that each
// of them touches.

import { freshId, makeOrganization, makeServiceUser, mint, run } from './rows.ts'

/** Two organizations with two credentials each way, so that too much shows as well as too little. */
export interface World {
  readonly org: string
  readonly other: string
  readonly user: string
  readonly otherUser: string
  readonly fresh: string
  /** Of `org`. The publishable key has two origins and an address, the organization an address. */
  readonly secret: string
  readonly publishable: string
  readonly token: string
  readonly jwt: string
  readonly ofOther: string
}

export const KEYS = ['secret', 'publishable', 'token', 'jwt', 'ofOther'] as const
export type Key = (typeof KEYS)[number]
const OF_ORG: readonly Key[] = ['jwt', 'publishable', 'secret', 'token']

export async function buildWorld(): Promise<World> {
  const org = await makeOrganization()
  const other = await makeOrganization()
  const user = await makeServiceUser(org)
  const otherUser = await makeServiceUser(org)
  await run(`INSERT INTO organization_ips (organization_id, cidr) VALUES ('${org}', '10.0.0.0/8')`)
  const lists = { ips: ['192.0.2.1'], origins: ['https://a.example', 'https://b.example'] }
  const secret = await mint(org, 'secret')
  const publishable = await mint(org, 'publishable', lists)
  const token = await mint(org, 'access_token', { serviceUserId: user })
  const jwt = await mint(org, 'jwt')
  const ofOther = await mint(other, 'secret')
  return {
    org,
    other,
    user,
    otherUser,
    fresh: freshId('key'),
    secret: secret.id,
    publishable: publishable.id,
    token: token.id,
    jwt: jwt.id,
    ofOther: ofOther.id,
  }
}

export type Edit = readonly [edit: string, sql: (w: World) => string, touched: readonly Key[]]

const set = (table: string, id: (w: World) => string, assignment: string) => (world: World) =>
  `UPDATE ${table} SET ${assignment} WHERE id = '${id(world)}'`
/** For an insert: a row of `org` with that id. */
export const row = (world: World, id: string, kind = 'secret') =>
  `(id, organization_id, kind, environment, name, digest)
   VALUES ('${id}', '${world.org}', '${kind}', 'live', 'n', '${world.fresh.padEnd(40, 'x')}')`

export const credentialEdits: readonly Edit[] = [
  ...[
    'revoked_at = 1',
    'expires_at = 1',
    `scopes = '["sessions:read"]'`,
    `products = '[]'`,
    `quotas = '{"plan":5}'`,
    'ip_restricted = 1',
    `digest = 'ddddddddddddddddddddddddddddddddd' || id`,
  ].map((one): Edit => [`secret: ${one}`, set('credentials', (x) => x.secret, one), ['secret']]),
  ['name alone', set('credentials', (x) => x.secret, `name = 'New'`), []],
  ['nothing that is there', set('credentials', () => 'key_none', 'revoked_at = 1'), []],
  [
    'a JWT of another issuer',
    set('credentials', (x) => x.jwt, `external = 'https://idp.example j' || id`),
    ['jwt'],
  ],
  [
    'origin restriction',
    set('credentials', (x) => x.publishable, 'origin_restricted = 1'),
    ['publishable'],
  ],
  [
    'all rows at once',
    (x) => `UPDATE credentials SET expires_at = 1 WHERE organization_id = '${x.org}'`,
    OF_ORG,
  ],
  [
    'the id: the old one',
    (x) => set('credentials', (y) => y.secret, `id = '${x.fresh}'`)(x),
    ['secret'],
  ],
  ['delete', (x) => `DELETE FROM credentials WHERE id = '${x.secret}'`, ['secret']],
  [
    'delete, with its lists',
    (x) => `DELETE FROM credentials WHERE id = '${x.publishable}'`,
    ['publishable'],
  ],
  ['replace', (x) => `INSERT OR REPLACE INTO credentials ${row(x, x.secret)}`, ['secret']],
  [
    'replace, with its lists',
    (x) => `REPLACE INTO credentials ${row(x, x.publishable, 'publishable')}`,
    ['publishable'],
  ],
  [
    'replace by the digest of another',
    (x) =>
      `INSERT OR REPLACE INTO credentials (id, organization_id, kind, environment, name, digest)
     SELECT '${x.fresh}', organization_id, kind, environment, name, digest
     FROM credentials WHERE id = '${x.secret}'`,
    ['secret'],
  ],
  [
    'update, replacing another by its digest',
    (x) =>
      `UPDATE OR REPLACE credentials SET digest = (SELECT digest FROM credentials WHERE id = '${x.secret}')
     WHERE id = '${x.ofOther}'`,
    ['ofOther', 'secret'],
  ],
  [
    'upsert',
    (x) =>
      `INSERT INTO credentials ${row(x, x.secret)}
     ON CONFLICT (id) DO UPDATE SET revoked_at = 1`,
    ['secret'],
  ],
  ['insert of another', (x) => `INSERT INTO credentials ${row(x, x.fresh)}`, []],
]

export const ownerEdits: readonly Edit[] = [
  ...[`plan = 'free'`, `products = '[]'`, 'suspended_at = 1', 'ip_restricted = 1'].map(
    (one): Edit => [`organization: ${one}`, set('organizations', (x) => x.org, one), OF_ORG],
  ),
  ['organization: name alone', set('organizations', (x) => x.org, `name = 'New'`), []],
  [
    'organization: replace',
    (x) => `REPLACE INTO organizations (id, name) VALUES ('${x.org}', 'n')`,
    OF_ORG,
  ],
  [
    'organization: upsert',
    (x) =>
      `INSERT INTO organizations (id, name) VALUES ('${x.org}', 'n')
     ON CONFLICT (id) DO UPDATE SET plan = 'free'`,
    OF_ORG,
  ],
  [
    'organization: another',
    (x) => `INSERT INTO organizations (id, name) VALUES ('org_${x.fresh}', 'n')`,
    [],
  ],
  ...[`departments = '[]'`, 'disabled_at = 1', `source_system = 'other'`].map((one): Edit => [
    `service user: ${one}`,
    set('service_users', (x) => x.user, one),
    ['token'],
  ]),
  ['service user: name alone', set('service_users', (x) => x.user, `name = 'New'`), []],
  ['service user: without tokens', set('service_users', (x) => x.otherUser, 'disabled_at = 1'), []],
  [
    'service user: replace',
    (x) =>
      `REPLACE INTO service_users (id, organization_id, name, source_system)
     VALUES ('${x.user}', '${x.org}', 'n', 'vkyc')`,
    ['token'],
  ],
  [
    'service user: delete of one without tokens',
    (x) => `DELETE FROM service_users WHERE id = '${x.otherUser}'`,
    [],
  ],
]

const insertIp = (owner: string, table: string, cidr: string) =>
  `INTO ${table} VALUES ('${owner}', '${cidr}', 1)`

export const listEdits: readonly Edit[] = [
  [
    'organization ip: insert',
    (x) => `INSERT ${insertIp(x.org, 'organization_ips', '::1')}`,
    OF_ORG,
  ],
  [
    'organization ip: insert or ignore of a new one',
    (x) => `INSERT OR IGNORE ${insertIp(x.org, 'organization_ips', '::1')}`,
    OF_ORG,
  ],
  [
    'organization ip: replace',
    (x) => `REPLACE ${insertIp(x.org, 'organization_ips', '10.0.0.0/8')}`,
    OF_ORG,
  ],
  [
    'organization ip: update',
    (x) => `UPDATE organization_ips SET cidr = '10.0.0.0/9' WHERE organization_id = '${x.org}'`,
    OF_ORG,
  ],
  [
    'organization ip: moved to the other',
    (x) =>
      `UPDATE organization_ips SET organization_id = '${x.other}' WHERE organization_id = '${x.org}'`,
    [...OF_ORG, 'ofOther'],
  ],
  [
    'organization ip: delete',
    (x) => `DELETE FROM organization_ips WHERE organization_id = '${x.org}'`,
    OF_ORG,
  ],
  [
    'credential ip: insert',
    (x) => `INSERT ${insertIp(x.secret, 'credential_ips', '::1')}`,
    ['secret'],
  ],
  [
    'credential ip: replace',
    (x) => `REPLACE ${insertIp(x.publishable, 'credential_ips', '192.0.2.1')}`,
    ['publishable'],
  ],
  [
    'credential ip: update',
    (x) => `UPDATE credential_ips SET cidr = '192.0.2.2' WHERE credential_id = '${x.publishable}'`,
    ['publishable'],
  ],
  [
    'credential ip: moved to another',
    (x) =>
      `UPDATE credential_ips SET credential_id = '${x.jwt}' WHERE credential_id = '${x.publishable}'`,
    ['jwt', 'publishable'],
  ],
  [
    'credential ip: delete',
    (x) => `DELETE FROM credential_ips WHERE credential_id = '${x.publishable}'`,
    ['publishable'],
  ],
  [
    'origin: insert',
    (x) => `INSERT INTO credential_origins VALUES ('${x.publishable}', 'https://c.example', 1)`,
    ['publishable'],
  ],
  [
    'origin: update',
    (x) =>
      `UPDATE credential_origins SET origin = 'https://c.example'
     WHERE credential_id = '${x.publishable}' AND origin = 'https://a.example'`,
    ['publishable'],
  ],
  [
    'origin: update replacing another',
    (x) =>
      `UPDATE OR REPLACE credential_origins SET origin = 'https://b.example'
     WHERE credential_id = '${x.publishable}' AND origin = 'https://a.example'`,
    ['publishable'],
  ],
  [
    'origin: delete of one',
    (x) =>
      `DELETE FROM credential_origins
     WHERE credential_id = '${x.publishable}' AND origin = 'https://a.example'`,
    ['publishable'],
  ],
  [
    'origin: delete of all',
    (x) => `DELETE FROM credential_origins WHERE credential_id = '${x.publishable}'`,
    ['publishable'],
  ],
]
