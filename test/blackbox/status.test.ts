// What ends a credential, for one that was just used: the isolate knows it, KV holds it, and it is
// refused all the same once the change has been published.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { Kind } from '../../src/catalog/define.ts'
import { sql, type SqlValue } from '../../src/cli/direct/sql.ts'
import { insertOrganization } from '../../src/dev/statements.ts'
import { startEdge, type CredentialOptions, type Minted, type TestEdge } from '../harness/edge.ts'
import { outcome, present, refusalOf, sleep } from './call.ts'

let edge: TestEdge
beforeAll(async () => {
  edge = await startEdge()
})
afterAll(() => edge.stop())

const DOORS: Readonly<Record<Kind, readonly [method: string, path: string]>> = {
  secret: ['GET', '/api/v1/sessions'],
  publishable: ['POST', '/api/v1/sessions'],
  jwt: ['POST', '/document-processing'],
  access_token: ['GET', '/api/v1/search/customer'],
}
const KINDS = Object.keys(DOORS) as Kind[]

const call = (kind: Kind, key: Minted): Promise<string> => {
  const [method, path] = DOORS[kind]
  return outcome(edge, path, { method, headers: present(kind, key) })
}

/** A credential of an organization of its own that has just been used, several times. */
async function inUse(kind: Kind, options: CredentialOptions = {}) {
  const organization = `org_${crypto.randomUUID().replaceAll('-', '')}`
  const products = ['verifa', 'document_verification', 'aml_screening', 'vault']
  await edge.sql(insertOrganization({ id: organization, name: 'O', plan: 'free', products }))
  const key = await edge.mint(kind, { ...options, organization })
  for (let i = 0; i < 3; i++) expect(await call(kind, key)).toBe('200')
  return { key, organization, user: `su_${key.id.slice(4)}` }
}

const endings: readonly (readonly [
  name: string,
  reason: string,
  statement: (ids: { key: Minted; organization: string }) => string,
])[] = [
  [
    'revoked',
    'key_revoked',
    ({ key }) => `UPDATE credentials SET revoked_at = 1 WHERE id = '${key.id}'`,
  ],
  [
    'expired',
    'key_expired',
    ({ key }) => `UPDATE credentials SET expires_at = 1 WHERE id = '${key.id}'`,
  ],
  [
    'of a suspended organization',
    'organization_suspended',
    ({ organization }) => `UPDATE organizations SET suspended_at = 1 WHERE id = '${organization}'`,
  ],
  ['deleted', 'credential_unknown', ({ key }) => `DELETE FROM credentials WHERE id = '${key.id}'`],
]

describe.each(endings)('a credential that is %s is refused on the next request', (...ending) => {
  const [, reason, statement] = ending
  test.each(KINDS)('%s', async (kind) => {
    const used = await inUse(kind)
    await edge.sql(statement(used))
    expect(await edge.sync()).toMatchObject({
      pending: 0,
      enforced_at: expect.any(Number) as number,
    })
    expect(await call(kind, used.key)).toBe(`401 ${reason}`)
    const [method, path] = DOORS[kind]
    const answer = await edge.fetch(path, { method, headers: present(kind, used.key) })
    const bearer = answer.headers.get('www-authenticate')?.includes('error="invalid_token"')
    expect(bearer).toBe(kind === 'jwt' || kind === 'access_token')
    expect((await refusalOf(answer)).detail).toBe('Invalid or missing API key.')
  })
})

test('the tokens of a disabled service user are refused, and pass when it is enabled again', async () => {
  const { key, organization, user } = await inUse('access_token')
  const second = await edge.mint('access_token', { organization, serviceUser: user })
  expect(await call('access_token', second)).toBe('200')
  await edge.sql(`UPDATE service_users SET disabled_at = 1 WHERE id = '${user}'`)
  await edge.sync()
  expect(await call('access_token', key)).toBe('401 service_user_disabled')
  expect(await call('access_token', second)).toBe('401 service_user_disabled')
  await edge.sql(`UPDATE service_users SET disabled_at = NULL WHERE id = '${user}'`)
  await edge.sync()
  expect(await call('access_token', key)).toBe('200')
})

