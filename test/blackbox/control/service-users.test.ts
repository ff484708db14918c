// Service users and their access tokens over the management API (seed 002): made, minted, rotated,
// disabled and enabled, each within one organization, and each change in force when it is answered.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { startEdge, type TestEdge } from '../../harness/edge.ts'
import { outcome, present } from '../call.ts'
import {
  caller,
  fault,
  manager,
  newOrganization,
  operator,
  untilEnforced,
  type Call,
} from './plain-call.ts'

const A_TIME: unknown = expect.any(Number)

interface User {
  readonly id: string
  readonly name: string
  readonly source_system: string
  readonly departments: readonly string[]
  readonly state: string
  readonly active_tokens: number
  readonly disabled_at: number | null
}

interface Token {
  readonly id: string
  readonly value: string
  readonly curl: string
  readonly service_user_id: string
  readonly environment: string
  readonly scopes: readonly string[]
  readonly products: readonly string[]
}

interface Receipt {
  readonly disabled_at: number | null
  readonly enforced_at: number | null
  readonly pending: number
  readonly change_id?: string
}

let edge: TestEdge
let live: Call
let foreign: Call
let admin: Call
beforeAll(async () => {
  edge = await startEdge()
  await newOrganization(edge, 'org_other')
  live = await manager(edge, 'org_test')
  foreign = await manager(edge, 'org_other')
  admin = operator(edge)
})
afterAll(() => edge.stop())

const VKYC = { name: 'Video KYC', source_system: 'vkyc', departments: ['retail', 'corporate'] }

async function newUser(fields: object = VKYC): Promise<User> {
  const { status, body } = await admin<User>('/service-users?organization=org_test', fields)
  expect(status).toBe(201)
  return body
}

async function newToken(user: string, fields: object = {}, call = live): Promise<Token> {
  const answer = await call<Token>(`/service-users/${user}/tokens`, { name: 'a token', ...fields })
  expect(answer.status).toBe(201)
  return answer.body
}

/** What becomes of an ingest call with a token. */
const ingest = ({ value }: { value: string }, department = 'retail'): Promise<string> =>
  outcome(edge, '/api/v1/ingest', {
    method: 'POST',
    headers: { ...present('access_token', { value }), 'x-approver-department': department },
    body: 'document',
  })

describe('a service user', () => {
  test('is made, read, listed by filter and in pages, and changed', async () => {
    const user = await newUser()
    expect(user).toMatchObject({ ...VKYC, state: 'active', active_tokens: 0, disabled_at: null })
    expect((await live<User>(`/service-users/${user.id}`)).body).toEqual(user)
    const branch = await newUser({ name: 'Branch Scan', source_system: 'branch_scan' })
    expect(branch.departments).toEqual([])

    const list = async (query: string): Promise<string[]> => {
      const { body } = await live<{ items: User[] }>(`/service-users?${query}`)
      return body.items.map(({ id }) => id)
    }
    expect(await list('source_system=branch_scan')).toEqual([branch.id])
    expect(await list('search=bRANCH')).toEqual([branch.id])
    expect(await list('state=disabled')).toEqual([])
    const first = await live<{ items: User[]; next_cursor: string }>('/service-users?limit=1')
    expect(first.body.items.map(({ id }) => id)).toEqual([branch.id])
    expect(await list(`limit=1&cursor=${first.body.next_cursor}`)).toEqual([user.id])

    const path = `/service-users/${user.id}`
    const change = { name: 'VKYC', source_system: 'vkyc-2', departments: ['retail'] }
    const of = '?organization=org_test'
    const { status, body } = await admin(path + of, change, { method: 'PATCH' })
    expect(status).toBe(200)
    expect(body['service_user']).toMatchObject({ id: user.id, ...change })
    expect(body['receipt']).toEqual({ enforced_at: A_TIME, pending: 0 })
  })

  test('that is made twice with one Idempotency-Key is made once', async () => {
    const headers = { 'idempotency-key': '"service-user-1"' }
    const make = (body: object) =>
      admin<User>('/service-users?organization=org_test', body, { headers })
    const answers = await Promise.all([make(VKYC), make(VKYC), make(VKYC)])
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
    expect((await make({ ...VKYC, name: 'Another' })).reason).toBe('idempotency_key_reused')
  })

  test('carries its change to the next call of a token in use', async () => {
    const user = await newUser()
    const token = await newToken(user.id)
    expect(await ingest(token)).toBe('200')
    const received = edge.upstream.received.at(-1)?.headers ?? {}
    expect(received['x-edge-source-system']).toBe('vkyc')
    const change = { source_system: 'doc_service', departments: ['corporate'] }
    await admin(`/service-users/${user.id}?organization=org_test`, change, { method: 'PATCH' })
    expect(await ingest(token)).toBe('403 department_not_allowed')
    expect(await ingest(token, 'corporate')).toBe('200')
    expect(edge.upstream.received.at(-1)?.headers['x-edge-source-system']).toBe('doc_service')
  })
})

