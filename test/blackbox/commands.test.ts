// The command line as the API's client, against a real edge. Nothing here reaches a database but through
// the API.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { readHeader } from '../../src/credentials/jwt-form.ts'
import { ADMIN_TOKEN, startEdge, type TestEdge } from '../harness/edge.ts'
import { runOps, type Ran } from '../cli/harness.ts'

/** What a shell, SQL or a terminal may make of a name. */
const NAME = `O'Brien "& Sons"; DROP TABLE credentials; -- BEGIN TRANSACTION; COMMIT; /* żółć 🏦`
const IMPORTED = 'sk_live_'

let edge: TestEdge
let organization = ''
beforeAll(async () => {
  edge = await startEdge({ bindings: { IMPORTED_PREFIXES: [IMPORTED] } })
  organization = (await json('organization', 'create', '--name', NAME))['id'] as string
})
afterAll(() => edge.stop())

/** A command as an operator runs it who has the admin token in the environment. */
async function ops(...args: string[]): Promise<Ran> {
  return await runOps([...args, '--remote', '--url', edge.url], { ADMIN_TOKEN })
}

async function piped(input: string, ...args: string[]): Promise<Ran> {
  return await runOps([...args, '--remote', '--url', edge.url], { ADMIN_TOKEN }, Date.now, input)
}

async function json(...args: string[]): Promise<Record<string, unknown>> {
  const ran = await ops(...args, '--json')
  if (ran.exitCode !== 0) throw new Error(ran.out + ran.err)
  return ran.json() as Record<string, unknown>
}

const owner = (): string[] => ['--organization', organization]
const newKey = (...more: string[]): string[] => [
  ...[
    'key',
    'create',
    ...owner(),
    '--kind',
    'secret',
    '--environment',
    'live',
    '--name',
    'Backend',
  ],
  ...more,
]
const status = async (value: string): Promise<number> =>
  (await edge.fetch('/api/v1/sessions', { headers: { 'x-api-key': value } })).status

describe('organizations', () => {
  it('keep their name to the letter', async () => {
    expect(await json('organization', 'show', ...owner())).toMatchObject({
      ...{ id: organization, name: NAME, plan: 'free', state: 'active' },
    })
    const list = await ops('organization', 'list', '--search', 'brien')
    expect(list.out).toContain(NAME)
    expect(list.out).toContain('1 row')
  })

  it('are listed page by page, or all at once', async () => {
    await json('organization', 'create', '--name', 'Another')
    const first = await json('organization', 'list', '--limit', '1')
    expect(first['items']).toHaveLength(1)
    const text = await ops('organization', 'list', '--limit', '1')
    expect(text.out).toContain(`there are more: --cursor ${String(first['next_cursor'])}, or --all`)
    const next = await json('organization', 'list', '--cursor', String(first['next_cursor']))
    expect((next['items'] as unknown[]).length).toBeGreaterThan(1)
    const all = await json('organization', 'list', '--limit', '1', '--all')
    expect(all['items']).toEqual([...(first['items'] as []), ...(next['items'] as [])])
    expect(all['next_cursor']).toBeNull()
  })

  it('are changed, with a receipt', async () => {
    const ran = await ops('organization', 'update', ...owner(), '--plan', 'starter')
    expect(ran.out).toMatch(/plan +starter/)
    expect(ran.out).toMatch(/^in force since 20/m)
  })
})

