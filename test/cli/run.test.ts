// Past the API, over the real wrangler, on a database of its own. No edge runs, so that what is
// written is in force when the cron has run. Each command costs a second or more: few, in order.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { insertCredential, insertOrganization } from '../../src/dev/statements.ts'
import { SCHEMA, sandbox, type Sandbox } from './harness.ts'

const ORG = 'org_4fXo0qPYB1mTz7Qe'
const SECRET = 'key_9sKd2LmQx7VbT0aW'
const SHOP = 'key_7pUb3LsHaBl3K3yX'
/** As raw SQL may put it into a list. */
const BROKEN = '10.0.0.0/33'

describe('over wrangler', { concurrent: false }, () => {
  let here: Sandbox
  const owner = ['--organization', ORG, '--direct']
  beforeAll(async () => {
    here = await sandbox()
  })
  afterAll(() => here.remove())

  it('says how to initialise a database that is not', async () => {
    const ran = await here.ops('ip', 'list', ...owner)
    expect(ran.err).toContain('npm run dev once, or: npx wrangler d1 execute portcullis --local')
    expect(ran.exitCode).toBe(1)
    const key = { organizationId: ORG, serviceUserId: null, environment: 'live' as const }
    const none = {
      name: 'Backend',
      scopes: [],
      products: [],
      expiresAt: null,
      ips: [],
      origins: [],
    }
    await here.sql(
      [
        SCHEMA,
        insertOrganization({ id: ORG, name: 'Acme', plan: 'free', products: [] }),
        insertCredential({ ...key, ...none, id: SECRET, kind: 'secret', digest: 's'.repeat(36) }),
        insertCredential({
          ...key,
          ...none,
          id: SHOP,
          kind: 'publishable',
          digest: 'p'.repeat(36),
        }),
        `INSERT INTO credential_ips (credential_id, cidr) VALUES ('${SHOP}', '${BROKEN}');`,
      ].join('\n'),
    )
  })

  it('revokes a key by its id, for good', async () => {
    const ran = await here.ops('key', 'revoke', SECRET, '--direct', '--json')
    expect(ran.json()).toMatchObject({ id: SECRET, enforced_at: null, already_revoked: false })
  })

  it('writes nothing when an entry is wrong or a secret is missing, and says which', async () => {
    const wrong = await here.ops('ip', 'allow', ...owner, '10.0.0.0/8', '10.0.0.0/33')
    expect(wrong).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('Nothing has been') as string,
    })
    const ran = await here.ops('ip', 'allow', ...owner, '192.0.2.9', '--vars', '/dev/null')
    expect(ran.err).toMatch(/ADMIN_TOKEN must be a secret/)
    expect(ran.err).toContain('--no-sync')
  })

  it('allows addresses, and says what that means', async () => {
    const allowed = await here.ops('ip', 'allow', ...owner, '10.0.0.0/8', '::ffff:192.0.2.1')
    expect(allowed.out).toContain('allowed 192.0.2.1')
    expect(allowed.out).toContain('Until now there was no restriction')
    // And nothing of what was refused before.
    expect(allowed.out).toContain('only from the address list (2)')
    expect(allowed.out).toContain('written to the database directly, past the API')
    expect(allowed.out).toContain('(edge not reachable at http://127.0.0.1:1')
  })

  it('allows an origin', async () => {
    const origin = 'https://a.example'
    const ran = await here.ops('origin', 'allow', '--key', SHOP, '--direct', origin, '--json')
    expect(ran.json()).toMatchObject({ restricted: true, entries: [origin], added: [origin] })
  })

  it('allows a wildcard origin with its owner, or doctor would find it below', async () => {
    const origin = 'https://*.shop.example'
    const ran = await here.ops('origin', 'allow', '--key', SHOP, '--direct', origin, '--json')
    expect(ran.json()).toMatchObject({ added: [origin] })
  })

  it('names what does not exist', async () => {
    const key = await here.ops('ip', 'allow', '--key', 'key_none', '--direct', '10.0.0.1')
    expect(key).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('there is no such key; see: npm run ops -- key list') as string,
    })
  })

  it('doctor finds the entry that raw SQL put in, remove takes it out', async () => {
    const ran = await here.ops('doctor', '--json')
    expect(ran.exitCode).toBe(1)
    const { findings } = ran.json() as {
      findings: { code: string; level: string; subject: string }[]
    }
    expect(findings.filter(({ level }) => level === 'refusing')).toEqual([
      expect.objectContaining({
        code: 'entry_unreadable',
        subject: `credential_ips ${SHOP} ${BROKEN}`,
      }),
      expect.objectContaining({ code: 'edge_unreachable', subject: 'http://127.0.0.1:1' }),
    ])
    const entries = [BROKEN, '198.51.100.1']
    const removed = await here.ops('ip', 'remove', '--key', SHOP, '--direct', ...entries)
    expect(removed.out).toContain(`removed ${BROKEN}`)
    expect(removed.out).toContain('198.51.100.1 was not in the list')
    expect(removed.out).toContain('NOBODY may call')
  })

  it('lifts a restriction whose list is empty', async () => {
    const lifted = await here.ops('restriction', 'lift', '--key', SHOP, '--ip', '--direct')
    expect(lifted.out).toContain('may be used from any address')
    expect(lifted.out).toContain(`The address list of ${ORG} is still in force.`)
    expect(lifted.exitCode).toBe(0)
  })
})
