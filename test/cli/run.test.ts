// The command line over the real wrangler, on a database of its own. No edge runs, so that what is
// written is in force when the cron has run. Each command costs a second or more: few, in order.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { readHeader } from '../../src/credentials/jwt-form.ts'
import { SCHEMA, sandbox } from './harness.ts'
import type { Sandbox } from './harness.ts'

/** What wrangler and SQLite may make of a name. */
const NAME = `O'Brien "& Sons"; DROP TABLE credentials; -- BEGIN TRANSACTION; COMMIT; /* żółć 🏦`

interface Minted {
  readonly id: string
  readonly value: string
  readonly expires_at: number | null
}

describe('over wrangler', { concurrent: false }, () => {
  let here: Sandbox
  let organization = ''
  beforeAll(async () => {
    here = await sandbox()
  })
  afterAll(() => here.remove())

  it('says how to initialise a database that is not', async () => {
    const ran = await here.ops('organization', 'create', '--name', NAME)
    expect(ran.err).toContain('npm run dev once, or: npx wrangler d1 execute portcullis --local')
    expect(ran.exitCode).toBe(1)
    await here.sql(SCHEMA)
  })

  it('creates an organization whose name is kept to the letter', async () => {
    const ran = await here.ops('organization', 'create', '--name', NAME, '--json')
    organization = (ran.json() as { id: string }).id
    expect(ran.json()).toMatchObject({ name: NAME, plan: 'free', enforced_at: null })
    const list = await here.ops('organization', 'list', '--json')
    expect(list.json()).toEqual([expect.objectContaining({ id: organization, name: NAME })])
  })

  it('creates a secret key, shows it once, limits it, revokes it', async () => {
    const made = await here.ops(
      ...['key', 'create', '--organization', organization, '--kind', 'secret'],
      ...['--environment', 'live', '--name', 'Backend', '--ip', '2001:DB8::/32', '203.0.113.7/32'],
    )
    expect(made.out).toMatch(/^vk_live_[0-9A-Za-z]{32}$/m)
    expect(made.out).toContain('will not be shown again')
    expect(made.out).toContain(`curl -X GET 'http://127.0.0.1:1/api/v1/sessions'`)
    const id = /key_\w+/.exec(made.out)?.[0] ?? ''
    const value = /vk_live_\w+/.exec(made.out)?.[0] ?? ''

    const list = await here.ops('key', 'list', '--organization', organization)
    expect(list.out).toContain(id)
    expect(list.out).not.toContain(value)

    const ips = await here.ops('ip', 'list', '--key', id, '--json')
    expect(ips.json()).toMatchObject({
      restricted: true,
      entries: ['2001:db8::/32', '203.0.113.7'],
    })

    const first = await here.ops('key', 'revoke', id, '--json')
    const receipt = first.json() as { revoked_at: number }
    expect(receipt).toMatchObject({ id, enforced_at: null, already_revoked: false })
    const second = await here.ops('key', 'revoke', id, '--json')
    expect(second.json()).toMatchObject({ revoked_at: receipt.revoked_at, already_revoked: true })
  })

  it('mints a JWT key for a year', async () => {
    const ran = await here.ops(
      ...['key', 'mint-jwt', '--organization', organization, '--environment', 'sandbox'],
      ...['--name', 'Screening', '--product', 'aml_screening', '--json'],
    )
    const { value, expires_at } = ran.json() as Minted
    expect(readHeader(value)).toMatchObject({ ok: true, value: { typ: 'vk+jwt', alg: 'EdDSA' } })
    const days = ((expires_at ?? 0) - Date.now()) / 86_400_000
    expect(Math.round(days)).toBe(365)
  })

  it('mints an access token for a service user', async () => {
    const user = await here.ops(
      ...['service-user', 'create', '--organization', organization, '--name', 'Video KYC'],
      ...['--source-system', 'vkyc', '--department', 'retail', '--json'],
    )
    const { id } = user.json() as { id: string }
    const ran = await here.ops(
      ...['token', 'mint', '--service-user', id, '--environment', 'live', '--name', '2027'],
    )
    expect(ran.out).toMatch(/^vk_tok_live_[0-9A-Za-z]{32}$/m)
    expect(ran.out).toContain(`-H 'X-Approver-Department: retail'`)
  })

  it('adds a member, changes the role, and removes the person, without an edge', async () => {
    const owner = ['--organization', organization]
    const add = (role: string, ...more: string[]) =>
      here.ops('member', 'add', ...owner, '--role', role, 'Ann@Example.com', ...more)
    const made = await add('viewer', '--json')
    const row = { organization_id: organization, email: 'ann@example.com', role: 'viewer' }
    expect(made.json()).toEqual({ ...row, created_at: expect.any(Number) as number })
    expect((await add('viewer')).out).toContain('as viewer, already')
    expect((await add('administrator')).out).toContain('is now administrator')
    const list = await here.ops('member', 'list', ...owner, '--json')
    expect(list.json()).toEqual([
      { ...row, role: 'administrator', created_at: expect.any(Number) as number },
    ])
    const removed = await here.ops('member', 'remove', ...owner, 'ann@example.com')
    expect(removed.out).toContain('no member')
    const again = await here.ops('member', 'remove', ...owner, 'ann@example.com')
    expect(again).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('member list') as string,
    })
    const nowhere = ['--organization', 'org_none', '--role', 'viewer', 'ann@example.com']
    const refused = await here.ops('member', 'add', ...nowhere)
    expect(refused.err).toContain('there is no such organization; see')
  })

  it('allows, removes and lifts, and says what each means', async () => {
    const owner = ['--organization', organization]
    const wrong = await here.ops('ip', 'allow', ...owner, '10.0.0.0/8', '10.0.0.0/33')
    expect(wrong).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('Nothing has been') as string,
    })

    const allowed = await here.ops('ip', 'allow', ...owner, '10.0.0.0/8', '::ffff:192.0.2.1')
    expect(allowed.out).toContain('allowed 192.0.2.1')
    expect(allowed.out).toContain('Until now there was no restriction')
    expect(allowed.out).toContain('(edge not reachable at http://127.0.0.1:1)')

    const again = await here.ops('ip', 'allow', ...owner, '10.0.0.0/8', '192.0.2.2', '--json')
    expect(again.json()).toMatchObject({
      added: ['192.0.2.2'],
      existing: ['10.0.0.0/8'],
      enforced_at: null,
    })

    const early = await here.ops('restriction', 'lift', ...owner, '--ip')
    expect(early).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('10.0.0.0/8 192.0.2.1') as string,
    })

    const entries = ['10.0.0.0/8', '192.0.2.1', '192.0.2.2', '198.51.100.1']
    const removed = await here.ops('ip', 'remove', ...owner, ...entries)
    expect(removed.out).toContain('198.51.100.1 was not in the list')
    expect(removed.out).toContain('NOBODY may call')

    const lifted = await here.ops('restriction', 'lift', ...owner, '--ip')
    expect(lifted.out).toContain('may be used from any address')
    expect(lifted.exitCode).toBe(0)
  })

  it('names what does not exist', async () => {
    const key = await here.ops('ip', 'allow', '--key', 'key_none', '10.0.0.1')
    expect(key).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('there is no such key; see: npm run ops -- key list') as string,
    })
  })

  it('doctor finds the entry that raw SQL put in, remove takes it out', async () => {
    await here.sql(
      `INSERT INTO organization_ips (organization_id, cidr) VALUES ('${organization}', '10.0.0.0/33');`,
    )
    const ran = await here.ops('doctor', '--json')
    expect(ran.exitCode).toBe(1)
    const { findings } = ran.json() as {
      findings: { code: string; level: string; subject: string }[]
    }
    expect(findings.filter(({ level }) => level === 'refusing')).toEqual([
      expect.objectContaining({
        code: 'entry_unreadable',
        subject: `organization_ips ${organization} 10.0.0.0/33`,
      }),
      expect.objectContaining({ code: 'edge_unreachable', subject: 'http://127.0.0.1:1' }),
    ])
    const removed = await here.ops('ip', 'remove', '--organization', organization, '10.0.0.0/33')
    expect(removed.out).toContain('removed 10.0.0.0/33')
  })

  it('writes nothing when a secret is missing, and says which', async () => {
    const ran = await here.ops(
      ...['organization', 'create', '--name', 'Unwritten', '--vars', '/dev/null'],
    )
    expect(ran.err).toMatch(/ADMIN_TOKEN must be a secret/)
    const list = await here.ops('organization', 'list')
    expect(list.out).not.toContain('Unwritten')
  })
})