describe('a key', () => {
  it('is created, its value shown once, limited, listed, and revoked', async () => {
    const made = await ops(...newKey('--ip', '2001:DB8::/32', '203.0.113.7/32'))
    expect(made.out).toMatch(/^vk_live_[0-9A-Za-z]{32}$/m)
    expect(made.out).toContain('will not be shown again')
    expect(made.out).toContain(`curl -X GET '${edge.url}/api/v1/sessions'`)
    const id = /key_\w+/.exec(made.out)?.[0] ?? ''
    const value = /vk_live_\w+/.exec(made.out)?.[0] ?? ''
    expect(await status(value)).toBe(403)

    const list = await ops('key', 'list', ...owner())
    expect(list.out).toContain(id)
    expect(list.out).not.toContain(value)
    const shown = await json('key', 'show', id)
    expect(shown).toMatchObject({ id, ips: ['2001:db8::/32', '203.0.113.7'], state: 'active' })

    const changed = await ops('key', 'update', id, '--no-ip', '--quota', 'plan=50')
    expect(changed.out).toMatch(/ips +any/)
    expect(changed.out).toMatch(/quotas +plan=50/)
    expect(changed.out).toMatch(/^in force since 20/m)
    expect(await status(value)).toBe(200)

    const receipt = await json('key', 'revoke', id)
    expect(receipt).toMatchObject({ id, pending: 0 })
    expect(receipt['enforced_at']).toBeGreaterThanOrEqual(receipt['revoked_at'] as number)
    expect(await status(value)).toBe(401)
    const again = await json('key', 'revoke', id, ...owner())
    expect(again['revoked_at']).toBe(receipt['revoked_at'])
  })

  it('ends when it was told to, and never again once that is taken back', async () => {
    const { id, expires_at: end } = await json(...newKey('--expires-in', '90d'))
    expect(Math.round(((end as number) - Date.now()) / 86_400_000)).toBe(90)
    const changed = await json('key', 'update', String(id), '--no-expires')
    expect(changed['key']).toMatchObject({ expires_at: null })
  })

  it('is rotated: a new value, and the old one goes on for as long as it was given', async () => {
    const { id, value } = await json(...newKey())
    const ran = await ops('key', 'rotate', String(id), '--grace-seconds', '3600')
    const fresh = /^vk_live_\w+$/m.exec(ran.out)?.[0] ?? ''
    expect([await status(String(value)), await status(fresh)]).toEqual([200, 200])
    expect(ran.out).toMatch(new RegExp(`old id +${String(id)}`))
  })

  it('of kind jwt is for a year', async () => {
    const { value, expires_at: end } = await json(
      ...['key', 'create', ...owner(), '--kind', 'jwt', '--environment', 'sandbox'],
      ...['--name', 'Screening', '--product', 'aml_screening'],
    )
    expect(readHeader(String(value))).toMatchObject({ ok: true, value: { typ: 'vk+jwt' } })
    expect(Math.round(((end as number) - Date.now()) / 86_400_000)).toBe(365)
  })

  it('that was minted elsewhere is imported by its digest', async () => {
    const sha256 = 'ab'.repeat(32)
    const made = await json(
      ...['key', 'import', ...owner(), '--kind', 'secret', '--environment', 'live'],
      ...['--name', 'Old', '--prefix', IMPORTED, '--sha256', sha256, '--metadata', 'from=old=er'],
    )
    expect(made).toMatchObject({ kind: 'secret', metadata: { from: 'old=er' } })
  })

  it('is made once by an idempotency key', async () => {
    const once = newKey('--idempotency-key', 'of-this-test-0123456789')
    const first = await json(...once)
    const again = await json(...once)
    expect([again['id'], again['value']]).toEqual([first['id'], null])
    expect((await ops(...once)).out).toContain('made before')
  })

  it('is explained by its id, and by its value from standard input, which is printed nowhere', async () => {
    const { id, value } = await json(...newKey('--ip', '192.0.2.1'))
    const call = ['--method', 'GET', '--path', '/api/v1/sessions', '--address', '203.0.113.9']
    const named = await ops('key', 'explain', '--key', String(id), ...call)
    expect(named.out).toContain('address_not_allowed')
    const pasted = await piped(
      `X-API-Key: ${String(value)}\n`,
      ...['key', 'explain', '--credential', '-', ...call],
    )
    expect(pasted.out).toContain('address_not_allowed')
    expect(pasted.out + pasted.err).not.toContain(value)
    expect((await ops('rate-limits', '--key', String(id))).out).toContain('plan')
  })
})

describe('service users and their tokens', () => {
  it('a token is minted for one, listed, and stops with it', async () => {
    const user = await json(
      ...['service-user', 'create', ...owner(), '--name', 'Video KYC'],
      ...['--source-system', 'vkyc', '--department', 'retail'],
    )
    const id = String(user['id'])
    const ran = await ops(
      ...['token', 'mint', '--service-user', id, '--environment', 'live', '--name', '2027'],
    )
    expect(ran.out).toMatch(/^vk_tok_live_[0-9A-Za-z]{32}$/m)
    expect(ran.out).toContain(`-H 'X-Approver-Department: retail'`)
    const { items } = await json('token', 'list', '--service-user', id)
    expect(items).toEqual([expect.objectContaining({ service_user_id: id, name: '2027' })])
    await json('service-user', 'update', id, '--department', '')
    expect(await json('service-user', 'show', id)).toMatchObject({ departments: [] })
    expect((await ops('service-user', 'disable', id)).out).toMatch(/^in force since 20/m)
    expect((await ops('service-user', 'enable', id)).out).toMatch(/disabled_at +-/)
  })
})