describe('an access token', () => {
  test('is minted with all scopes of its kind, its value once, and a line that calls ingest', async () => {
    const user = await newUser()
    const token = await newToken(user.id)
    expect(token.value).toMatch(/^vk_tok_live_[0-9A-Za-z]{32}$/)
    expect(token).toMatchObject({
      ...{ kind: 'access_token', environment: 'live', service_user_id: user.id, state: 'active' },
      ...{ scopes: ['ingest', 'search'], products: ['vault'], ips: null, expires_at: null },
    })
    expect(token.curl).toBe(
      `curl -X POST 'http://localhost/api/v1/ingest' \\
  -H 'Authorization: Bearer ${token.value}' \\
  -H 'X-Approver-Department: retail' \\
  -F 'file=@./document.pdf' \\
  -F 'metadata={"source_tag":"vkyc","external_id":"session-123","document_category":"kyc_vkyc","department":"retail"}'`,
    )
    expect(await ingest(token)).toBe('200')
    const read = await live(`/keys/${token.id}`)
    expect(read.body).not.toHaveProperty('value')
    const everything = JSON.stringify(await edge.sql('SELECT * FROM credentials'))
    expect(everything).not.toContain(token.value)
  })

  test('holds what was asked for it', async () => {
    const user = await newUser()
    const expires_at = Date.now() + 3_600_000
    const asked = {
      scopes: ['search'],
      ips: ['203.0.113.0/24'],
      metadata: { team: 'b' },
      expires_at,
    }
    const token = await newToken(user.id, asked)
    expect(token).toMatchObject(asked)
    expect(token.curl).toContain(`curl -X GET 'http://localhost/api/v1/search/customer'`)
    expect(await ingest(token)).toBe('403 address_not_allowed')
  })

  test('that is minted twice with one Idempotency-Key is shown once', async () => {
    const { id } = await newUser()
    const headers = { 'idempotency-key': '"token-00001"' }
    const mint = () => live<Token>(`/service-users/${id}/tokens`, { name: 'one' }, { headers })
    const first = await mint()
    const again = await mint()
    expect(again.body).toMatchObject({ id: first.body.id, value: null })
    expect(again.body.curl).toContain('Bearer <access_token>')
    const other = await newUser()
    const elsewhere = await live(`/service-users/${other.id}/tokens`, { name: 'one' }, { headers })
    expect(elsewhere.reason).toBe('idempotency_key_reused')
    await live(`/service-users/${id}/disable`, {})
    const late = await mint()
    expect([late.status, late.body.id, late.body.value]).toEqual([201, first.body.id, null])
  })

  test('is listed, revoked and rotated without its service user being touched', async () => {
    const user = await newUser()
    const [kept, revoked, rotated] = [
      await newToken(user.id),
      await newToken(user.id),
      await newToken(user.id),
    ]
    for (const token of [kept, revoked, rotated]) expect(await ingest(token)).toBe('200')
    expect((await live(`/keys/${revoked.id}/revoke`, {})).body).toMatchObject({ pending: 0 })
    expect(await ingest(revoked)).toBe('401 key_revoked')
    const rotation = await live<{ key: Token }>(`/keys/${rotated.id}/rotate`, { grace_seconds: 0 })
    expect(rotation.status).toBe(201)
    const fresh = rotation.body.key
    expect(fresh).toMatchObject({ service_user_id: user.id, scopes: ['ingest', 'search'] })
    expect(await ingest(rotated)).toBe('401 key_expired')
    expect(await ingest(fresh)).toBe('200')
    expect(await ingest(kept)).toBe('200')

    const list = async (query: string): Promise<string[]> => {
      const { body } = await live<{ items: Token[] }>(`/service-users/${user.id}/tokens?${query}`)
      return body.items.map(({ id }) => id).toSorted()
    }
    expect(await list('state=active')).toEqual([kept.id, fresh.id].toSorted())
    expect(await list('state=revoked')).toEqual([revoked.id])
    expect(await list('limit=2')).toHaveLength(2)
    const after = await live<User>(`/service-users/${user.id}`)
    expect(after.body).toMatchObject({ ...VKYC, active_tokens: 2 })
  })
})

