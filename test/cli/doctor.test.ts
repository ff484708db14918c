import { appendFileSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'

import { shipped } from '../../src/catalog.ts'
import { generateSigningKey } from '../../src/credentials/signing-keys.ts'
import { checkPlaceholders } from '../../src/cli/doctor/placeholders.ts'
import {
  SELECT_FACTS,
  type CredentialFacts,
  type EntryFacts,
  type OrganizationFacts,
  type OwnerFacts,
  type PendingFacts,
} from '../../src/cli/doctor/facts.ts'
import type { Finding } from '../../src/cli/doctor/finding.ts'
import {
  checkCredentials,
  checkEntries,
  checkOrganizations,
  checkOwners,
  checkPending,
} from '../../src/cli/doctor/rows.ts'
import { checkSchema, SELECT_SCHEMA, type SchemaRow } from '../../src/cli/doctor/schema.ts'
import {
  insertCredential,
  insertOrganization,
  insertServiceUser,
  type NewCredential,
} from '../../src/dev/statements.ts'
import { parseSettings } from '../../src/config/settings.ts'
import { checkSettings } from '../../src/cli/doctor/deployment.ts'
import { database, sandbox, SCHEMA } from './harness.ts'

const NOW = Date.UTC(2027, 0, 1)

/** A database in which nothing is wrong. */
function healthy(): DatabaseSync {
  const db = database()
  const products = ['verifa', 'vault']
  db.exec(insertOrganization({ id: 'org_1', name: 'Acme', plan: 'free', products }))
  const user = { id: 'su_1', organizationId: 'org_1', name: 'V', sourceSystem: 'vkyc' }
  db.exec(insertServiceUser({ ...user, departments: ['retail'] }))
  const secret: NewCredential = {
    id: 'key_s',
    organizationId: 'org_1',
    serviceUserId: null,
    kind: 'secret',
    environment: 'live',
    name: 'Key',
    digest: 's'.repeat(36),
    scopes: ['sessions:read'],
    products: ['verifa'],
    expiresAt: null,
    ips: [],
    origins: [],
  }
  const publishable = { id: 'key_p', kind: 'publishable', digest: 'p'.repeat(36) } as const
  const token = { id: 'key_t', kind: 'access_token', digest: 't'.repeat(36) } as const
  db.exec(insertCredential(secret))
  db.exec(insertCredential({ ...secret, ...publishable, scopes: ['sessions:create'] }))
  db.exec(
    insertCredential({
      ...{ ...secret, ...token },
      serviceUserId: 'su_1',
      scopes: ['ingest'],
      products: ['vault'],
    }),
  )
  return db
}

/** As if the guards held every fence. */
const PUBLISHED =
  'INSERT INTO published_fences SELECT credential_id, generation FROM pending_fences'

function examine(db: DatabaseSync): Finding[] {
  const [organizations, credentials, entries, pending, owners] = SELECT_FACTS.map((sql) =>
    db.prepare(sql).all(),
  )
  return [
    ...checkOrganizations(shipped, organizations as unknown as OrganizationFacts[]),
    ...checkCredentials(shipped, credentials as unknown as CredentialFacts[], NOW),
    ...checkEntries(entries as unknown as EntryFacts[]),
    ...checkOwners(owners as unknown as OwnerFacts[]),
    ...checkPending(pending as unknown as PendingFacts[], NOW),
  ]
}

const warned = (cidr: string): Finding[] =>
  checkEntries([{ list: 'credential_ips', owner: 'key_1', entry: cidr }])

describe('entries that can be read and do not mean what they say', () => {
  it.each([
    ['2a06:98c0:3600::/48', '2a06:98c0:3600::103'],
    ['2a06:98c0::/29', '2a06:98c0:3600::103'],
    ['2a06:98c0:3600::102/127', '2a06:98c0:3600::103'],
    ['2000::/3', '2a06:98c0:3600::103'],
    ['240.0.0.0/4', '240.0.0.0/4'],
    ['240.0.0.7', '240.0.0.0/4'],
    ['255.255.255.255', '240.0.0.0/4'],
    ['::ffff:250.1.0.0/112', '240.0.0.0/4'],
    ['224.0.0.0/3', '240.0.0.0/4'],
    ['128.0.0.0/1', '240.0.0.0/4'],
  ])('%s: a warning that names %s', (cidr, named) => {
    expect(warned(cidr)).toStrictEqual([
      expect.objectContaining({ level: 'warning', code: 'entry_odd' }),
    ])
    expect(warned(cidr)[0]).toMatchObject({ subject: `credential_ips key_1 ${cidr}` })
    expect(warned(cidr)[0]?.message).toContain(named)
  })

  it.each([
    '203.0.113.0/24',
    '239.255.255.255',
    '224.0.0.0/4',
    '2001:db8::/32',
    '2a06:98c0:3600::104',
  ])('%s: nothing', (cidr) => {
    expect(warned(cidr)).toStrictEqual([])
  })

  it('the shared address itself can be on no list: it refuses, by name', () => {
    expect(warned('2a06:98c0:3600::103')).toStrictEqual([
      expect.objectContaining({ level: 'refusing', code: 'entry_unreadable' }),
    ])
  })
})

describe('settings that cannot be meant', async () => {
  const SIGNING_KEYS = JSON.stringify({ keys: [await generateSigningKey()] })
  const examineSettings = (over: Record<string, unknown>): Finding[] => {
    const secrets = { KEY_PEPPER: 'p'.repeat(32), ADMIN_TOKEN: 'a'.repeat(32), SIGNING_KEYS }
    const meant = { ISSUER: 'https://api.acme.dev', UPSTREAMS: {} }
    const parsed = parseSettings({ ...secrets, ...meant, ...over }, shipped)
    if (!parsed.ok) throw new Error(parsed.error.join('; '))
    return checkPlaceholders(parsed.value)
  }

  it.each([
    'https://edge.example.com',
    'https://example.com',
    'https://a.example',
    'https://edge.test',
  ])('ISSUER %s', (issuer) => {
    expect(examineSettings({ ISSUER: issuer })).toStrictEqual([
      expect.objectContaining({ level: 'warning', subject: 'ISSUER' }),
    ])
  })

  it('UPSTREAMS at example.com, each by product and environment', () => {
    const urls = { live: 'https://verifa.example.com', sandbox: 'https://sandbox.acme.dev' }
    const [found, ...others] = examineSettings({ UPSTREAMS: { verifa: urls } })
    expect(others).toStrictEqual([])
    expect(found).toMatchObject({ level: 'warning', subject: 'UPSTREAMS' })
    expect(found?.message).toContain('verifa live (verifa.example.com)')
    expect(found?.message).not.toContain('sandbox')
  })

  it('an upstream on this machine behind a public edge', () => {
    const UPSTREAMS = { verifa: { live: 'http://127.0.0.1:9000' } }
    const [found] = examineSettings({ UPSTREAMS })
    expect(found).toMatchObject({ level: 'warning', code: 'upstream_local', subject: 'UPSTREAMS' })
    expect(examineSettings({ UPSTREAMS, ISSUER: 'http://localhost:8787' })).toStrictEqual([])
  })

  it('nothing where each is somebody’s', () => {
    expect(
      examineSettings({ UPSTREAMS: { verifa: { live: 'https://example.com.acme.dev' } } }),
    ).toStrictEqual([])
  })
})

describe('what refuses calls', () => {
  it('is nothing in a database that is in order', () => {
    const db = healthy()
    db.exec(PUBLISHED)
    expect(examine(db)).toEqual([])
  })

  const restriction = 'UPDATE organizations SET ip_restricted = 1'
  it.each([
    [
      `INSERT INTO organization_ips (organization_id, cidr) VALUES ('org_1', '10.0.0.0/33')`,
      'refusing',
      'entry_unreadable',
      /organization_ips org_1 10\.0\.0\.0\/33 .*from 1 to 32/,
    ],
    [
      `INSERT INTO credential_ips (credential_id, cidr) VALUES ('key_s', '10.0.0.7/8')`,
      'refusing',
      'entry_unreadable',
      /credential_ips key_s .*write 10\.0\.0\.0\/8/,
    ],
    [
      `INSERT INTO credential_origins (credential_id, origin) VALUES ('key_p', 'https://*.co.uk')`,
      'refusing',
      'entry_unreadable',
      /credential_origins key_p .*public suffix/,
    ],
    [
      `INSERT INTO credential_origins (credential_id, origin) VALUES ('key_p', 'https://*.a.example')`,
      'refusing',
      'origin_not_judged',
      /https:\/\/\*\.a\.example.*no owner and would have a\.example: run npm run ops -- sync/,
    ],
    [restriction, 'refusing', 'list_empty', /restriction lift --organization org_1 --ip/],
    [
      `UPDATE credentials SET origin_restricted = 1 WHERE id = 'key_p'`,
      'refusing',
      'list_empty',
      /restriction lift --key key_p --origin/,
    ],
    [
      `UPDATE organizations SET plan = 'gold'`,
      'refusing',
      'plan_unknown',
      /free starter professional enterprise/,
    ],
    [`UPDATE organizations SET products = '[1]'`, 'refusing', 'products_unreadable', /org_1/],
    [
      `UPDATE credentials SET scopes = '[""]' WHERE id = 'key_s'`,
      'refusing',
      'scopes_unreadable',
      /key_s/,
    ],
    [
      `UPDATE credentials SET quotas = '{"plan":0}' WHERE id = 'key_s'`,
      'refusing',
      'quotas_unreadable',
      /key_s/,
    ],
    [
      `UPDATE service_users SET departments = '[null]'`,
      'refusing',
      'departments_unreadable',
      /su_1/,
    ],
    [
      `UPDATE credentials SET scopes = '["session:read"]' WHERE id = 'key_s'`,
      'warning',
      'scope_unknown',
      /session:read/,
    ],
    [
      `UPDATE credentials SET products = '["verify"]' WHERE id = 'key_s'`,
      'warning',
      'product_unknown',
      /verify/,
    ],
    [`UPDATE organizations SET suspended_at = 1`, 'info', 'organization_suspended', /org_1/],
    [`UPDATE service_users SET disabled_at = 1`, 'info', 'service_user_disabled', /key_t .*su_1/],
    [`UPDATE credentials SET expires_at = 1 WHERE id = 'key_s'`, 'info', 'key_expired', /key_s/],
  ] as const)('%s', (sql, level, code, text) => {
    const db = healthy()
    db.exec(sql)
    db.exec(PUBLISHED)
    const found = examine(db)
    expect(found).toEqual([expect.objectContaining({ level, code })])
    expect(`${found[0]?.subject} ${found[0]?.message}`).toMatch(text)
  })

  it('a change that no guard knows after two minutes', () => {
    const db = healthy()
    db.exec(`${PUBLISHED}; ${restriction}; UPDATE organizations SET ip_restricted = 0`)
    // Time passes.
    db.exec(`DROP TRIGGER pending_fences_only_rise;
      UPDATE pending_fences SET created_at = ${NOW - 120_000}`)
    expect(examine(db)).toEqual([])
    db.exec(`UPDATE pending_fences SET created_at = ${NOW - 120_001} WHERE credential_id = 'key_s'`)
    expect(examine(db)).toEqual([
      expect.objectContaining({ level: 'refusing', code: 'change_not_in_force', subject: 'key_s' }),
    ])
  })

  it('not a revoked key, which refuses by intention', () => {
    const db = healthy()
    db.exec(`UPDATE credentials SET scopes = '["x"]', revoked_at = 1; ${PUBLISHED}`)
    expect(examine(db)).toEqual([])
  })
})

function schemaOf(db: DatabaseSync): SchemaRow[] {
  return db.prepare(SELECT_SCHEMA).all() as unknown as SchemaRow[]
}

/** What it finds of signing in to the console. */
const closed = async (vars: string | undefined, remote?: true): Promise<string[]> => {
  const io = { env: {}, out: () => {}, err: () => {}, now: () => NOW, input: async () => '' }
  const target = remote ? { remote } : {}
  const ops = { io, catalog: shipped, ...target, sync: false, ...(vars !== undefined && { vars }) }
  const found = await checkSettings(ops, 'http://localhost')
  return found.map(({ code, level }) => `${level} ${code}`).filter((one) => /console/.test(one))
}

describe('the console', () => {
  it('that nobody can sign in to is told; not of the local stack, nor where a setting says how', async () => {
    const { vars, remove } = await sandbox()
    expect(await closed(undefined, true)).toEqual(['warning console_closed'])
    expect(await closed(vars, true)).toEqual(['warning console_closed'])
    expect(await closed(vars)).toEqual([])
    appendFileSync(vars, 'CONSOLE=token\n')
    expect(await closed(vars, true)).toEqual([])
    remove()
  })
})

describe('the schema', () => {
  it('of schema.sql is complete, also when it is applied twice', async () => {
    const db = database()
    db.exec(SCHEMA)
    expect(await checkSchema(SCHEMA, schemaOf(db))).toEqual([])
  })

  it.each([
    ['DROP TABLE credential_origins', 'refusing', 'schema_missing', 'table credential_origins'],
    ['DROP TRIGGER credential_updated', 'refusing', 'schema_missing', 'trigger credential_updated'],
    [
      'DROP INDEX credentials_by_organization',
      'refusing',
      'schema_missing',
      'index credentials_by_organization',
    ],
    [
      'DROP TRIGGER generations_are_kept; CREATE TRIGGER generations_are_kept BEFORE DELETE ON generations BEGIN SELECT 1; END',
      'warning',
      'schema_differs',
      'trigger generations_are_kept',
    ],
    [
      'ALTER TABLE organizations ADD COLUMN extra TEXT',
      'warning',
      'schema_differs',
      'table organizations',
    ],
  ])('%s', async (sql, level, code, subject) => {
    const db = database()
    db.exec(sql)
    expect(await checkSchema(SCHEMA, schemaOf(db))).toContainEqual(
      expect.objectContaining({ level, code, subject }),
    )
  })

  it('of an empty database lacks everything', async () => {
    const missing = await checkSchema(SCHEMA, [])
    expect(missing.length).toBeGreaterThan(20)
    expect(missing.every(({ code }) => code === 'schema_missing')).toBe(true)
  })
})