describe('members', () => {
  it('are added, given another role, listed and removed', async () => {
    const add = (role: string): Promise<Ran> =>
      ops('member', 'add', ...owner(), '--role', role, 'Ann@Example.com', '--json')
    const row = { organization_id: organization, email: 'ann@example.com' }
    expect((await add('administrator')).json()).toMatchObject({ ...row, role: 'administrator' })
    await ops('member', 'add', ...owner(), '--role', 'administrator', 'bob@example.com')
    expect((await add('viewer')).json()).toMatchObject({ ...row, role: 'viewer' })
    const list = await json('member', 'list', ...owner())
    expect(list['items']).toHaveLength(2)
    expect(await ops('member', 'remove', ...owner(), 'ann@example.com')).toMatchObject({
      exitCode: 0,
    })
    const again = await ops('member', 'remove', ...owner(), 'ann@example.com')
    expect(again).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('member list') as string,
    })
  })
})

describe('lists', () => {
  it('allows, removes and lifts, and says what each means', async () => {
    const wrong = await ops('ip', 'allow', ...owner(), '10.0.0.0/8', '10.0.0.0/33')
    expect(wrong).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('Nothing has been') as string,
    })
    const allowed = await ops('ip', 'allow', ...owner(), '10.0.0.0/8', '::ffff:192.0.2.1')
    expect(allowed.out).toContain('allowed 192.0.2.1')
    expect(allowed.out).toContain('Until now there was no restriction')
    expect(allowed.out).toMatch(/^in force since 20/m)
    const again = await json('ip', 'allow', ...owner(), '10.0.0.0/8', '192.0.2.2')
    expect(again).toMatchObject({ added: ['192.0.2.2'], existing: ['10.0.0.0/8'] })
    const early = await ops('restriction', 'lift', ...owner(), '--ip')
    expect(early).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('10.0.0.0/8 192.0.2.1') as string,
    })
    const entries = ['10.0.0.0/8', '192.0.2.1', '192.0.2.2', '198.51.100.1']
    const removed = await ops('ip', 'remove', ...owner(), ...entries)
    expect(removed.out).toContain('198.51.100.1 was not in the list')
    expect(removed.out).toContain('NOBODY may call')
    const lifted = await ops('restriction', 'lift', ...owner(), '--ip')
    expect(lifted.out).toContain('may be used from any address')
  })

  it('of origins are those of publishable keys, whose organization need not be named', async () => {
    const shop = await json(
      ...['key', 'create', ...owner(), '--kind', 'publishable', '--environment', 'live'],
      ...['--name', 'Shop', '--origin', 'https://a.example'],
    )
    const key = ['--key', String(shop['id'])]
    const ran = await json('origin', 'allow', ...key, 'https://b.example')
    expect(ran).toMatchObject({ added: ['https://b.example'], restricted: true })
    expect(await json('origin', 'list', ...key)).toMatchObject({
      entries: ['https://a.example', 'https://b.example'],
    })
    const { id } = await json(...newKey())
    const secret = await ops('origin', 'allow', '--key', String(id), 'https://b.example')
    expect(secret.err).toContain('only publishable keys have an origin list')
  })

  it('name what does not exist', async () => {
    const key = await ops('ip', 'allow', '--key', 'key_none', '10.0.0.1')
    expect(key).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('there is no such key; see: npm run ops -- key list') as string,
    })
  })
})

describe('webhooks', () => {
  it('are added with their secret, changed, tested, rotated and deleted', async () => {
    const made = await ops(
      'webhook',
      'create',
      ...owner(),
      '--endpoint-url',
      `${edge.upstream.url}/h`,
    )
    expect(made.out).toMatch(/^whsec_\S+$/m)
    const id = /whe_\w+/.exec(made.out)?.[0] ?? ''
    expect((await ops('webhook', 'list', ...owner())).out).toContain(id)
    const changed = await json('webhook', 'update', id, '--description', 'x', '--no-enabled')
    expect(changed).toMatchObject({ description: 'x', enabled: false })
    const verify = await ops('webhook', 'verify', id)
    expect(verify).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('challenge') as string,
    })
    expect((await ops('webhook', 'rotate-secret', id)).out).toMatch(/^whsec_\S+$/m)
    expect((await ops('webhook', 'deliveries', id)).exitCode).toBe(0)
    expect(await ops('webhook', 'delete', id)).toMatchObject({ exitCode: 0, out: 'done\n' })
    expect((await ops('webhook', 'show', id)).exitCode).toBe(1)
  })
})