describe('what a service user stands for', () => {
  test('is decided by people: a key gives no departments, and changes no source system', async () => {
    const user = await newUser()
    const before = await live<User>(`/service-users/${user.id}`)
    const given = await live('/service-users', { ...VKYC, departments: ['board'] })
    expect(fault(given)).toBe('403 people_only departments')
    for (const field of ['departments', 'source_system']) {
      const change = { [field]: field === 'departments' ? ['board'] : 'other' }
      const answer = await live(`/service-users/${user.id}`, change, { method: 'PATCH' })
      expect(fault(answer)).toBe(`403 people_only ${field}`)
    }
    expect(await live<User>(`/service-users/${user.id}`)).toMatchObject({ body: before.body })
    const made = await live<User>('/service-users', { name: 'x', source_system: 'x' })
    expect([made.status, made.body.departments]).toEqual([201, []])
  })

  test('comes back with its tokens only by a key that covers each of them', async () => {
    const user = await newUser()
    await newToken(user.id)
    const path = `/service-users/${user.id}`
    const keys = await manager(edge, 'org_test', { scopes: ['keys:write', 'search'] })
    expect((await keys(`${path}/disable`, {})).status).toBe(200)
    expect(fault(await keys(`${path}/enable`, {}))).toBe('403 grant_beyond_own scopes')
    expect((await live<User>(path)).body.state).toBe('disabled')
    expect((await live(`${path}/enable`, {})).status).toBe(200)
  })
})