test('suspending one organization leaves the others alone', async () => {
  const one = await inUse('secret')
  const other = await inUse('secret')
  await edge.sql(`UPDATE organizations SET suspended_at = 1 WHERE id = '${one.organization}'`)
  await edge.sync()
  expect(await call('secret', one.key)).toBe('401 organization_suspended')
  expect(await call('secret', other.key)).toBe('200')
})

test('a key ends at its very deadline, also from memory, without anybody changing anything', async () => {
  for (let leadMs = 2_500; ; leadMs *= 2) {
    // A JWT counts in whole seconds.
    const deadline = Math.ceil((Date.now() + leadMs) / 1000) * 1000
    const keys = await Promise.all(
      KINDS.map(async (kind) => ({ kind, key: await edge.mint(kind, { expiresAt: deadline }) })),
    )
    const early = []
    for (const { kind, key } of keys) early.push(await call(kind, key))
    // A machine that took longer than that has shown nothing: once more, with more time.
    if (Date.now() >= deadline) continue
    expect(early).toEqual(keys.map(() => '200'))
    await sleep(deadline - Date.now() + 5)
    for (const { kind, key } of keys) expect(await call(kind, key)).toBe('401 key_expired')
    return
  }
})

test('status comes before everything else that a record says', async () => {
  const { key } = await inUse('secret', { ips: ['198.51.100.7'] })
  await edge.sql(`UPDATE credentials SET revoked_at = 1 WHERE id = '${key.id}'`)
  await edge.sync()
  // Until then a refusal for the address may stand; it is a refusal either way.
  const headers = present('secret', key)
  const elsewhere = { headers, address: '192.0.2.1' }
  expect(await outcome(edge, '/api/v1/webhooks', elsewhere)).toBe('401 key_revoked')
  expect(await outcome(edge, '/nowhere', { headers })).toBe('401 key_revoked')
})

describe('a credential that was replaced by raw SQL', () => {
  test('INSERT OR REPLACE with fewer scopes counts on the next request', async () => {
    const { key } = await inUse('secret')
    const [row] = await edge.sql(`SELECT * FROM credentials WHERE id = '${key.id}'`)
    const values = Object.entries({ ...row, scopes: ['identities:read'] })
    const columns = values.map(([name]) => name).join(', ')
    const literals = values.map(([name, value]) =>
      sql(['products', 'quotas'].includes(name) ? String(value) : (value as SqlValue)),
    )
    await edge.sql(
      `INSERT OR REPLACE INTO credentials (${columns}) VALUES (${literals.join(', ')})`,
    )
    await edge.sync()
    expect(await call('secret', key)).toBe('403 scope_missing')
  })

  test('deleted and inserted again with the same id, it is newer than all before it', async () => {
    const { key, organization } = await inUse('secret')
    const [row] = await edge.sql(`SELECT digest FROM credentials WHERE id = '${key.id}'`)
    await edge.sql(`DELETE FROM credentials WHERE id = '${key.id}'`)
    await edge.sql(
      `INSERT INTO credentials (id, organization_id, kind, environment, name, digest, scopes, products)
       VALUES ('${key.id}', '${organization}', 'secret', 'live', 'Again', '${String(row?.['digest'])}', '[]', '["verifa"]')`,
    )
    await edge.sync()
    expect(await call('secret', key)).toBe('403 scope_missing')
  })
})

describe('a generation that nobody published by hand', () => {
  test('is published by the cron', async () => {
    const { key } = await inUse('secret')
    await edge.sql(`UPDATE credentials SET revoked_at = 1 WHERE id = '${key.id}'`)
    await edge.scheduled()
    expect(await call('secret', key)).toBe('401 key_revoked')
    expect(await edge.sql('SELECT * FROM pending_fences')).toEqual([])
  })

  test('running the cron and sync side by side and twice is harmless', async () => {
    const { key } = await inUse('secret')
    await edge.sql(`UPDATE credentials SET scopes = '[]' WHERE id = '${key.id}'`)
    await Promise.all([edge.sync(), edge.scheduled(), edge.sync(), edge.scheduled()])
    expect(await edge.sync()).toMatchObject({ published: 0, pending: 0 })
    expect(await call('secret', key)).toBe('403 scope_missing')
  })
})