describe('audit and usage', () => {
  it('the audit is listed, exported as CSV, and verified; who ran a command is in it', async () => {
    await json(...newKey())
    const { id } = await json('whoami')
    expect(id).toBe('admin-token')
    const list = async (): Promise<Ran> =>
      ops('audit', 'list', ...owner(), '--method', 'POST', '--from', '2026-01-01T00:00:00Z')
    for (let ran = await list(); !ran.out.includes('operator:admin-token'); ran = await list()) {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    const csv = await ops('audit', 'export', ...owner())
    expect(csv.out.split('\r\n')[0]).toContain('client_ip')
    expect(await json('audit', 'verify', ...owner())).toMatchObject({ intact: true })
  })

  it('usage and refusals are asked for by group', async () => {
    const usage = await ops('usage', 'show', ...owner(), '--group-by', 'product')
    expect(usage).toMatchObject({ exitCode: 0, err: '' })
    expect((await ops('usage', 'refusals', ...owner())).exitCode).toBe(0)
  })
})

describe('operations above the organizations', () => {
  it('sync, records, republish and changes', async () => {
    expect((await ops('sync')).out).toContain('everything is in force since')
    expect(await json('records')).toMatchObject({ ahead: 0 })
    expect((await ops('republish', ...owner())).out).toContain('nothing from before the restore')
    expect((await ops('change', 'show', 'chg_none')).err).toContain('there is no such change')
  })
})

describe('what the API refuses is told by the option that was typed', () => {
  it.each<[() => string[], RegExp, number]>([
    [() => newKey('--scope', 'session:read'), /^error: --scope: there is no scope session:read/, 2],
    [() => newKey('--ip', '1.2.3'), /^error: --ip, entry 1: .*IP address in full/, 2],
    [() => newKey('--origin', 'https://a.example'), /--origin: only publishable keys/, 2],
    [() => newKey('--quota', 'plan=0'), /--quota/, 2],
    [() => ['organization', 'create', '--name', 'A', '--plan', 'fre'], /--plan: .*free/, 2],
    [() => ['organization', 'create', '--name', 'a\u202eb'], /--name: .*direction/, 2],
    [() => ['member', 'add', ...owner(), '--role', 'viewer', 'ann@example'], /e-mail address/, 2],
    [() => ['member', 'remove', ...owner(), 'bo\u212a@example.com'], /e-mail address/, 2],
    [() => ['member', 'remove', 'ann@example.com'], /--organization/, 2],
    [() => ['key', 'list'], /--organization/, 2],
    [
      () => ['service-user', 'create', ...owner(), '--name', 'V', '--source-system', 'V KYC'],
      /--source-system: .*such as vkyc/,
      2,
    ],
    [
      () => [
        'service-user',
        'create',
        ...owner(),
        '--name',
        'V',
        '--source-system',
        'v',
        '--department',
        'a,b',
      ],
      /--department, entry 1: .*such as retail/,
      2,
    ],
    [() => ['key', 'list', '--organization', 'org_none'], /no such organization/, 1],
    [() => ['key', 'show', 'key_none'], /no such key; see/, 1],
    [() => ['key', 'show', 'key_none', ...owner()], /no such key; see/, 1],
    [() => ['audit', 'list', ...owner(), '--status', '40'], /--status: must be a status/, 2],
  ])('%#', async (args, message, exitCode) => {
    const ran = await ops(...args())
    expect(ran.err).toMatch(message)
    expect(ran).toMatchObject({ exitCode, out: '' })
  })

  it('the wrong token is refused, and repeated nowhere', async () => {
    const wrong = 'wrong-token-of-the-tests-0123456789abcdef'
    const ran = await runOps(['whoami', '--remote', '--url', edge.url], { ADMIN_TOKEN: wrong })
    expect(ran).toMatchObject({ exitCode: 1, err: `error: ${edge.url} refused ADMIN_TOKEN\n` })
  })
})