describe('nobody mints beyond their own', () => {
  test('a key mints only scopes and products that it holds itself', async () => {
    const { id } = await newUser()
    const path = `/service-users/${id}/tokens`
    const none = await manager(edge, 'org_test', { scopes: ['keys:write', 'keys:read'] })
    const refused = await none(path, { name: 'x' })
    expect(fault(refused)).toBe('403 grant_beyond_own scopes')
    expect(refused.body['detail']).toContain('holds none of ingest, search itself')
    const one = await manager(edge, 'org_test', { scopes: ['keys:write', 'search'] })
    const asked = { name: 'x', scopes: ['ingest', 'search'] }
    expect(fault(await one(path, asked))).toBe('403 grant_beyond_own scopes')
    expect((await newToken(id, {}, one)).scopes).toEqual(['search'])
    const all = await newToken(id)
    const rotation = await one(`/keys/${all.id}/rotate`, { grace_seconds: 0 })
    expect(fault(rotation)).toBe('403 grant_beyond_own scopes')
    const key = await edge.mint('secret', {
      scopes: ['keys:write', 'ingest'],
      products: ['verifa'],
    })
    const without = caller(edge, { 'x-api-key': key.value })
    expect(fault(await without(path, { name: 'x' }))).toBe('403 grant_beyond_own products')
  })

  test('an operator mints any, in the environment that it names', async () => {
    const { id } = await newUser()
    const path = `/service-users/${id}/tokens?organization=org_test`
    expect(fault(await admin(path, { name: 'x' }))).toBe('400 request_invalid environment')
    const { status, body } = await admin<Token>(path, { name: 'x', environment: 'sandbox' })
    expect(status).toBe(201)
    expect(body.value).toMatch(/^vk_tok_sandbox_/)
  })

  test('a sandbox key sees and mints sandbox tokens only, and leaves live ones alone', async () => {
    const sandbox = await manager(edge, 'org_test', { environment: 'sandbox' })
    const user = await newUser()
    const path = `/service-users/${user.id}`
    const asked = { name: 'x', environment: 'live' }
    expect(fault(await sandbox(`${path}/tokens`, asked))).toBe('403 grant_beyond_own environment')
    const own = await newToken(user.id, {}, sandbox)
    expect(own.environment).toBe('sandbox')
    // It has no environment, so that a sandbox key would decide what live tokens do, also of later.
    for (const change of [{ departments: ['x'] }, { source_system: 'x' }, { name: 'y' }]) {
      const refused = await sandbox(path, change, { method: 'PATCH' })
      expect(refused.reason).toMatch(/^people_only|^grant_beyond_own/)
    }
    const another = await sandbox('/service-users', { name: 'x', source_system: 'x' })
    expect(fault(another)).toBe('403 grant_beyond_own environment')
    const token = await newToken(user.id)
    expect((await sandbox<User>(path)).body.active_tokens).toBe(1)
    const seen = await sandbox<{ items: Token[] }>(`${path}/tokens`)
    expect(seen.body.items.map(({ id }) => id)).toEqual([own.id])
    expect((await sandbox(`/keys/${token.id}/revoke`, {})).status).toBe(404)
    for (const operation of ['disable', 'enable']) {
      const refused = await sandbox(`${path}/${operation}`, {})
      expect(fault(refused)).toBe('403 grant_beyond_own environment')
    }
    const change = await sandbox(path, { name: 'y' }, { method: 'PATCH' })
    expect(fault(change)).toBe('403 grant_beyond_own environment')
  })
})

describe('disabling', () => {
  test('stops every token at once, keeps its first time, and enabling lets them go on', async () => {
    const user = await newUser()
    const tokens = [await newToken(user.id), await newToken(user.id)]
    const sandbox = await admin<Token>(`/service-users/${user.id}/tokens?organization=org_test`, {
      name: 'x',
      environment: 'sandbox',
    })
    tokens.push(sandbox.body)
    for (const token of tokens) expect(await ingest(token)).toBe('200')

    const first = await live<Receipt>(`/service-users/${user.id}/disable`, {})
    expect(first.status).toBe(200)
    expect(first.body).toEqual({
      disabled_at: A_TIME,
      enforced_at: A_TIME,
      pending: 0,
    })
    expect(first.body.enforced_at).toBeGreaterThanOrEqual(first.body.disabled_at ?? Infinity)
    for (const token of tokens) expect(await ingest(token)).toBe('401 service_user_disabled')
    const again = await live<Receipt>(`/service-users/${user.id}/disable`, {})
    expect(again.body.disabled_at).toBe(first.body.disabled_at)
    expect((await live<User>(`/service-users/${user.id}`)).body.state).toBe('disabled')
    const mint = await live(`/service-users/${user.id}/tokens`, { name: 'x' })
    expect([mint.status, mint.reason]).toEqual([409, 'service_user_disabled'])
    const rotate = await live(`/keys/${tokens[0]?.id}/rotate`, { grace_seconds: 60 })
    expect([rotate.status, rotate.reason]).toEqual([409, 'service_user_disabled'])

    const { body } = await live<Receipt>(`/service-users/${user.id}/enable`, {})
    expect(body).toEqual({ disabled_at: null, enforced_at: A_TIME, pending: 0 })
    for (const token of tokens) expect(await ingest(token)).toBe('200')
  })

  test('at the same time by many leaves one time, and tells of each token once', async () => {
    const user = await newUser()
    const [token] = [await newToken(user.id), await newToken(user.id)]
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => live<Receipt>(`/service-users/${user.id}/disable`, {})),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200))
    expect(new Set(answers.map(({ body }) => body.disabled_at)).size).toBe(1)
    const told = await edge.sql(
      `SELECT count(*) AS n FROM webhook_events e JOIN credentials c
         ON c.id = json_extract(e.body, '$.data.key_id') AND c.service_user_id = '${user.id}'
       WHERE json_extract(e.body, '$.data.cause') = 'service_user_disabled'`,
    )
    expect(told).toEqual([{ n: 2 }])
    expect(await ingest(token)).toBe('401 service_user_disabled')
  })

  test('with more than 50 tokens is answered 202, and followed to its end', async () => {
    const user = await newUser()
    const token = await newToken(user.id)
    expect(await ingest(token)).toBe('200')
    await edge.sql(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
       INSERT INTO credentials (id, organization_id, service_user_id, kind, environment, name, digest)
       SELECT 'key_many_' || i, 'org_test', '${user.id}', 'access_token', 'live', 'many',
         hex(randomblob(20)) FROM n`,
    )
    // It may follow its own change without any scope on organizations.
    const keys = await manager(edge, 'org_test', { scopes: ['keys:write'] })
    const answer = await keys<Receipt>(`/service-users/${user.id}/disable`, {})
    expect(answer.status).toBe(202)
    expect(answer.body).toMatchObject({ enforced_at: null, pending: 61 })
    const progress = await untilEnforced(keys, answer)
    expect(progress).toMatchObject({ total: 61, pending: 0 })
    expect(await ingest(token)).toBe('401 service_user_disabled')
  })
})

describe('another organization', () => {
  test('finds nothing of it, by any operation', async () => {
    const user = await newUser()
    const token = await newToken(user.id)
    const path = `/service-users/${user.id}`
    const calls: readonly [string, unknown?, string?][] = [
      [path],
      [path, { name: 'stolen' }, 'PATCH'],
      [`${path}/disable`, {}],
      [`${path}/enable`, {}],
      [`${path}/tokens`],
      [`${path}/tokens`, { name: 'x' }],
      [`/keys/${token.id}`],
      [`/keys/${token.id}/revoke`, {}],
      [`/keys/${token.id}/rotate`, {}],
      [`${path}?organization=org_test`],
      ['/service-users?organization=org_test'],
    ]
    for (const [target, body, method] of calls) {
      const { status, reason } = await foreign(target, body, method ? { method } : {})
      expect([target, status, reason]).toEqual([target, 404, 'not_found'])
    }
    const { body } = await foreign<{ items: User[] }>('/service-users')
    expect(body.items).toEqual([])
    expect((await live<User>(path)).body).toMatchObject({ ...VKYC, state: 'active' })
    expect(await ingest(token)).toBe('200')
    const unknown = await admin('/service-users?organization=org_nowhere', VKYC)
    expect(unknown.status).toBe(404)
  })

  test('is out of reach for access tokens, which have no entry at all', async () => {
    const user = await newUser()
    const { value } = await newToken(user.id)
    const call = caller(edge, present('access_token', { value }))
    expect((await call('/service-users')).reason).toBe('kind_not_accepted')
  })
})

describe('bad input names its field and writes nothing', () => {
  const users: readonly [string, object, string][] = [
    ['no name', { source_system: 'vkyc' }, 'name'],
    ['an empty name', { ...VKYC, name: ' ' }, 'name'],
    ['a name of 201 characters', { ...VKYC, name: 'x'.repeat(201) }, 'name'],
    ['a name with a line break', { ...VKYC, name: 'a\nb' }, 'name'],
    ['no source system', { name: 'x' }, 'source_system'],
    [
      'a source system that is no header value',
      { ...VKYC, source_system: 'VKYC ' },
      'source_system',
    ],
    [
      'a source system of 65 characters',
      { ...VKYC, source_system: 'x'.repeat(65) },
      'source_system',
    ],
    ['departments that are no list', { ...VKYC, departments: 'retail' }, 'departments'],
    ['a department with a comma', { ...VKYC, departments: ['a', 'b,c'] }, 'departments.1'],
    ['101 departments', { ...VKYC, departments: Array(101).fill('a') }, 'departments'],
    ['a field that is not there', { ...VKYC, organization_id: 'org_other' }, 'organization_id'],
  ]
  test.each(users)('a new service user: %s', async (_, body, field) => {
    const count = 'SELECT count(*) AS n FROM service_users'
    const before = await edge.sql(count)
    expect(fault(await live('/service-users', body))).toBe(`400 request_invalid ${field}`)
    expect(await edge.sql(count)).toEqual(before)
  })

  const changes: readonly [string, object, string][] = [
    ['nothing', {}, 'body'],
    ['a field that is not there', { disabled_at: 1 }, 'disabled_at'],
    ['a wrong type', { name: 1 }, 'name'],
    ['a wrong entry', { name: 'new', departments: [''] }, 'departments.0'],
  ]
  test.each(changes)('a change: %s', async (_, body, field) => {
    const user = await newUser()
    const answer = await live(`/service-users/${user.id}`, body, { method: 'PATCH' })
    expect(fault(answer)).toBe(`400 request_invalid ${field}`)
    expect((await live<User>(`/service-users/${user.id}`)).body).toEqual(user)
  })

  const tokens: readonly [string, object, string][] = [
    ['no name', {}, 'name'],
    ['an unknown environment', { name: 'x', environment: 'test' }, 'environment'],
    ['an unknown scope', { name: 'x', scopes: ['ingest', 'nope'] }, 'scopes'],
    ['a scope of other kinds', { name: 'x', scopes: ['keys:read'] }, 'scopes'],
    ['no scope', { name: 'x', scopes: [] }, 'scopes'],
    ['a time that has passed', { name: 'x', expires_at: 1 }, 'expires_at'],
    ['a time in words', { name: 'x', expires_at: '2099-01-01' }, 'expires_at'],
    ['host bits in a range', { name: 'x', ips: ['192.0.2.1', '10.0.0.1/8'] }, 'ips[1]'],
    ['metadata that is no text', { name: 'x', metadata: { a: 1 } }, 'metadata.a'],
    ['an origin list', { name: 'x', origins: [] }, 'origins'],
    ['a kind', { name: 'x', kind: 'secret' }, 'kind'],
  ]
  test.each(tokens)('a new token: %s', async (_, body, field) => {
    const user = await newUser()
    const answer = await live(`/service-users/${user.id}/tokens`, body)
    expect(fault(answer)).toBe(`400 request_invalid ${field}`)
    expect((await live<User>(`/service-users/${user.id}`)).body.active_tokens).toBe(0)
  })

  test('an id of another form, and a query that is not there', async () => {
    expect(fault(await live('/service-users/key_x'))).toBe('400 request_invalid id')
    expect(fault(await live('/service-users?limit=0'))).toBe('400 request_invalid limit')
    expect(fault(await live('/service-users?cursor=x'))).toBe('400 request_invalid cursor')
    expect(fault(await live('/service-users?foo=1'))).toBe('400 request_invalid foo')
  })
})
